"""The escalation auditor's rounds, and its alarm: a word past the outbox (mail first), and an address that is called.

It is told to the administrators of the organisation and of those above it, and to whoever runs the service: they
find out by it that deadlines or the notifier do not work, so it may not depend on either.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from itertools import groupby

import aiohttp
import structlog

from notifier.direct import Direct, Word
from storage.clock import SHANGHAI
from storage.database import DatabaseAway
from storage.kinds import Severity
from storage.misses import Hearer, OpenMiss, What
from storage.texts import N_, Gettext, Texts
from workflows.escalations.auditor import Auditor

MISSES_AT_ONCE = 500
SAID_AT_ONCE = 4
NAMED = 10
CALL_WITHIN_S = 10.0

TITLE = N_("Planned but not done in time: {count}")
SUMMARY = N_(
    "The audit found reminders or steps that were late, or messages that reached nobody. "
    "Please check these cases, and ask the operator of the service to find the cause."
)
WORDS = {
    What.MISSING: N_("has not happened"),
    What.MISSED: N_("did not happen"),
    What.LATE: N_("came too late"),
    What.NOBODY: N_("nobody could be notified"),
    What.UNTOLD: N_("message not accepted by any channel"),
    What.UNCLEAR: N_("could not be checked"),
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
        """Audit, then tell what nobody was told of; what could not be told is told in the next round.

        Does nothing while another process is at it. Raises `DatabaseAway`.
        """
        async with self._auditor.alone() as free:
            if not free:
                return 0
            found = await self._auditor.run_round(progress)
            if missed := await self._auditor.to_tell(MISSES_AT_ONCE):
                log.error("promises_not_kept", cases=sorted({miss.number for miss in missed}))
                await self._auditor.told(sorted(await self._tell(missed, progress)))
        return found

    async def _tell(self, missed: Sequence[OpenMiss], progress: Callable[[], None]) -> set[int]:
        """The ids of those that anybody has heard of. Each administrator is told once, by mail where they have it."""
        to_hear = await self._to_hear(missed)
        called = await self._call(missed)
        progress()
        few = asyncio.Semaphore(SAID_AT_ONCE)

        async def say(hearer: Hearer) -> bool:
            async with few:
                try:
                    return await self._say(hearer, to_hear[hearer])
                except DatabaseAway:
                    return False
                finally:
                    progress()

        passed = await asyncio.gather(*map(say, to_hear))
        heard = {
            miss.id for hearer, ok in zip(to_hear, passed, strict=True) if ok for miss in to_hear[hearer]
        }
        everything = {miss.id for miss in missed}
        if called:
            return everything
        # Where there is nobody to tell, the log has to do.
        somebody = {miss.id for misses in to_hear.values() for miss in misses}
        return heard if self._alarm_url else heard | (everything - somebody)

    async def _to_hear(self, missed: Sequence[OpenMiss]) -> Mapping[Hearer, list[OpenMiss]]:
        found: dict[Hearer, list[OpenMiss]] = defaultdict(list)
        for path, group in groupby(missed, key=lambda miss: miss.path):
            misses = list(group)
            for hearer in await self._auditor.hearers(path):
                found[hearer] += misses
        return found

    async def _say(self, to: Hearer, missed: Sequence[OpenMiss]) -> bool:
        gettext = self._texts.gettext(to.language)
        word = self._word(missed, gettext)
        for way in to.ways:
            said = await self._direct.say(way.kind, way.account_id, way.address, word, to.language, gettext)
            if said.passed:
                return True
            log.warning("alarm_not_said", account=way.account_id, code=said.code)
        return False

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
