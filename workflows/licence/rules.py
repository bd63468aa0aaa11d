"""Checks and effects of the licence table. Pure, but for the key in the QR code, which is drawn."""

from collections.abc import Mapping
from datetime import date, timedelta
from secrets import token_urlsafe
from typing import Any

from storage.facts import Facts
from storage.texts import N_
from workflows.definition import Guard
from workflows.licence.forms import (
    Correction,
    Duplicate,
    Extension,
    NewLimit,
    Original,
    Plan,
    Purchase,
)
from workflows.licence.numbers import category
from workflows.licence.reminders import colour_of, day_of, of_class, today
from workflows.licence.stages import Colour, limit_of_years, stage_on

KEY_BYTES = 16

NOT_YET = N_("This date is in the future.")
PAST = N_("This date has already passed.")
TOO_FAR = N_("The time limit has already passed, so the plan has to be sooner.")
BEFORE_ISSUE = N_("This is before the licence was issued.")
BEFORE_PURCHASE = N_("This is before the purchase.")
BEFORE_INSTALLATION = N_("This is before the installation.")
AFTER_PURCHASE = N_("The device was bought before this day.")
AFTER_LIMIT = N_("The time limit ends before this day; the issuing authority sets it first.")
NOT_LATER = N_("This is not later than the current time limit.")
SAME_LIMIT = N_("This is the current time limit.")


# What of a filled-in form does not hold, given what is known.


def original_faults(facts: Facts, form: Original) -> Mapping[str, str]:
    """A licence is not issued in the future."""
    return {"issued_on": NOT_YET} if form.issued_on > today(facts) else {}


def correction_faults(facts: Facts, form: Correction) -> Mapping[str, str]:
    """Issued neither in the future nor after the purchase, nor after the time limit."""
    if form.issued_on > today(facts):
        return {"issued_on": NOT_YET}
    bought, limit = day_of(facts, "purchased_on"), day_of(facts, "limit_on")
    if bought and form.issued_on > bought:
        return {"issued_on": AFTER_PURCHASE}
    return {"issued_on": AFTER_LIMIT} if limit and form.issued_on > limit else {}


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


def new_limit_faults(facts: Facts, form: NewLimit) -> Mapping[str, str]:
    """Another limit than the present one, and not before the issue."""
    issued = day_of(facts, "issued_on")
    if issued and form.limit_on < issued:
        return {"limit_on": BEFORE_ISSUE}
    return {"limit_on": SAME_LIMIT} if form.limit_on == day_of(facts, "limit_on") else {}


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
        "limit_on": limit_of_years(form.issued_on, _years(facts, form)),
        "public_key": token_urlsafe(KEY_BYTES),
    }


def _original(form: Original) -> dict[str, Any]:
    known = form.model_dump(exclude={"class_code_checked", "credit_code_reason"})
    return {**known, "category": category(form.licence_number)}


def _years(facts: Facts, form: Original) -> int:
    return int(facts.policies[of_class("licence.time_limit", category(form.licence_number))]["amount"])


def purchase(_: Facts, form: Purchase) -> Mapping[str, Any]:
    """When, and by which contract."""
    return form.model_dump()


NEXT_TURN = {"planned_on": None, "acknowledged_stage": ""}
"""It is somebody else's turn: what the one side planned keeps nobody quiet on the other."""


def duplicate(_: Facts, form: Duplicate) -> Mapping[str, Any]:
    """What the duplicate will say."""
    return {**form.model_dump(), **NEXT_TURN}


def sent_back(_: Facts, __: object) -> Mapping[str, Any]:
    """What was filled in stays to be corrected, but it is not applied for any more."""
    return {"reported_on": None, **NEXT_TURN}


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


def new_limit(_: Facts, form: NewLimit) -> Mapping[str, Any]:
    """The limit as the authority sets it; its stage is reminded of anew."""
    return {"limit_on": form.limit_on, **NEXT_TURN}


def title(form: Original) -> str:
    """Unit and device, for lists."""
    return f"{form.unit_name} {form.device_name}"[:TITLE_LENGTH]


TITLE_LENGTH = 200
