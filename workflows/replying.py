"""Answers by SMS: they acknowledge the one message that they name, stop a kind of reminder, or are asked back about.

A reply acknowledges only the message whose extend code it carries. Without a code exactly one message to that number
may wait for an answer; else the sender is asked which. No reply approves anything.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

import structlog

from storage import mutes, replies
from storage.database import Database
from storage.kinds import MessageKind
from storage.mutes import Muting
from storage.replies import Asked, Outcome, Reply, Telling
from workflows.acknowledging import Acknowledged, Acknowledging
from workflows.actor import Door
from workflows.engine import Clocks
from workflows.reply_messages import HELP, MOVED_ON, NOT_STOPPED, NOT_YOURS, NOTHING_OPEN, REFUSED, WHICH
from workflows.reply_words import Meant, Understood, Words, understood
from workflows.stopping import may_stop_for

HELPED_WITHIN, MOST_HELPED = timedelta(days=1), 3
ASKED_WITHIN, MOST_ASKED = timedelta(hours=1), 5
NAMED_LENGTH = 15  # the whole sentence in Chinese then fits into a variable of 35 letters

log = structlog.get_logger()


@dataclass(frozen=True)
class SmsAccount:
    """The account at which a reply came in. `kinds` are those of its medium; `digits` those of its extend codes."""

    id: int
    kinds: Sequence[str]
    digits: int
    words: Words


class Answered(StrEnum):
    """What came of a reply that acknowledges nothing; else it is one of `Acknowledged`."""

    WHICH = "which"
    HELP = "help"
    NOTHING_OPEN = "nothing_open"
    NOT_YOURS = "not_yours"
    IGNORED = "ignored"
    STOPPED = "stopped"
    NOT_STOPPED = "not_stopped"
    UNSUBSCRIBED = "unsubscribed"


TOLD_BACK = (
    *(Answered.WHICH, Answered.NOT_STOPPED, Answered.NOTHING_OPEN, Answered.NOT_YOURS),
    *(Acknowledged.REFUSED, Acknowledged.MOVED_ON),
)
ENDED_OTHERWISE = {Acknowledged.REFUSED: REFUSED, Acknowledged.MOVED_ON: MOVED_ON}


@dataclass(frozen=True)
class _Ending:
    """How it ends: what is noted, what is told in return, what is stopped."""

    outcome: Outcome
    telling: Telling | None = None
    muting: Muting | None = None


class Replying:
    """Takes replies."""

    def __init__(self, db: Database, acknowledging: Acknowledging, clocks: Clocks) -> None:
        self._db = db
        self._acknowledging = acknowledging
        self._clocks = clocks

    async def take(self, account: SmsAccount, reply: Reply) -> str:
        """What came of it; the same again for one that is pushed again. Raises `DatabaseAway`.

        What it acknowledges is done before it is noted: a process that dies between leaves it to the provider to
        push it again.
        """
        now = self._clocks.real.now()
        reply_id, known = await replies.keep(self._db, reply, now)
        if known is not None:
            return known
        ending = await self._ending(account, reply)
        async with self._db.transaction() as tx:
            if not await replies.finish(tx, reply_id, reply, ending.outcome, now):
                return ending.outcome.what
            if ending.telling:
                await replies.tell(tx, ending.telling, now)
            if ending.muting:
                await mutes.mute(tx, ending.muting, now)
        log.info("sms_reply", reply=reply_id, outcome=ending.outcome.what, message=ending.outcome.message_id)
        return ending.outcome.what

    async def _ending(self, account: SmsAccount, reply: Reply) -> _Ending:
        said = understood(reply.words, account.words)
        asked = await replies.asked(self._db, account.id, reply.number, self._clocks.real.now())
        named = _named(asked, said.code, _carried(account, reply))
        meant = await self._meant(account, reply, said)
        if meant is Meant.UNSUBSCRIBE:
            return _Ending(_about(Answered.UNSUBSCRIBED, named[0] if len(named) == 1 else None))
        if meant is Meant.UNKNOWN:
            return await self._help(account, reply, named)
        if not named:
            return await self._nothing(account, reply, is_named=bool(said.code or _carried(account, reply)))
        one = _only(named, meant, by_digits=bool(said.code))
        if one is None:
            return await self._which(account, reply, named)
        if meant is Meant.STOP:
            return await self._stop(account, reply, one)
        return await self._acknowledge(account, reply, one)

    async def _meant(self, account: SmsAccount, reply: Reply, said: Understood) -> Meant:
        """Digits alone go on with what the sender was asked back about, else they acknowledge."""
        if said.meant is not Meant.NAMED:
            return said.meant
        since = self._clocks.real.now() - ASKED_WITHIN
        before = await replies.asked_back(self._db, reply.number, Answered.WHICH, since)
        meanings = (understood(words, account.words).meant for words in before)
        is_stop = next((meant for meant in meanings if meant is not Meant.NAMED), None) is Meant.STOP
        return Meant.STOP if is_stop else Meant.ACKNOWLEDGE

    async def _acknowledge(self, account: SmsAccount, reply: Reply, one: Asked) -> _Ending:
        done = await self._acknowledging.acknowledge(one.message_id, Door.SMS, delivery_id=one.delivery_id)
        # That it had been acknowledged may be by this very reply, noted by a process that died.
        outcome = _about(done if done is not Acknowledged.UNKNOWN else Answered.IGNORED, one)
        kind = ENDED_OTHERWISE.get(done)
        return _Ending(outcome, await self._back(account, reply, one.person_id, kind, {}) if kind else None)

    async def _stop(self, account: SmsAccount, reply: Reply, one: Asked) -> _Ending:
        period = await may_stop_for(self._db, self._clocks, one.kind, one.severity, one.path)
        if one.person_id is None or not period:
            told = await self._back(account, reply, one.person_id, NOT_STOPPED, {})
            return _Ending(_about(Answered.NOT_STOPPED, one), told)
        until = self._clocks.real.now() + period
        return _Ending(_about(Answered.STOPPED, one), muting=Muting(one.person_id, one.kind, until, Door.SMS))

    async def _which(self, account: SmsAccount, reply: Reply, open_: Sequence[Asked]) -> _Ending:
        person = await replies.whose(self._db, reply.number, account.kinds)
        told = await self._back(account, reply, person, WHICH, {"open": _listed(open_)})
        return _Ending(Outcome(Answered.WHICH), told)

    async def _nothing(self, account: SmsAccount, reply: Reply, *, is_named: bool) -> _Ending:
        """Nothing waits any more, or nothing that went to this number is named so."""
        person = await replies.whose(self._db, reply.number, account.kinds)
        if person is None:
            return _Ending(Outcome(Answered.IGNORED))
        what, kind = (Answered.NOT_YOURS, NOT_YOURS) if is_named else (Answered.NOTHING_OPEN, NOTHING_OPEN)
        return _Ending(Outcome(what), await self._back(account, reply, person, kind, {}))

    async def _back(
        self,
        account: SmsAccount,
        reply: Reply,
        person_id: int | None,
        kind: MessageKind,
        variables: Mapping[str, Any],
    ) -> Telling | None:
        """What the sender is told in return; nothing more to a phone that keeps answering by itself."""
        since = self._clocks.real.now() - ASKED_WITHIN
        so_often = await replies.lately(self._db, reply.number, TOLD_BACK, since)
        if person_id is None or so_often >= MOST_ASKED:
            return None
        return Telling(person_id, kind.name, account.id, variables)

    async def _help(self, account: SmsAccount, reply: Reply, named: Sequence[Asked]) -> _Ending:
        """A few times a day: somebody's automatic answers must not be answered for ever."""
        one = named[0] if len(named) == 1 else None
        since = self._clocks.real.now() - HELPED_WITHIN
        person = await replies.whose(self._db, reply.number, account.kinds)
        so_often = await replies.lately(self._db, reply.number, (Answered.HELP,), since)
        if person is None or so_often >= MOST_HELPED:
            return _Ending(_about(Answered.IGNORED, one))
        word = account.words.acknowledge[0] if account.words.acknowledge else ""
        told = Telling(person, HELP.name, account.id, {"acknowledge": word})
        return _Ending(_about(Answered.HELP, one), told)


