"""What was promised for a case and has come due, reckoned anew from its history and the policies. Pure.

Timers are not asked: whether they were set, moved and fired rightly is what is to be found out.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from storage.facts import Facts
from storage.histories import History, Told
from workflows.calendar import Calendar
from workflows.definition import Deadline, Rung, Workflow

TURNS_AT_MOST = 1000
MOMENT = timedelta(seconds=1)


@dataclass(frozen=True)
class Promise:
    """Something that was to happen. `due_at` as reckoned; `from_at` when it could happen at the earliest.

    That is later where the state was entered, or a policy set, after the due time. `kept` is the step in which it
    happened. Business times.
    """

    rule: str
    rung: int
    due_at: datetime
    from_at: datetime
    tells: bool
    kept: Told | None


def needs_facts(workflow: Workflow, state: str) -> bool:
    """Does what is promised in that state depend on more than policies?"""
    rungs = [rung for deadline in workflow.deadlines_of(state) for rung in deadline.ladder]
    return any(rung.due or rung.quiet for rung in rungs)


@dataclass(frozen=True)
class Reckoning:
    """Reckons the promises of one case. `facts` are needed where `needs_facts` says so; `by` is the last due time."""

    workflow: Workflow
    history: History
    facts: Facts | None
    calendar: Calendar
    by: datetime

    def promises(self) -> list[Promise]:
        """What had come due in the state in which the case is."""
        deadlines = self.workflow.deadlines_of(self.history.state)
        return [promise for deadline in deadlines for promise in self._of(deadline)]

    def _of(self, deadline: Deadline) -> Iterator[Promise]:
        numbered = list(enumerate(deadline.ladder))
        if deadline.only_latest:  # of stages that follow each other the latest is what counts by now
            begun = [(n, rung) for n, rung in numbered if self._has_begun(deadline.rule, rung)]
            numbered = begun[-1:]
        for number, rung in numbered:
            promise = self._promise(deadline.rule, number, rung)
            if promise is None or promise.from_at > self.by:
                continue
            if not (deadline.only_latest and self._overtaken(promise)):
                yield promise

    def _has_begun(self, rule: str, rung: Rung) -> bool:
        """Has its time come, be it to be silent?"""
        first = self._first(rule, rung)
        return first is not None and first <= self.by

    def _overtaken(self, promise: Promise) -> bool:
        """Was a later stage told since?"""
        return any(
            told.rule == promise.rule and told.rung > promise.rung and told.at >= promise.from_at
            for told in self.history.told
        )

    def _promise(self, rule: str, number: int, rung: Rung) -> Promise | None:
        due = self._due(rule, number, rung)
        if due is None:
            return None
        return Promise(
            rule, number, due, self._from(rung, due), bool(rung.tells), self._kept(rule, number, rung, due)
        )

    def _from(self, rung: Rung, due: datetime) -> datetime:
        """When it could happen at the earliest: not before the state was entered and its policies were set."""
        names = [name for name in (rung.after, rung.again) if name]
        set_at = [held.since for name in names if (held := self.history.policies.get(name))]
        return max(due, self.history.entered_at, *set_at)

    def _due(self, rule: str, number: int, rung: Rung) -> datetime | None:
        """The newest turn of the rung that was not to be silent; None when there is none (yet)."""
        due = self._first(rule, rung)
        told = self._told(rule, number)
        if rung.again and rung.due is None and told:
            due = self._next(rung, told[-1].due_at, told[-1].at)
        for _ in range(TURNS_AT_MOST):
            if due is None or due > self.by or not self._is_quiet(rung, due):
                return due
            due = self._next(rung, due, due) if rung.again else None
        return None

    def _first(self, rule: str, rung: Rung) -> datetime | None:
        if rung.after:
            return self.calendar.due(self.history.entered_at, self._value(rung.after))
        facts = self._facts_at(self.by, rule)
        return rung.due.at(facts, self.calendar) if rung.due and facts else None

    def _next(self, rung: Rung, turn: datetime, at: datetime) -> datetime:
        return self.calendar.turn_after(turn, self._value(str(rung.again)), at)

    def _is_quiet(self, rung: Rung, due: datetime) -> bool:
        """Just after its time: at the very moment that a time limit ends it has not passed."""
        facts = self._facts_at(self._from(rung, due) + MOMENT, "")
        return bool(rung.quiet and facts and rung.quiet(facts))

    def _facts_at(self, at: datetime, rule: str) -> Facts | None:
        """The facts as of a business time, with what fired as the history tells it."""
        if self.facts is None:
            return None
        fired = {
            (told.rule, told.rung, told.due_at): told.at for told in self.history.told if told.rule == rule
        }
        return replace(self.facts, now=at, fired=fired)

    def _told(self, rule: str, number: int) -> list[Told]:
        """The rung's steps since the state was entered."""
        since = self.history.entered_version
        return [t for t in self.history.told if (t.rule, t.rung) == (rule, number) and t.version > since]

    def _kept(self, rule: str, number: int, rung: Rung, due: datetime) -> Told | None:
        """The step in which it was kept. What is counted from the entry of the state is kept once in it."""
        if rung.after and not rung.again:
            return next(iter(self._told(rule, number)), None)
        own = [t for t in self.history.told if (t.rule, t.rung) == (rule, number)]
        return next((t for t in own if t.due_at == due or t.at >= due), None)

    def _value(self, name: str) -> Mapping[str, Any]:
        held = self.history.policies.get(name)
        return held.value if held else self.workflow.policies[name].value


def misses_of(promises: Iterable[Promise], now: datetime, grace: timedelta) -> Iterator[tuple[str, Promise]]:
    """What was not kept, kept too late, or told to nobody."""
    for promise in promises:
        if promise.kept is None:
            if now - promise.from_at > grace:
                yield "missing", promise
        elif promise.kept.at - promise.from_at > grace:
            yield "late", promise
        elif promise.tells and promise.kept.told == 0:
            yield "nobody", promise
