"""Checks, effects and variables of the licence table. Pure, but for the key in the QR code, which is drawn."""

from collections.abc import Mapping
from datetime import date, timedelta
from secrets import token_urlsafe
from typing import Any

from storage.facts import Facts
from storage.texts import N_
from workflows.definition import Guard
from workflows.licence.forms import OWNERSHIP_LABELS, Duplicate, Extension, Original, Plan, Purchase
from workflows.licence.numbers import category
from workflows.licence.reminders import MISSING, colour_of, day_of, today
from workflows.licence.stages import COLOUR_LABELS, Colour, days_left, limit_of_years, stage_on

KEY_BYTES = 16
MOST_YEARS = 20

NOT_YET = N_("This day has not come yet.")
PAST = N_("This day is past already.")
TOO_FAR = N_("The limit is past already, so the plan has to be nearer.")
BEFORE_ISSUE = N_("This is before the licence was issued.")
BEFORE_PURCHASE = N_("This is before the purchase.")
BEFORE_INSTALLATION = N_("This is before the installation.")
NOT_LATER = N_("This is not later than the present limit.")


# What of a filled-in form does not hold, given what is known.


def original_faults(facts: Facts, form: Original) -> Mapping[str, str]:
    """A licence is not issued in the future."""
    return {"issued_on": NOT_YET} if form.issued_on > today(facts) else {}


def purchase_faults(facts: Facts, form: Purchase) -> Mapping[str, str]:
    """Bought after the issue and not in the future."""
    return _after(facts, "purchased_on", form.purchased_on, day_of(facts, "issued_on"), BEFORE_ISSUE)


def duplicate_faults(facts: Facts, form: Duplicate) -> Mapping[str, str]:
    """Installed after the purchase, reported after the installation, neither in the future."""
    return {
        **_after(facts, "installed_on", form.installed_on, day_of(facts, "purchased_on"), BEFORE_PURCHASE),
        **_after(facts, "reported_on", form.reported_on, form.installed_on, BEFORE_INSTALLATION),
    }


def plan_faults(facts: Facts, form: Plan) -> Mapping[str, str]:
    """A plan is for today or later; past the limit it cannot keep the reminders quiet for long."""
    if form.planned_on < today(facts):
        return {"planned_on": PAST}
    longest = timedelta(days=int(facts.policies["licence.plan_past_the_limit"]["amount"]))
    too_far = colour_of(facts) is Colour.RED and form.planned_on > today(facts) + longest
    return {"planned_on": TOO_FAR} if too_far else {}


def extension_faults(facts: Facts, form: Extension) -> Mapping[str, str]:
    """The new limit is later than the old one, and not past."""
    if form.limit_on < today(facts):
        return {"limit_on": PAST}
    limit = day_of(facts, "limit_on")
    return {"limit_on": NOT_LATER} if limit and form.limit_on <= limit else {}


def _after(facts: Facts, name: str, day: date, earliest: date | None, text: str) -> dict[str, str]:
    if day > today(facts):
        return {name: NOT_YET}
    return {name: text} if earliest and day < earliest else {}


was_applied_for = Guard(
    N_("duplicate applied for before"), lambda facts, _: bool(day_of(facts, "reported_on"))
)
was_purchased = Guard(N_("purchased before"), lambda facts, _: bool(day_of(facts, "purchased_on")))


# What the moves write.


def register(facts: Facts, form: Original) -> Mapping[str, Any]:
    """The original with the limit that the policy gives, and the key in its QR code."""
    return {
        **_original(form),
        "limit_on": limit_of_years(form.issued_on, _years(facts)),
        "public_key": token_urlsafe(KEY_BYTES),
    }


def correct(facts: Facts, form: Original) -> Mapping[str, Any]:
    """The corrected original. The limit follows the date of issue unless it was extended, and is told anew then."""
    issued = day_of(facts, "issued_on")
    if issued is None or issued == form.issued_on or facts.last("extend"):
        return _original(form)
    limit = limit_of_years(form.issued_on, _years_given(facts, issued))
    return {**_original(form), "limit_on": limit, "planned_on": None, "acknowledged_stage": ""}


def _years_given(facts: Facts, issued: date) -> int:
    """How many years the limit is after the issue: the policy may have changed since."""
    years = range(1, MOST_YEARS + 1)
    limit = day_of(facts, "limit_on")
    return next((n for n in years if limit_of_years(issued, n) == limit), _years(facts))


def _original(form: Original) -> dict[str, Any]:
    known = form.model_dump(exclude={"class_code_checked", "credit_code_reason"})
    return {**known, "category": category(form.licence_number)}


def _years(facts: Facts) -> int:
    return int(facts.policies["licence.time_limit"]["amount"])


def purchase(_: Facts, form: Purchase) -> Mapping[str, Any]:
    """When, and by which contract."""
    return form.model_dump()


def duplicate(_: Facts, form: Duplicate) -> Mapping[str, Any]:
    """What the duplicate will say."""
    return form.model_dump()


def sent_back(_: Facts, __: object) -> Mapping[str, Any]:
    """What was filled in stays to be corrected, but it is not applied for any more."""
    return {"reported_on": None}


def issue(facts: Facts, _: object) -> Mapping[str, Any]:
    """The day on which the duplicate was issued."""
    return {"duplicate_issued_on": today(facts)}


def acknowledge(facts: Facts, form: Plan) -> Mapping[str, Any]:
    """The stage that was acknowledged, and the unit's plan."""
    return {"planned_on": form.planned_on, "acknowledged_stage": colour_of(facts) or ""}


def extend(facts: Facts, form: Extension) -> Mapping[str, Any]:
    """The new limit. Its stage of today is told by the extension itself, so reminders begin with the next."""
    return {
        "limit_on": form.limit_on,
        "planned_on": None,
        "acknowledged_stage": stage_on(today(facts), form.limit_on) or "",
    }


def title(form: Original) -> str:
    """Unit and device, for lists."""
    return f"{form.unit_name} {form.device_name}"[:TITLE_LENGTH]


TITLE_LENGTH = 200


def variables(facts: Facts) -> Mapping[str, Any]:
    """What the messages of a licence may speak of. Keys ending in `_text` are source texts."""
    limit, colour = day_of(facts, "limit_on"), colour_of(facts)
    left = days_left(today(facts), limit) if limit else 0
    last = facts.last()
    return {
        "number": facts.number,
        "licence_number": facts.detail.get("licence_number", ""),
        "unit": facts.detail.get("unit_name", ""),
        "device": facts.detail.get("device_name", ""),
        "limit": limit.isoformat() if limit else "",
        "colour": colour or "",
        "colour_text": COLOUR_LABELS[colour] if colour else "",
        "days": max(left, 0),
        "days_past": max(-left, 0),
        "missing_text": MISSING.get(facts.state, ""),
        "ownership_text": OWNERSHIP_LABELS.get(facts.detail.get("ownership", ""), ""),
        "planned": facts.detail.get("planned_on") or "",
        "last": last.name if last else "",
    }
