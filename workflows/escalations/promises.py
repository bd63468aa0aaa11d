"""What was promised for a case in one of its stays, reckoned anew from its history and the policies of then. Pure.

Timers are not asked: whether they were set, moved and fired rightly is what is to be found out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any

from storage.facts import Facts
from storage.histories import History, Step
from storage.misses import What
from storage.policy_history import PolicyHistory
from workflows.calendar import Calendar
from workflows.definition import Deadline, Rung, Workflow
from workflows.escalations.replay import Details
from workflows.escalations.stays import Stay

TURNS_AT_MOST = 1000
MOMENT = timedelta(seconds=1)


@dataclass(frozen=True)
class Told:
    """A step that the system took for a rung: when that was due, when it came, and how many were told."""

    rule: str
    rung: int
    due_at: datetime
    step: Step
    told: int


@dataclass(frozen=True)
class Promise:
    """Something that was to happen. `due_at` as reckoned; `from_at` when it could happen at the earliest.

    That is later where the state was entered, or a policy set, after the due time. From `until` on it was promised no
    more. `kept` is the step in which it happened; one that `is_over` can not be kept any more. Business times.
    """

    rule: str
    rung: int
    due_at: datetime
    from_at: datetime
    until: datetime
    tells: bool
    kept: Told | None
    is_over: bool


@dataclass(frozen=True)
class Known:
    """What is known of a case beside its stay.

    `facts` and `details` (the case's own row after each step) are there where `needs_facts` says so; without `details`
    the row of now has to do for the stay that lasts. `calendars`: of today, and as it was when the state was entered.
    """

    workflow: Workflow
    history: History
    policies: PolicyHistory
    facts: Facts | None
    details: Details | None
    calendars: Sequence[Calendar]
    grace: timedelta
    now: datetime


def needs_facts(workflow: Workflow, state: str) -> bool:
    """Does what is promised in that state depend on more than policies?"""
    rungs = [rung for deadline in workflow.deadlines_of(state) for rung in deadline.ladder]
    return any(rung.due or rung.quiet for rung in rungs)


def policies_at(known: Known, moment: datetime) -> dict[str, Mapping[str, Any]]:
    """What held for the case then."""
    shipped = {name: policy.value for name, policy in known.workflow.policies.items()}
    return {**shipped, **known.policies.at(known.history.path, shipped, moment)}


class Reckoning:
    """Reckons the promises of one stay."""

    def __init__(self, known: Known, stay: Stay) -> None:
        self._known = known
        self._stay = stay
        self._end = stay.end(known.now)
        self._calendar = known.calendars[0]

    def promises(self) -> list[Promise]:
        """What came due in it."""
        deadlines = self._known.workflow.deadlines_of(self._stay.state)
        version = self._known.history.definition_version
        known = [deadline for deadline in deadlines if deadline.since <= version]  # see `workflows.upgrading`
        return [promise for deadline in known for promise in self._of(deadline)]

    def _of(self, deadline: Deadline) -> Iterator[Promise]:
        for number, rung in enumerate(deadline.ladder):
            if not (rung.due or rung.quiet) or self._can_tell:
                yield from self._of_rung(deadline, number, rung)

    @property
    def _can_tell(self) -> bool:
        """Is the case's own row known as it was?"""
        known = self._known
        return known.facts is not None and (known.details is not None or self._stay.left is None)

    def _of_rung(self, deadline: Deadline, number: int, rung: Rung) -> Iterator[Promise]:
        """While one policy after the other held. What was told once, or silent at its time, is not told again."""
        end = self._end_of(deadline, number)
        for begin, until in pairwise([*self._changes(rung, end), end]):
            for promise in self._turns(deadline.rule, number, rung, begin, until):
                if promise is None:
                    return
                if promise.kept or until - promise.from_at > self._known.grace:
                    yield promise
                    if not rung.again:
                        return

    def _changes(self, rung: Rung, end: datetime) -> list[datetime]:
        """When the stay began, and when a policy that the rung may depend on came to hold."""
        names = (
            self._known.workflow.policies if rung.due else [name for name in (rung.after, rung.again) if name]
        )
        path, begin = self._known.history.path, self._stay.begin
        changes = [self._known.policies.changes(path, name, begin, end) for name in names]
        return [begin, *sorted(set().union(*changes))]

    def _end_of(self, deadline: Deadline, number: int) -> datetime:
        """Until when the rung was promised: of stages that follow each other, until the next one began."""
        later = deadline.ladder[number + 1 :] if deadline.only_latest else ()
        begins = [self._first(deadline.rule, rung, self._stay.begin) for rung in later]
        return min([self._end, *(begin for begin in begins if begin)])

    def _turns(
        self, rule: str, number: int, rung: Rung, begin: datetime, until: datetime
    ) -> Iterator[Promise | None]:
        """The turns of a rung that came due while the same policies held; None for one that was to be silent for good.

        Where the turn before was silent a late one may have stood for the next as well, so that one has a turn's time.
        """
        due, slack = self._first(rule, rung, begin), False
        for _ in range(TURNS_AT_MOST):
            if due is None or (from_at := max(due, begin)) >= until:
                return
            if self._is_quiet(rung, from_at):
                if not rung.again:
                    yield None
                due, slack = self._next(rung, due, from_at), True
                continue
            kept = self._kept(rule, number, rung, due)
            following = self._next(rung, due, due)
            yield Promise(
                rule=rule,
                rung=number,
                due_at=due,
                from_at=max(from_at, following or from_at) if slack else from_at,
                until=until,
                tells=bool(rung.tells),
                kept=kept if not (kept and following and kept.due_at >= following) else None,
                is_over=kept is not None or self._is_over(rung, until),
            )
            if kept is None:
                return
            due, slack = self._next(rung, kept.due_at, kept.step.at), False

    def _is_over(self, rung: Rung, until: datetime) -> bool:
        """Can it not be made up for any more?"""
        now = self._known.now
        return self._stay.left is not None or until < now or self._is_quiet(rung, now)

    def _first(self, rule: str, rung: Rung, moment: datetime) -> datetime | None:
        """When it was due, by what was known as the state was entered and by the policies of that moment.

        Where days were moved in the calendar meanwhile, the later of the two: running deadlines do not follow.
        """
        if rung.after:
            policy = policies_at(self._known, moment)[rung.after]
            return max(calendar.due(self._stay.entered.at, policy) for calendar in self._known.calendars)
        facts = self._facts(self._stay.entered.at, moment, rule)
        return rung.due.at(facts, self._calendar) if rung.due else None

    def _next(self, rung: Rung, turn: datetime, at: datetime) -> datetime | None:
        if rung.again is None:
            return None
        return self._calendar.turn_after(turn, policies_at(self._known, at)[rung.again], at)

    def _is_quiet(self, rung: Rung, from_at: datetime) -> bool:
        """Just after its time, since at the very moment that a limit ends it has not passed; or before it was late."""
        if rung.quiet is None:
            return False
        moments = (from_at + MOMENT, from_at + self._known.grace)
        return any(rung.quiet(self._facts(moment, moment, "")) for moment in moments)

    def _facts(self, known_at: datetime, moment: datetime, rule: str) -> Facts:
        """The facts of a moment with what was known at another, and with what fired as the history tells it."""
        known = self._known
        if known.facts is None:
            raise LookupError("there are no facts")
        return replace(
            known.facts,
            state=self._stay.state,
            entered_at=self._stay.entered.at,
            detail=known.details.at(known_at) if known.details else known.facts.detail,
            policies=policies_at(known, moment),
            now=moment,
            fired={
                (t.rule, t.rung, t.due_at): t.step.at
                for t in self._told
                if t.rule == rule and t.step.at <= moment
            },
        )

    @cached_property
    def _told(self) -> list[Told]:
        """All that the system told in this case."""
        return [
            Told(
                data["rule"],
                data["rung"],
                datetime.fromisoformat(data["due_at"]),
                step,
                data.get("told") or 0,
            )
            for step in self._known.history.steps
            if step.by_system and "rung" in (data := step.data)
        ]

    def _kept(self, rule: str, number: int, rung: Rung, due: datetime) -> Told | None:
        """The step in which it was kept. What is counted from the entry of the state is kept once in it."""
        if rung.takes:
            return self._taken(rule, number, rung.takes, due)
        own = [told for told in self._told if (told.rule, told.rung) == (rule, number)]
        here = [told for told in own if self._stay.holds(told.step)]
        if rung.after and not rung.again:
            return next(iter(here), None)
        exactly = [told for told in own if told.due_at == due]
        return next(iter(exactly or [told for told in here if told.step.at >= due]), None)

    def _taken(self, rule: str, number: int, action: str, due: datetime) -> Told | None:
        """The system's own step; it tells by itself whom it tells."""
        steps = self._known.history.steps
        taken = (s for s in steps if s.by_system and s.action == action and self._stay.holds(s))
        return next((Told(rule, number, due, step, 1) for step in taken), None)


def misses_of(
    promises: Sequence[Promise], grace: timedelta, since: datetime
) -> Iterator[tuple[What, Promise]]:
    """What has not come, never came, came too late, or was told to nobody; of the past nothing before `since`."""
    for promise in promises:
        kept = promise.kept
        if kept is None:
            if not promise.is_over:
                yield What.MISSING, promise
            elif promise.until > since:
                yield What.MISSED, promise
        elif kept.step.recorded_at <= since:
            continue
        elif kept.step.at - promise.from_at > grace and promise.until - promise.from_at > grace:
            yield What.LATE, promise
        elif promise.tells and kept.told == 0:
            yield What.NOBODY, promise
