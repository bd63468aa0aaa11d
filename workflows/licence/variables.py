"""What the messages and the page of a licence may speak of. Pure."""

from collections.abc import Mapping
from typing import Any

from storage.facts import Facts
from workflows.licence.corrections import answer_by, changes, may_approve, proposed_at
from workflows.licence.forms import OWNERSHIP_LABELS
from workflows.licence.reminders import APPLIED, MISSING, colour_of, day_of, today, was_told
from workflows.licence.stages import COLOUR_LABELS, days_left


def variables(facts: Facts) -> Mapping[str, Any]:
    """Keys ending in `_text` are source texts, those in `_list` lists of them."""
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
        "changed": colour is not None and not was_told(facts, colour),
        "last": last.name if last else "",
        **_turns(facts),
        **_ladder_types(facts),
    }


def _turns(facts: Facts) -> dict[str, Any]:
    """Until when the issuing authority answers, and what it is asked to correct."""
    proposed = proposed_at(facts)
    return {
        "issue_by": answer_by(facts, facts.entered_at).isoformat() if facts.state == APPLIED else "",
        "answer_by": answer_by(facts, proposed).isoformat() if proposed else "",
        "stale_text": (may_approve(facts) if proposed else None) or "",
        "fields_list": [change.label for change in changes(facts)],
    }


def _ladder_types(facts: Facts) -> dict[str, str]:
    """Both ladder types where the application says another one than the original."""
    original, applied = (facts.detail.get(name) or "" for name in ("ladder_type", "duplicate_ladder_type"))
    differ = bool(original and applied and original != applied)
    return {"ladder_original": original if differ else "", "ladder_applied": applied if differ else ""}
