"""Something said at once by the real channel, past outbox and ledger: a test, or that those two have failed."""

from dataclasses import dataclass
from secrets import token_hex

import structlog

from notifier.channel import Content, SendFailed
from notifier.channels import Channels, as_account
from notifier.rendering import LEVEL_WORDS, SEVERITY_WORDS
from notifier.sending import BROKE
from storage.kinds import Severity
from storage.texts import N_, Gettext

FOOTER = N_("Yishe")

log = structlog.get_logger()


@dataclass(frozen=True)
class Word:
    """What is said. `title`, `summary` and labels are ready to be read; `url` is where it leads."""

    title: str
    summary: str
    fields: tuple[tuple[str, str], ...]
    severity: Severity
    url: str


@dataclass(frozen=True)
class Trial:
    """How it ended. `reason` is a source text, `detail` the provider's own words, `code` its number."""

    passed: bool
    code: str = ""
    reason: str = ""
    detail: str = ""


class Direct:
    """Says things by the channels as they are, whatever state the outbox is in."""

    def __init__(self, channels: Channels) -> None:
        self._channels = channels

    async def say(
        self, kind: str, account_id: int, address: str, word: Word, language: str, gettext: Gettext
    ) -> Trial:
        """Say it and tell how it ended; whatever fails is told, not raised. Raises `DatabaseAway`."""
        try:
            channel, opened = await self._channels.open(kind, account_id)
            account = as_account(opened)
            async with self._channels.in_time():
                payload = channel.compose(_content(word, language, gettext), address, account)
                accepted = await channel.send(payload, address, account)
        except SendFailed as failed:
            return Trial(False, failed.code, failed.reason, failed.detail)
        except ValueError:
            log.exception("direct_word_broke", account=account_id)
            return Trial(False, "broke", BROKE)
        return Trial(True, detail=accepted.provider_id)


def _content(word: Word, language: str, gettext: Gettext) -> Content:
    return Content(
        unique_id=f"direct-{token_hex(12)}",
        thread_id="DIRECT",
        severity=word.severity,
        severity_word=gettext(SEVERITY_WORDS[word.severity]),
        title=word.title,
        summary=word.summary,
        fields=word.fields,
        buttons=(),
        url=word.url,
        url_label=gettext(FOOTER),
        sender=gettext(FOOTER),
        language=language or "zh_CN",
        footer="",
        kind="default",
        level=gettext(LEVEL_WORDS[word.severity]),
        short=word.title,
    )
