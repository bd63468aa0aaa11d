"""A test message, to see whether an account works."""

from notifier.channels import Channels
from notifier.direct import Direct, Trial, Word
from storage.kinds import Severity
from storage.texts import N_, Gettext

__all__ = ["Trial", "Trials"]

TITLE = N_("Test message")
SUMMARY = N_("This message was sent to test the channel. There is nothing to do.")


class Trials:
    """Sends test messages."""

    def __init__(self, channels: Channels, origin: str) -> None:
        self._direct = Direct(channels)
        self._origin = origin

    async def send(self, kind: str, account_id: int, address: str, language: str, gettext: Gettext) -> Trial:
        """Send one and tell how it ended; whatever fails is told, not raised. Raises `DatabaseAway`."""
        word = Word(gettext(TITLE), gettext(SUMMARY), (), Severity.INFO, self._origin)
        return await self._direct.say(kind, account_id, address, word, language, gettext)
