"""Corrections of what stands on a licence: proposed by one side, approved by the issuing authority. Pure.

What the authority wrote is the authority's to change. A proposal keeps both sides; it is stale once the record has
moved, and it never touches the time limit.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from storage.clock import SHANGHAI
from storage.facts import Facts
from storage.texts import N_
from workflows.definition import Change, Due, Faults, Form
from workflows.errors import FormInvalid
from workflows.forms import describe, fill_in
from workflows.licence import rules
from workflows.licence.forms import Correction, DuplicateCorrection
from workflows.licence.numbers import category
from workflows.licence.reminders import today
from workflows.licence.stages import ONE_DAY

REASON = "reason"
TICKS = frozenset({"class_code_checked", "credit_code_reason"})
"""What lets something odd through: asked for by the form, no part of the record."""

PENDING = N_("A correction is already awaiting the issuing authority. Please wait, or withdraw it first.")
NONE_PENDING = N_("No correction is waiting.")
STALE = N_(
    "The record has changed since this correction was proposed. Please refuse it, or have it withdrawn."
)
NO_LONGER_FITS = N_(
    "The proposal does not match the other dates of this licence. Please refuse it with the reason."
)
NOTHING_CHANGED = N_("Nothing has changed. Please change at least one field.")


class Of(StrEnum):
    """What is to be corrected."""

    ORIGINAL = "original"
    DUPLICATE = "duplicate"


FORMS: Mapping[str, type[Form]] = {Of.ORIGINAL: Correction, Of.DUPLICATE: DuplicateCorrection}
FAULTS: Mapping[str, Faults] = {Of.ORIGINAL: rules.correction_faults, Of.DUPLICATE: rules.duplicate_faults}


def pending(facts: Facts) -> Mapping[str, Any] | None:
    """The correction that waits for the authority."""
    found: Mapping[str, Any] | None = facts.detail.get("proposal")
    return found or None


def changes(facts: Facts) -> Sequence[Change]:
    """Both sides of the correction that waits; fields that stay as they are left out."""
    waiting = pending(facts)
    if waiting is None:
        return ()
    labels = {spec.name: spec.label for spec in describe(FORMS[waiting["of"]])}
    before, after = waiting["before"], waiting["after"]
    return [Change(name, labels.get(name, name), before[name], after[name]) for name in after]


# Whether a correction may be proposed, and decided upon.


def may_propose(facts: Facts) -> str | None:
    """One correction at a time."""
    return PENDING if pending(facts) else None


def may_withdraw(facts: Facts) -> str | None:
    """Only what waits."""
    return None if pending(facts) else NONE_PENDING


def may_approve(facts: Facts) -> str | None:
    """Not what is stale, nor what no longer fits."""
    waiting = pending(facts)
    if waiting is None:
        return NONE_PENDING
    if any(_plain(facts.detail.get(name)) != before for name, before in waiting["before"].items()):
        return STALE
    return NO_LONGER_FITS if _faults_of(facts, waiting) else None


def _faults_of(facts: Facts, waiting: Mapping[str, Any]) -> Mapping[str, object]:
    """What was proposed, checked once more against what is known now."""
    try:
        form = fill_in(FORMS[waiting["of"]], {**waiting["values"], REASON: waiting[REASON]})
    except FormInvalid as refused:
        return refused.fields
    return FAULTS[waiting["of"]](facts, form)


def correction_faults(facts: Facts, form: Correction) -> Mapping[str, str]:
    """The dates still fit each other, and something changes."""
    return rules.correction_faults(facts, form) or _unchanged(facts, form)


def duplicate_correction_faults(facts: Facts, form: DuplicateCorrection) -> Mapping[str, str]:
    """The same for the duplicate."""
    return rules.duplicate_faults(facts, form) or _unchanged(facts, form)


def _unchanged(facts: Facts, form: Form) -> Mapping[str, str]:
    return {} if _sides(facts, form)["after"] else {REASON: NOTHING_CHANGED}


# What the moves write and record.


def propose(facts: Facts, form: Form) -> Mapping[str, Any]:
    """Both sides, until the authority decides."""
    of = Of.DUPLICATE if isinstance(form, DuplicateCorrection) else Of.ORIGINAL
    values = form.model_dump(mode="json")
    reason = values.pop(REASON)
    kept = {"of": str(of), "values": values, REASON: reason, **_sides(facts, form)}
    return {"proposal": kept, "proposed_at": facts.now}


def approve(facts: Facts, _: object) -> Mapping[str, Any]:
    """What was proposed comes to hold; the time limit stays."""
    waiting = pending(facts) or {"after": {}}
    return {**_derived(waiting["after"]), **decided(facts, None)}


def correct(facts: Facts, form: Correction) -> Mapping[str, Any]:
    """The authority's own correction; the time limit stays."""
    return _derived(_sides(facts, form)["after"])


