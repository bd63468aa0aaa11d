"""Outbox rows as the renderer gets them, for any declared kind."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from storage.kinds import MessageKind
from storage.outbox import Claimed
from tests.support.clocks import FixedClock
from tests.support.tables import places_in, texts_of

USUAL = {
    "number": "WX2026-000001",
    "device": "CT scanner",
    "device_number": "CT-0001",
    "estimate": "¥120,000.00",
    "cost": "¥98,000.00",
    "fault": "The tube overheats after a few scans",
}


def usual_variables(kind: MessageKind) -> Mapping[str, str]:
    """A value of usual length for every place of the kind's texts."""
    names = {*places_in(texts_of(kind)), "number"}
    return {name: USUAL.get(name, f"the {name.replace('_', ' ')}") for name in names}


def claimed(kind: MessageKind, workflow: str, language: str | None, **changes: Any) -> Claimed:
    """A message of that kind to a person, under lease."""
    message = Claimed(
        id=1,
        created_at=FixedClock().now(),
        case_id=1,
        number=USUAL["number"],
        workflow=workflow,
        case_version=1,
        kind=kind.name,
        person_id=1,
        participant_id=None,
        variables=usual_variables(kind),
        valid_while=None,
        attempts=1,
        entered_version=1,
        path="1.",
        language=language,
        email=None,
    )
    return replace(message, **changes)
