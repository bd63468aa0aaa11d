"""What the clocks and the words of an adverse event look like on its page. Source texts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from storage.facts import Facts
from storage.kinds import Severity
from storage.texts import N_
from workflows.adverse_event.clocks import Clock, clocks, due_words, instant, minutes_left
from workflows.adverse_event.forms import (
    CAUSALITY_LABELS,
    GRADE_LABELS,
    OPERATOR_LABELS,
    OUTCOME_LABELS,
    TRI_LABELS,
)
from workflows.adverse_event.messages import LEVEL
from workflows.adverse_event.patient import may_look, may_look_back
from workflows.adverse_event.people import REPORTERS

__all__ = ["REPORTERS", "ClockLook", "clock_looks", "instant", "label", "may_look", "may_look_back"]

IN_TIME, LATE = N_("Done in time"), N_("Done too late")
RUNNING, PASSED = N_("Running"), N_("Passed")
WORDS = {
    Severity.INFO: RUNNING,
    Severity.NOTICE: N_("Half of the time has passed"),
    Severity.URGENT: N_("A quarter of the time is left"),
    Severity.CRITICAL: N_("The last tenth of the time"),
}
LABELS: Mapping[str, Mapping[str, str]] = {
    "outcome": OUTCOME_LABELS,
    "grade": GRADE_LABELS,
    "causality": CAUSALITY_LABELS,
    "used_by": OPERATOR_LABELS,
    "in_time_order": TRI_LABELS,
    "of_known_kind": TRI_LABELS,
    "otherwise_explained": TRI_LABELS,
}


@dataclass(frozen=True)
class ClockLook:
    """A clock as the page shows it: word, colour class, due time, the minutes that are left of it."""

    clock: Clock
    word: str
    tone: str
    due: str
    left: int | None


def clock_looks(facts: Facts, now: datetime) -> list[ClockLook]:
    """The clocks of an event, the one that is due first at the front."""
    return [_look(clock, now) for clock in clocks(facts)]


def label(facts: Facts, name: str) -> str:
    """The words for a field with given choices."""
    return LABELS[name].get(str(facts.detail.get(name) or ""), "")


def _look(clock: Clock, now: datetime) -> ClockLook:
    word, tone = _word(clock, now)
    left = None if clock.satisfied_at or clock.passed(now) else minutes_left(clock, now)
    return ClockLook(clock, word, tone, due_words(clock), left)


def _word(clock: Clock, now: datetime) -> tuple[str, str]:
    if clock.satisfied_at is not None:
        return (IN_TIME, "tone-done") if clock.in_time else (LATE, f"level-{Severity.CRITICAL}")
    if clock.passed(now):
        return PASSED, f"level-{Severity.CRITICAL}"
    reached = [severity for share, severity in LEVEL.items() if clock.after(share) <= now]
    level = reached[-1] if reached else Severity.INFO
    return WORDS[level], f"level-{level}"
