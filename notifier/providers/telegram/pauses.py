"""How long a bot has to wait: Telegram's 429 says so of a chat, and of the whole bot when it says so of several people.

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
        people = [until for chat, until in chats.items() if chat > 0]
        ends = [chats[chat_id]] if chat_id in chats else []
        if len(people) > 1:  # two at once are the bot's own limit; a group has one of its own, and a long one
            ends += people
        return max(ends) - self._monotonic() if ends else 0.0

    def _running(self, account_id: int) -> dict[int, float]:
        now = self._monotonic()
        return {chat: until for chat, until in self._until.get(account_id, {}).items() if until > now}
