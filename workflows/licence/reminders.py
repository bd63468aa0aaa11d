"""When a licence is reminded of, and when reminders keep quiet. Pure.

The stage that runs is computed from the limit and the day, never stored. It is told once; an acknowledgement
or an extension keeps it quiet from then on, red only until the planned day is past.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any

from storage.clock import SHANGHAI
from storage.facts import Facts
from storage.texts import N_
from workflows.calendar import Calendar
from workflows.definition import Due
from workflows.licence.stages import Colour, stage_on, stage_start

RULE = "time_limit"
COLOURS = tuple(Colour)

DUE_LABELS = {
    Colour.BLUE: N_("6 months before the limit"),
    Colour.YELLOW: N_("3 months before the limit"),
    Colour.ORANGE: N_("1 month before the limit"),
    Colour.RED: N_("from the day after the limit, every week"),
}

APPLIED = "duplicate_applied"
"""The state in which it is the issuing authority's turn; in all others where something is missing, the unit's."""

MISSING = {
    "issued": N_("The purchase is not recorded."),
    "purchased": N_("The duplicate was not applied for."),
    APPLIED: N_("The duplicate is not issued."),
}


def of_class(policy: str, category: str) -> str:
    """The name of a policy that each issuing authority sets for its own class: `A` or `B`."""
    return f"{policy}_{category.lower()}"


def today(facts: Facts) -> date:
    """The day of business time in Shanghai."""
    return facts.now.astimezone(SHANGHAI).date()


def day_of(facts: Facts, column: str) -> date | None:
    """A date of the licence, as stored or as just filled in."""
    value = facts.detail.get(column)
    return date.fromisoformat(value) if isinstance(value, str) else value


def colour_of(facts: Facts) -> Colour | None:
    """The stage that runs now; None when nothing is missing any more, or the limit is far."""
    limit = day_of(facts, "limit_on")
    return stage_on(today(facts), limit) if limit and facts.state in MISSING else None


def due(colour: Colour) -> Due:
    """When a colour is told: on its first day at the policy's hour, unless it was told in this stage before."""

    def at(facts: Facts, calendar: Calendar) -> datetime | None:
        limit = day_of(facts, "limit_on")
        if limit is None:
            return None
        start = stage_start(colour, limit)
        first = datetime.combine(start, time(int(facts.policies["licence.reminder_hour"]["hour"])), SHANGHAI)
        told = _told(facts, colour, start)
        if not told:
            return first
        if colour is not Colour.RED:
            return None
        return calendar.turn_after(first, facts.policies["licence.red_again"], max(told))

    return Due(DUE_LABELS[colour], at)


def _lapses_at(facts: Facts, calendar: Calendar) -> datetime | None:
    limit = day_of(facts, "limit_on")
    if limit is None:
        return None
    return calendar.due(datetime.combine(limit, time(), SHANGHAI), _lapse_policy(facts))


LAPSES = Due(N_("time since the time limit, set by the policy, if it lets licences lapse"), _lapses_at)


def never_lapses(facts: Facts) -> bool:
    """Does the policy leave it to the authority?"""
    return not _lapse_policy(facts)["automatic"]


def _lapse_policy(facts: Facts) -> Mapping[str, Any]:
    return facts.policies[of_class("licence.lapse", str(facts.detail.get("category") or "B"))]


def _told(facts: Facts, colour: Colour, start: date) -> list[datetime]:
    """When the colour fired in the stage that starts on that day."""
    own = (RULE, COLOURS.index(colour))
    return [
        at
        for (*rung, due_at), at in facts.fired.items()
        if tuple(rung) == own and start <= due_at.astimezone(SHANGHAI).date()
    ]


def was_told(facts: Facts, colour: Colour) -> bool:
    """Did the colour fire before in the stage that runs now?"""
    limit = day_of(facts, "limit_on")
    return limit is not None and bool(_told(facts, colour, stage_start(colour, limit)))


def quiet(colour: Colour) -> Callable[[Facts], bool]:
    """Is the colour not to be told now: it does not run any more (or yet), or it was acknowledged?"""

    def is_quiet(facts: Facts) -> bool:
        if colour_of(facts) is not colour:
            return True
        if facts.detail.get("acknowledged_stage") != colour:
            return False
        planned = day_of(facts, "planned_on")
        return colour is not Colour.RED or (planned is not None and today(facts) <= planned)

    return is_quiet
