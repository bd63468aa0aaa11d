"""How long a bot has to wait: Telegram's 429 says so of a chat, and of the whole bot when it says so of several.

Kept by the process, for a wait is seconds; what all processes share are the budgets. Seconds are those of `monotonic`.
"""

from collections.abc import Callable


class Pauses:
    """Remembers what Telegram asked for."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._until: dict[int, dict[int, float]] = {}

    def asked(self, account_id: int, chat_id: int, seconds: float) -> None:
        """Telegram wants no message to that chat for so long."""
        chats = self._running(account_id)
        chats[chat_id] = self._monotonic() + seconds
        self._until[account_id] = chats

    def left(self, account_id: int, chat_id: int) -> float:
        """Seconds to wait before a message to that chat; none is 0."""
        chats = self._running(account_id)
        if len(chats) > 1:  # two chats at once are the bot's own limit
            return max(chats.values()) - self._monotonic()
        return chats[chat_id] - self._monotonic() if chat_id in chats else 0.0

    def _running(self, account_id: int) -> dict[int, float]:
        now = self._monotonic()
        return {chat: until for chat, until in self._until.get(account_id, {}).items() if until > now}
