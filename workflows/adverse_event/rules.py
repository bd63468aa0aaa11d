"""Guards, faults and preconditions of the table of adverse events. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from storage.clock import SHANGHAI
from storage.facts import Facts
from storage.texts import N_
from workflows.adverse_event.clocks import SHARES, Clock, Watch, clock_of, clocks, instant, passes_at
from workflows.adverse_event.forms import SEVERITY, EventReport, Known, NationalReport, Outcome, Raised
from workflows.calendar import Calendar
from workflows.definition import Guard, Precondition

IN_FUTURE = N_("This is in the future.")
BEFORE_IT_HAPPENED = N_("This is before it happened.")
BEFORE_KNOWN = N_("This is before the event was known.")
NOT_WORSE = N_("This is not more serious than what is known already.")
ALARMING = frozenset({Outcome.DEATH, Outcome.SERIOUS_INJURY})


def calls_for_alarm(form: Known) -> bool:
    """Death, serious injury or a group event: the managing department is told at once."""
    return form.outcome in ALARMING or form.is_group


alarming = Guard(N_("death, serious injury or group event"), lambda _, form: calls_for_alarm(form))


def is_high(facts: Facts, grade: str) -> bool:
    """Is this one of the grades that the policy calls high?"""
    return grade in facts.policies["adverse_event.high_grades"]["grades"]


def known_faults(facts: Facts, form: EventReport) -> Mapping[str, str]:
    """A report tells of the past, and nobody knows of an event before it happens."""
    today = facts.now.astimezone(SHANGHAI).date()
    faults = {}
    if form.happened_on > today:
        faults["happened_on"] = IN_FUTURE
    if form.known_at > facts.now:
        faults["known_at"] = IN_FUTURE
    elif form.known_at.astimezone(SHANGHAI).date() < form.happened_on:
        faults["known_at"] = BEFORE_IT_HAPPENED
    return faults


def raised_faults(facts: Facts, form: Raised) -> Mapping[str, str]:
    """Only what is more serious starts clocks anew, from the instant of that knowledge."""
    if not (is_worse(facts, form) or (form.is_group and not facts.detail["is_group"])):
        return {"outcome": NOT_WORSE}
    return {"known_at": fault} if (fault := _misplaced(facts, form.known_at)) else {}


def is_worse(facts: Facts, form: Known) -> bool:
    """Is the outcome more serious than the one that is known?"""
    return SEVERITY.index(form.outcome) > SEVERITY.index(Outcome(facts.detail["outcome"]))


def _misplaced(facts: Facts, at: datetime) -> str | None:
    known_at = instant(facts.detail["known_at"])
    if at > facts.now:
        return IN_FUTURE
    return BEFORE_KNOWN if known_at and at < known_at else None


def done_faults(field: str) -> Callable[[Facts, Any], Mapping[str, str]]:
    """What was done is done, and was not done before the event was known."""

    def faults(facts: Facts, form: Any) -> Mapping[str, str]:
        fault = _misplaced(facts, getattr(form, field))
        return {field: fault} if fault else {}

    return faults


def national_faults(facts: Facts, form: NationalReport) -> Mapping[str, str]:
    """A report from before the latest knowledge did not tell it."""
    latest = max((at for entry in facts.detail["knowledge"] if (at := instant(entry["at"]))), default=None)
    if latest and form.national_reported_at < latest:
        return {"national_reported_at": BEFORE_KNOWN}
    return done_faults("national_reported_at")(facts, form)


def still_due(watch: Watch) -> Precondition:
    """Something is recorded once, and only where there is such a duty."""

    def reason(facts: Facts) -> str | None:
        clock = clock_of(watch, facts)
        if clock is None or clock.satisfied_at is not None:
            return N_("There is currently nothing to report there.")
        return None

    return reason


def alarm_runs(facts: Facts) -> bool:
    """Was the managing department alarmed and has not acknowledged yet?"""
    return bool(facts.detail.get("alarmed_at")) and not facts.detail.get("acknowledged_at")


def to_acknowledge(facts: Facts) -> str | None:
    """An alarm is acknowledged once."""
    return (
        None
        if alarm_runs(facts)
        else N_("There is no alarm to acknowledge, or somebody has already done it.")
    )


def acknowledged(facts: Facts) -> str | None:
    """An event of high grade is not handled behind the managing department's back."""
    return N_("The hospital's management has to acknowledge this event first.") if alarm_runs(facts) else None


def may_close(facts: Facts) -> str | None:
    """Every clock is satisfied, and each that passed before it was is on record."""
    for clock in clocks(facts):
        if clock.satisfied_at is None:
            return N_("Not all deadlines have been met yet.")
        if not clock.in_time and not _is_recorded(clock, facts):
            return N_("A missed deadline is being recorded. Please try again in a moment.")
    return None


def _is_recorded(clock: Clock, facts: Facts) -> bool:
    """Has the timer of this limit fired, or is a passing on record from before a policy moved the limit?"""
    fired = (clock.watch, len(SHARES), passes_at(clock.watch, facts)) in facts.fired
    return fired or facts.last(f"{clock.watch}_passed") is not None


def alarm_due(policy: str | None) -> Callable[[Facts, Any], datetime | None]:
    """When to alarm, at once or so much later if nobody has acknowledged."""

    def at(facts: Facts, calendar: Calendar) -> datetime | None:
        alarmed = instant(facts.detail.get("alarmed_at"))
        if alarmed is None or not alarm_runs(facts):
            return None
        return calendar.due(alarmed, facts.policies[policy]) if policy else alarmed

    return at