def _carried(account: SmsAccount, reply: Reply) -> str:
    """The extend code behind the number to which somebody wrote."""
    return reply.extend[-account.digits :] if account.digits and len(reply.extend) >= account.digits else ""


def _named(asked: Sequence[Asked], written: str, carried: str) -> list[Asked]:
    """What is meant: by digits that somebody wrote, else by the code carried, and no other one; else all that wait.

    Digits that were written are those of a code, or the last ones of a case's number.
    """
    if written:
        same = [one for one in asked if written in (one.code, _running(one))]
        same = same or [one for one in asked if one.number.endswith(written)]
    elif carried:
        same = [one for one in asked if one.code == carried]
    else:
        return [one for one in asked if one.pending]
    return [one for one in same if one.pending] or same[:1]


def _only(named: Sequence[Asked], meant: Meant, *, by_digits: bool) -> Asked | None:
    """The one that is meant: of a case that somebody named, or a kind that is to be stopped, the newest; else None."""
    cases, kinds = {one.case_id for one in named}, {(one.person_id, one.kind) for one in named}
    of_one_case = by_digits and len(cases) == 1 and None not in cases
    is_clear = len(named) == 1 or of_one_case or (meant is Meant.STOP and len(kinds) == 1)
    return named[0] if is_clear else None


def _listed(open_: Sequence[Asked]) -> str:
    """What there is to choose from, the newest first: each case by its running number, or a code if that is none's own.

    As many as fit, one at least.
    """
    newest: dict[object, Asked] = {}
    for one in open_:
        newest.setdefault(one.case_id or one, one)
    alike = Counter(_running(one) for one in newest.values())
    names = [
        _running(one) if one.number and alike[_running(one)] == 1 else one.code for one in newest.values()
    ]
    while len(names) > 1 and len("、".join(names)) > NAMED_LENGTH:
        names.pop()
    return "、".join(names)


def _running(one: Asked) -> str:
    """The digits at the end of a case's number, six or more."""
    return one.number.rpartition("-")[2]


def _about(what: str, one: Asked | None) -> Outcome:
    return Outcome(str(what), one.message_id, one.delivery_id) if one else Outcome(str(what))
