"""The escalation auditor's rounds, and its alarm: mail past the outbox, and an address that is called.

It is told to the administrators of the organisation and of those above it, and to whoever runs the service: they
find out by it that deadlines or the notifier do not work, so it may not depend on either.
"""

from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus
from itertools import groupby

import aiohttp
import structlog

from notifier.direct import Direct, Word
from storage.clock import SHANGHAI
from storage.kinds import Severity
from storage.misses import Hearer, OpenMiss
from storage.texts import N_, Gettext, Texts
from workflows.escalations.auditor import Auditor

EMAIL = "email"
MISSES_A_MAIL = 50
NAMED = 10
CALL_WITHIN_S = 10.0

TITLE = N_("Promised, and not done in time: {count}")
SUMMARY = N_(
    "The auditor found reminders or steps that did not happen in time, or messages that reached nobody. "
    "Please look at these cases, and let whoever runs the service look for the cause."
)
WORDS = {
    "missing": N_("has not happened"),
    "late": N_("came too late"),
    "nobody": N_("nobody could be told"),
    "untold": N_("message not taken by any channel"),
}
LINE = N_("{what}, due {due}")

log = structlog.get_logger()


class Auditing:
    """A round of the auditor, and the telling of what it found."""

    def __init__(self, auditor: Auditor, direct: Direct, texts: Texts, origin: str, alarm_url: str) -> None:
        """`alarm_url` is called with what was found; it is a secret, and may be empty."""
        self._auditor = auditor
        self._direct = direct
        self._texts = texts
        self._origin = origin
        self._alarm_url = alarm_url

    async def run_round(self, progress: Callable[[], None] = lambda: None) -> int:
        """Audit, then tell what nobody was told of; what could not be told is told in the next round."""
        found = await self._auditor.run_round(progress)
        for path, group in groupby(await self._auditor.to_tell(MISSES_A_MAIL), key=lambda miss: miss.path):
            missed = list(group)
            if await self._tell(path, missed):
                await self._auditor.told(missed)
            progress()
        return found

    async def _tell(self, path: str, missed: Sequence[OpenMiss]) -> bool:
        """Has anybody heard of it?"""
        log.error("promises_not_kept", cases=sorted({miss.number for miss in missed}))
        hearers = await self._auditor.hearers(path, EMAIL)
        mails = [await self._mail(hearer, missed) for hearer in hearers]
        called = await self._call(missed)
        nobody_to_tell = not hearers and not self._alarm_url  # then the log has to do
        return called or nobody_to_tell or any(mails)

    async def _mail(self, to: Hearer, missed: Sequence[OpenMiss]) -> bool:
        gettext = self._texts.gettext(to.language)
        word = self._word(missed, gettext)
        said = await self._direct.say(EMAIL, to.account_id, to.address, word, to.language, gettext)
        return said.passed

    def _word(self, missed: Sequence[OpenMiss], gettext: Gettext) -> Word:
        title = gettext(TITLE).format(count=len(missed))
        lines = tuple((miss.number, _line(miss, gettext)) for miss in missed[:NAMED])
        return Word(title, gettext(SUMMARY), lines, Severity.CRITICAL, self._origin)

    async def _call(self, missed: Sequence[OpenMiss]) -> bool:
        """What went wrong is told by its kind alone: the words of an error may hold the address."""
        if not self._alarm_url:
            return False
        try:
            timeout = aiohttp.ClientTimeout(total=CALL_WITHIN_S)
            async with (
                aiohttp.ClientSession(timeout=timeout) as http,
                http.post(self._alarm_url, json=_report(missed), allow_redirects=False) as response,
            ):
                taken = response.status < HTTPStatus.MULTIPLE_CHOICES
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            log.warning("alarm_not_sent", reason=type(error).__name__)
            return False
        if not taken:
            log.warning("alarm_not_taken", status=response.status)
        return taken


def _line(miss: OpenMiss, gettext: Gettext) -> str:
    due = f"{miss.due_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    return gettext(LINE).format(what=gettext(WORDS[miss.what]), due=due)


def _report(missed: Iterable[OpenMiss]) -> dict[str, object]:
    """For a program: what was found, without names of people."""
    return {
        "source": "yishe",
        "alert": "promises_not_kept",
        "misses": [
            {
                "case": miss.number,
                "workflow": miss.workflow,
                "what": miss.what,
                "rule": miss.rule,
                "rung": miss.rung,
                "due_at": miss.due_at.isoformat(),
            }
            for miss in missed
        ],
    }
