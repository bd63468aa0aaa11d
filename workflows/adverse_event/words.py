"""What messages and lists may say of an adverse event. Pure.

No patient's field and no free text is ever a variable: a message carries the case's number.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from storage.facts import Facts
from storage.moments import moment
from storage.texts import N_
from workflows.adverse_event.clocks import (
    CALENDAR,
    LABELS,
    Clock,
    Watch,
    clock_of,
    clocks,
    due_words,
    minutes_left,
)
from workflows.adverse_event.forms import CAUSALITY_LABELS, GRADE_LABELS, OUTCOME_LABELS, EventReport
from workflows.adverse_event.rules import alarm_due
from workflows.calendar import Calendar
from workflows.definition import Part

TITLE_LENGTH = 60
LEVELS = tuple(
    f"adverse_event.unacknowledged{level}" for level in ("", "_head", "_director", "_city", "_province")
)
GRADED = frozenset({"graded", "handled", "closed"})


def title(form: EventReport) -> str:
    """The first words of what happened, for lists."""
    words = " ".join(form.manifestation.split())
    return words if len(words) <= TITLE_LENGTH else words[: TITLE_LENGTH - 1] + "…"


def variables(facts: Facts) -> Mapping[str, Any]:
    """What the messages may speak of. Keys ending in `_text` are source texts, `_left` are minutes."""
    detail = facts.detail
    return {
        "number": facts.number,
        "device": facts.device.get("name", ""),
        "device_number": facts.device.get("number", ""),
        "department": facts.organisation_name,
        "place": facts.device.get("location", ""),
        "outcome_text": OUTCOME_LABELS.get(detail.get("outcome", ""), ""),
        "group_text": N_("Group event") if detail.get("is_group") else "",
        "grade_text": GRADE_LABELS.get(detail.get("grade", ""), "") if facts.state in GRADED else "",
        "causality_text": CAUSALITY_LABELS.get(detail.get("causality", ""), ""),
        "happened_on": _day(detail.get("happened_on")),
        "reporter": next((p.name for p in facts.with_part(Part.REPORTER)), ""),
        **_first(facts),
        **{f"{watch}_due": _due(clock_of(watch, facts)) for watch in Watch},
        **{f"{watch}_at": _at(clock_of(watch, facts), facts) for watch in Watch},
        "alarm_at": _next_level(facts),
        **{f"{watch}_left": _left(clock_of(watch, facts), facts) for watch in Watch},
    }


def _first(facts: Facts) -> Mapping[str, str]:
    """The clock that is due next, for the card."""
    clock = next((clock for clock in clocks(facts) if clock.satisfied_at is None), None)
    label = LABELS[clock.watch] if clock else ""
    return {"clock_text": label, "clock_due": _due(clock), "clock_left": _left(clock, facts)}


def _due(clock: Clock | None) -> str:
    return due_words(clock) if clock else ""


def _at(clock: Clock | None, facts: Facts) -> str:
    return moment(clock.due, facts.now) if clock else ""


def limit(facts: Facts, _: Calendar) -> datetime | None:
    """The next deadline of the law or the house; when all of them passed, the last."""
    dues = [clock.due for clock in clocks(facts) if clock.satisfied_at is None]
    return next((due for due in dues if due > facts.now), dues[-1] if dues else None)


def _next_level(facts: Facts) -> str:
    """When the next level is notified unless somebody acknowledges."""
    dues = (alarm_due(policy)(facts, CALENDAR) for policy in LEVELS)
    due = next((due for due in dues if due and due > facts.now), None)
    return moment(due, facts.now) if due else ""


def _left(clock: Clock | None, facts: Facts) -> str:
    return str(minutes_left(clock, facts.now)) if clock and clock.satisfied_at is None else ""


def _day(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value or "")
