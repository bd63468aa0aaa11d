"""Guards, effects and variables of the repair table. Pure."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from storage.facts import Facts
from storage.texts import N_
from workflows.definition import Guard, Part
from workflows.repair.forms import URGENCY_LABELS, Estimate, FaultReport, Triage, WorkDone

TITLE_LENGTH = 60


def _over_the_limit(facts: Facts, form: Triage | Estimate) -> bool:
    """Is the estimate over the amount that needs no approval? Exactly the limit needs none."""
    return form.estimate > _money(facts.policies["repair.approval_limit"]["amount"])


def _beyond_approval(facts: Facts, form: Estimate) -> bool:
    """Is the new estimate over the limit and over what was approved already?"""
    approved = facts.detail["approved_amount"]
    return _over_the_limit(facts, form) and (approved is None or form.estimate > _money(approved))


over_the_limit = Guard(N_("estimate over the limit"), _over_the_limit)
beyond_approval = Guard(N_("estimate over the limit and over what was approved"), _beyond_approval)


def closed_lately(facts: Facts) -> str | None:
    """A closed repair can be reopened for some days; afterwards it is a new fault."""
    days = int(facts.policies["repair.reopen_within"]["amount"])
    if facts.closed_at is not None and facts.now - facts.closed_at > timedelta(days=days):
        return N_("This repair was closed too long ago to be reopened. Please report the fault anew.")
    return None


def fault(_: Facts, form: FaultReport) -> Mapping[str, Any]:
    """What was reported."""
    return {"fault": form.fault, "device_down": form.device_down}


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
