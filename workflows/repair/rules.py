"""Guards, effects and variables of the repair table. Pure."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from storage.facts import Facts
from storage.texts import N_
from workflows.definition import Form, Guard, NoForm, Part
from workflows.repair.forms import URGENCY_LABELS, Cost, Estimate, FaultReport, Triage, Urgency, WorkDone
from workflows.repair.names import A

TITLE_LENGTH = 60


def _over_the_limit(facts: Facts, form: Triage | Estimate) -> bool:
    """Is the estimate over the amount that needs no approval? Exactly the limit needs none."""
    return form.estimate > _money(facts.policies["repair.approval_limit"]["amount"])


def _beyond_approval(facts: Facts, form: Estimate) -> bool:
    """Is the new estimate over the limit and over what was approved already?"""
    approved = facts.detail["approved_amount"]
    return _over_the_limit(facts, form) and (approved is None or form.estimate > _money(approved))


def _cost_of(facts: Facts, form: Form) -> Decimal | None:
    """The cost that was filled in, else the one that stands."""
    cost = form.cost if isinstance(form, WorkDone | Cost) else facts.detail.get("cost")
    return None if cost is None else _money(cost)


def _cost_needs_approval(facts: Facts, form: Form) -> bool:
    """Is the cost over the limit, and over what was approved by more than the policy's share?

    Exactly the share needs none; where nothing was approved the limit alone counts.
    """
    cost, approved = _cost_of(facts, form), facts.detail.get("approved_amount")
    if cost is None or cost <= _money(facts.policies["repair.approval_limit"]["amount"]):
        return False
    share = _money(facts.policies["repair.cost_over"]["amount"])
    return approved is None or cost > _money(approved) * (100 + share) / 100


def cost_slightly_over(facts: Facts) -> bool:
    """Is the cost over what was approved, although by no more than the policy's share?"""
    cost, approved = facts.detail.get("cost"), facts.detail.get("approved_amount")
    return cost is not None and approved is not None and _money(cost) > _money(approved)


def _was_confirmed(facts: Facts, _: Form) -> bool:
    last = facts.last(A.CONFIRM, A.REOPEN, A.FINISH)
    return last is not None and last.action == A.CONFIRM


cost_needs_approval = Guard(N_("cost over the limit and over what was approved"), _cost_needs_approval)
cost_waits = Guard(N_("cost not approved yet"), _cost_needs_approval)
was_confirmed = Guard(N_("confirmed already"), _was_confirmed)
over_the_limit = Guard(N_("estimate over the limit"), _over_the_limit)
beyond_approval = Guard(N_("estimate over the limit and over what was approved"), _beyond_approval)


def closed_lately(facts: Facts) -> str | None:
    """A closed repair can be reopened for some days; afterwards it is a new fault."""
    days = int(facts.policies["repair.reopen_within"]["amount"])
    if facts.closed_at is not None and facts.now - facts.closed_at > timedelta(days=days):
        return N_("This repair was closed too long ago to be reopened. Please report the fault again.")
    return None


def not_confirmed(facts: Facts) -> str | None:
    """Once it was confirmed that it works, nobody has to say so again."""
    return N_("It has already been confirmed.") if _was_confirmed(facts, NoForm()) else None


def not_critical(facts: Facts) -> str | None:
    """What is most urgent cannot be raised."""
    critical = facts.detail.get("urgency") == Urgency.CRITICAL
    return N_("That patients are waiting is known already.") if critical else None


def not_stopped(facts: Facts) -> str | None:
    """The device is not known to be stopped."""
    return N_("That the device cannot be used is known already.") if facts.detail.get("device_down") else None


def is_stopped(facts: Facts) -> str | None:
    """The device is known to be stopped."""
    return None if facts.detail.get("device_down") else N_("The device can be used.")


def fault(_: Facts, form: FaultReport) -> Mapping[str, Any]:
    """What was reported."""
    urgency = Urgency.CRITICAL if form.patients_wait else Urgency.NORMAL
    return {"fault": form.fault, "device_down": form.device_down, "urgency": urgency}


def as_reported(facts: Facts) -> Mapping[str, Any]:
    """What the assessment starts with: the reporter's words, and how urgent they make it."""
    urgency = facts.detail.get("urgency", Urgency.NORMAL)
    if urgency == Urgency.NORMAL and facts.detail.get("device_down"):
        urgency = Urgency.URGENT
    return {"diagnosis": facts.detail.get("fault", ""), "urgency": urgency}


def raised(_: Facts, __: object) -> Mapping[str, Any]:
    """Patients are waiting."""
    return {"urgency": Urgency.CRITICAL}


def stopped(_: Facts, __: object) -> Mapping[str, Any]:
    """The device cannot be used."""
    return {"device_down": True}


def usable(_: Facts, __: object) -> Mapping[str, Any]:
    """The device can be used, although it is not repaired."""
    return {"device_down": False}


def triage(_: Facts, form: Triage) -> Mapping[str, Any]:
    """The assessment."""
    return {"urgency": form.urgency, "diagnosis": form.diagnosis, "estimate": form.estimate}


def estimate(_: Facts, form: Estimate) -> Mapping[str, Any]:
    """The new estimate; its reason stands in the history."""
    return {"estimate": form.estimate}


def approve(facts: Facts, _: object) -> Mapping[str, Any]:
    """What is approved is the estimate that the approver was shown; a newer one makes the press stale."""
    return {"approved_amount": facts.detail["estimate"]}


def work_done(_: Facts, form: WorkDone) -> Mapping[str, Any]:
    """What was done, and for how much."""
    return {"work_done": form.work_done, "cost": form.cost}


def cost(_: Facts, form: Cost) -> Mapping[str, Any]:
    """The corrected cost; its reason stands in the history."""
    return {"cost": form.cost}


def approve_cost(facts: Facts, _: object) -> Mapping[str, Any]:
    """What is approved is the cost that the approver was shown; a newer one makes the press stale."""
    return {"approved_amount": facts.detail["cost"]}


def title(form: FaultReport) -> str:
    """The first words of the fault, for lists."""
    words = " ".join(form.fault.split())
    return words if len(words) <= TITLE_LENGTH else words[: TITLE_LENGTH - 1] + "…"


def variables(facts: Facts) -> Mapping[str, Any]:
    """What the messages of a repair may speak of. Keys ending in `_text` are source texts."""
    last = facts.last()
    technician = next((p.name for p in facts.with_part(Part.TECHNICIAN)), "")
    return {
        "number": facts.number,
        "device": facts.device.get("name", ""),
        "device_number": facts.device.get("number", ""),
        "place": facts.device.get("location", ""),
        "department": facts.organisation_name,
        "fault": facts.title,
        "urgency_text": URGENCY_LABELS[facts.detail["urgency"]] if "urgency" in facts.detail else "",
        "diagnosis": facts.detail.get("diagnosis", ""),
        "estimate": _amount(facts.detail.get("estimate")),
        "approved": _amount(facts.detail.get("approved_amount")),
        "cost": _amount(facts.detail.get("cost")),
        "work_done": facts.detail.get("work_done", ""),
        "technician": technician,
        "reporter": next((p.name for p in facts.with_part(Part.REPORTER)), ""),
        "last": last.name if last else "",
    }


def _amount(value: Any) -> str:
    return "" if value is None else f"¥{_money(value):,.2f}"


def _money(value: Any) -> Decimal:
    return Decimal(str(value))
