"""Where groups are now: one that grows becomes a supergroup under another id, which Telegram names once it is asked.

Kept beside what providers lend, for all processes and after a restart. Whoever uses the former id is told the new one
as long as Telegram remembers it; what is kept serves when it does not any more.
"""

import structlog

from notifier.channel import SendFailed, Verdict
from notifier.providers.telegram.errors import Moved
from storage.provider_tokens import Lent, ProviderTokens, Wanted

FOR_GOOD_S = 100 * 365 * 86_400.0

log = structlog.get_logger()


class Moves:
    """Remembers them. Without `tokens` each process learns by itself."""

    def __init__(self, tokens: ProviderTokens | None) -> None:
        self._tokens = tokens
        self._known: dict[tuple[int, int], int] = {}

    def now_at(self, account_id: int, chat: int) -> int:
        """The chat that stands for that one now, as far as this process has heard."""
        return self._known.get((account_id, chat), chat)

    async def after(self, account_id: int, chat: int, failed: SendFailed) -> int | None:
        """Where to try again after that failure at `chat`; None where it is nowhere else. Raises `DatabaseAway`."""
        if isinstance(failed, Moved):
            log.info("telegram_group_moved", account=account_id)
            found: int | None = await self._kept(account_id, chat, failed.chat_id)
        elif failed.verdict is Verdict.PERMANENT and chat < 0:
            found = await self._looked_up(account_id, chat)
        else:
            return None
        if found is None or found == chat:
            return None
        self._known[account_id, chat] = found
        return found

    async def _kept(self, account_id: int, chat: int, new: int) -> int:
        """The new id, kept for all: a group becomes a supergroup once."""

        async def named() -> Lent:
            return Lent(str(new), FOR_GOOD_S)

        if self._tokens is not None:
            kept = await self._tokens.lend(_move(account_id, chat), named)
            return int(kept.value)
        return new

    async def _looked_up(self, account_id: int, chat: int) -> int | None:
        kept = await self._tokens.look(_move(account_id, chat)) if self._tokens else None
        return int(kept.value) if kept else None


def _move(account_id: int, chat: int) -> Wanted:
    return Wanted(account_id, f"moved:{chat}", bound_to="")
