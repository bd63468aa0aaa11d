"""What the moves of an adverse event write. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

from storage.facts import Facts
from workflows.adverse_event.clocks import BY_OUTCOME
from workflows.adverse_event.forms import (
    Causality,
    Check,
    Circumstances,
    EventReport,
    Grading,
    Handling,
    Known,
    Outcome,
    Raised,
    Tri,
)
from workflows.adverse_event.rules import alarm_runs, calls_for_alarm, is_high, is_worse


def report(facts: Facts, form: EventReport) -> Mapping[str, Any]:
    """The event as it was reported, with proposals for causality and grade."""
    alarm = calls_for_alarm(form)
    return {
        **circumstances(facts, form),
        "outcome": form.outcome,
        "is_group": form.is_group,
        "happened_on": form.happened_on,
        "known_at": form.known_at,
        "knowledge": _knowledge(form),
        "group_known_at": form.known_at if form.is_group else None,
        "alarmed_at": facts.now if alarm else None,
        "grade": _proposed_grade(facts, form.outcome),
    }


def circumstances(_: Facts, form: Circumstances) -> Mapping[str, Any]:
    """What happened, without the patient's fields."""
    return {
        "manifestation": form.manifestation,
        "device_measures": form.device_measures,
        "used_by": form.used_by,
        "in_time_order": form.in_time_order,
        "of_known_kind": form.of_known_kind,
        "otherwise_explained": form.otherwise_explained,
        "causality": proposed_causality(form.in_time_order, form.of_known_kind, form.otherwise_explained),
    }


def _knowledge(form: Known) -> list[dict[str, str]]:
    if form.outcome not in BY_OUTCOME:
        return []
    return [{"outcome": str(form.outcome), "at": form.known_at.isoformat()}]


def _proposed_grade(facts: Facts, outcome: Outcome) -> str:
    return str(facts.policies["adverse_event.grades"][outcome])


def proposed_causality(in_time_order: Tri, of_known_kind: Tri, otherwise_explained: Tri) -> Causality:
    """A proposal from the form's three questions; the safety officer decides. House rule."""
    if in_time_order is Tri.NO:
        return Causality.UNLIKELY
    if Tri.UNKNOWN in (in_time_order, of_known_kind, otherwise_explained):
        return Causality.UNDETERMINED
    if of_known_kind is Tri.YES:
        return Causality.VERY_LIKELY if otherwise_explained is Tri.NO else Causality.POSSIBLE
    return Causality.POSSIBLE if otherwise_explained is Tri.NO else Causality.UNLIKELY


def check(facts: Facts, form: Check) -> Mapping[str, Any]:
    """The causality as checked. The safety officer, who checks, knows of the event by that."""
    return {"causality": form.causality, **known_to_the_department(facts, form)}


def known_to_the_department(facts: Facts, _: object) -> Mapping[str, Any]:
    """An alarm that is running is acknowledged."""
    return {"acknowledged_at": facts.now} if alarm_runs(facts) else {}


def grade(facts: Facts, form: Grading) -> Mapping[str, Any]:
    """The grade; a high one raises the alarm, unless it was raised before."""
    alarm = is_high(facts, form.grade) and not facts.detail["alarmed_at"]
    alarmed = {"alarmed_at": facts.now} if alarm else known_to_the_department(facts, form)
    return {"grade": form.grade, **alarmed}


def raised(facts: Facts, form: Raised) -> Mapping[str, Any]:
    """The more serious knowledge: what was reported before does not tell it, so the duty is there anew."""
    outcome = form.outcome if is_worse(facts, form) else Outcome(facts.detail["outcome"])
    changes: dict[str, Any] = {"outcome": outcome, "grade": _proposed_grade(facts, outcome)}
    if outcome == form.outcome and is_worse(facts, form):
        reported = facts.detail["national_reported_at"] is not None
        changes["knowledge"] = [*([] if reported else facts.detail["knowledge"]), *_knowledge(form)]
        changes["national_reported_at"] = None
    if form.is_group and not facts.detail["is_group"]:
        changes |= {"is_group": True, "group_known_at": form.known_at}
    if calls_for_alarm(form):
        changes |= {"alarmed_at": facts.now, "acknowledged_at": None}
    return changes


def handled(facts: Facts, form: Handling) -> Mapping[str, Any]:
    """Cause and measures; the first time that it was handled counts for the hospital's clock."""
    return {
        "cause": form.cause,
        "handling": form.handling,
        "hospital_handled_at": facts.detail["hospital_handled_at"] or facts.now,
    }


def writes_field(field: str) -> Callable[[Facts, Any], Mapping[str, Any]]:
    """The form's field becomes the column of that name."""
    return lambda _, form: {field: getattr(form, field)}