def decided(_: Facts, __: object) -> Mapping[str, Any]:
    """Nothing waits any more."""
    return {"proposal": None, "proposed_at": None}


def both_sides(facts: Facts, form: Form) -> Mapping[str, Any]:
    """For the history: what the form changes."""
    return _sides(facts, form)


def both_sides_proposed(facts: Facts, _: object) -> Mapping[str, Any]:
    """For the history: what the correction that waits changes."""
    waiting = pending(facts) or {"before": {}, "after": {}}
    return {"before": waiting["before"], "after": waiting["after"]}


def limit_sides(facts: Facts, form: Any) -> Mapping[str, Any]:
    """For the history: the limit as it was and as it is."""
    sides = (facts.detail.get("limit_on"), form.limit_on)
    before, after = (_plain(side) for side in sides)
    return {"before": {"limit_on": before}, "after": {"limit_on": after}}


def _derived(after: Mapping[str, str]) -> dict[str, Any]:
    number = after.get("licence_number")
    return {**after, **({"category": category(number)} if number else {})}


def _sides(facts: Facts, form: Form) -> dict[str, dict[str, str]]:
    """Before and after of each field that differs."""
    given = {
        name: _plain(value)
        for name, value in form.model_dump(mode="json").items()
        if name not in TICKS and name != REASON
    }
    before = {name: _plain(facts.detail.get(name)) for name in given}
    differ = [name for name in given if given[name] != before[name]]
    return {"before": {n: before[n] for n in differ}, "after": {n: given[n] for n in differ}}


def _plain(value: object) -> str:
    """As the database says it in JSON, whether it comes from there or from a form."""
    return value.isoformat() if isinstance(value, date) else str(value or "")


# Until when the authority answers.


def answer_by(facts: Facts, since: datetime) -> date:
    """The day by which an application or a correction is to be answered."""
    days = timedelta(days=int(facts.policies["licence.answer"]["amount"]))
    return since.astimezone(SHANGHAI).date() + days


def proposed_at(facts: Facts) -> datetime | None:
    """When the correction that waits was proposed."""
    at = facts.detail.get("proposed_at")
    return datetime.fromisoformat(at) if isinstance(at, str) else at


def _unanswered(facts: Facts, since: datetime | None) -> datetime | None:
    """The morning after the last day for an answer."""
    if since is None:
        return None
    hour = time(int(facts.policies["licence.reminder_hour"]["hour"]))
    return datetime.combine(answer_by(facts, since) + ONE_DAY, hour, SHANGHAI)


DUE = Due(
    N_("time since a correction was proposed, set by the policy"),
    lambda facts, _: _unanswered(facts, proposed_at(facts)),
)
ISSUE_DUE = Due(
    N_("time since the duplicate was applied for, set by the policy"),
    lambda facts, _: _unanswered(facts, facts.entered_at),
)


def is_quiet(facts: Facts) -> bool:
    """Was the correction decided upon meanwhile, or is it a younger one that waits?"""
    at = proposed_at(facts)
    return at is None or today(facts) <= answer_by(facts, at)
