"""One message sent at once, to see whether an account works: by the real channel, past outbox and ledger."""

from dataclasses import dataclass
from secrets import token_hex

import structlog

from notifier.channel import Content, SendFailed
from notifier.sending import BROKE, Channels, as_account
from storage.kinds import Severity
from storage.texts import N_, Gettext

TITLE = N_("Test message")
SUMMARY = N_("This message was sent to see whether the channel works. There is nothing to do.")
FOOTER = N_("Yishe")
INFORMATION = N_("Blue: for information")

log = structlog.get_logger()


@dataclass(frozen=True)
class Trial:
    """How it ended. `reason` is a source text, `detail` the provider's own words, `code` its number."""

    passed: bool
    code: str = ""
    reason: str = ""
    detail: str = ""


class Trials:
    """Sends test messages."""

    def __init__(self, channels: Channels, origin: str) -> None:
        self._channels = channels
        self._origin = origin

    async def send(self, kind: str, account_id: int, address: str, language: str, gettext: Gettext) -> Trial:
        """Send one and tell how it ended; whatever fails is told, not raised. Raises `DatabaseAway`."""
        try:
            channel, opened = await self._channels.open(kind, account_id)
            account = as_account(opened)
            async with self._channels.in_time():
                payload = channel.compose(self._content(language, gettext), address, account)
                accepted = await channel.send(payload, address, account)
        except SendFailed as failed:
            return Trial(False, failed.code, failed.reason, failed.detail)
        except ValueError:
            log.exception("trial_broke", account=account_id)
            return Trial(False, "broke", BROKE)
        return Trial(True, detail=accepted.provider_id)

    def _content(self, language: str, gettext: Gettext) -> Content:
        return Content(
            unique_id=f"test-{token_hex(12)}",
            thread_id="TEST",
            severity=Severity.INFO,
            severity_word=gettext(INFORMATION),
            title=gettext(TITLE),
            summary=gettext(SUMMARY),
            fields=(),
            buttons=(),
            url=self._origin,
            url_label=gettext(FOOTER),
            sender=gettext(FOOTER),
            language=language,
            footer="",
            kind="default",
            level=gettext(INFORMATION),
            short=gettext(TITLE),
        )
