"""From the bytes of a message to readings. What cannot be read is named, and takes nothing else with it.

The envelope must hold; each reading in it is judged on its own, so that a gateway with one broken sensor
is still heard. A name that stands twice in one object says two things, and which was meant nobody knows: such an
object is not read. The JSON Schema of docs/telemetry/message.schema.json is made from these models.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

AHEAD = timedelta(minutes=5)
BEHIND = timedelta(days=31)
MOST_READINGS = 1000
MOST_BYTES = 256 * 1024
MOST_REASONS = 3
REPEATED = "a name stands there twice"

MetricName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]


class Reading(BaseModel):
    """One value of one metric. `at` is when it was measured."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    metric: MetricName = Field(description="what was measured; docs/telemetry.md lists the names and units")
    value: float = Field(allow_inf_nan=False, description="in the metric's unit")
    at: AwareDatetime = Field(description="ISO 8601 with offset, when it was measured")


class Message(BaseModel):
    """What a gateway sends for one device."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    sent_at: AwareDatetime = Field(description="ISO 8601 with offset, the gateway's clock when it sent this")
    readings: list[Reading] = Field(
        min_length=1, max_length=MOST_READINGS, description="oldest first; a burst after a cut may hold many"
    )


class _Envelope(Message):
    """The message with its readings still unread."""

    readings: list[Any] = Field(min_length=1, max_length=MOST_READINGS)


@dataclass(frozen=True)
class Decoded:
    """The readings of a message, and why others were not taken (empty when all were)."""

    readings: tuple[Reading, ...]
    fault: str = ""


def decode(payload: bytes, received_at: datetime) -> Decoded:
    """Read a message. `received_at` is real time, against which instants are checked. Raises nothing."""
    if len(payload) > MOST_BYTES:
        return Decoded((), f"larger than {MOST_BYTES} bytes")
    try:
        envelope = _Envelope.model_validate_json(payload)
    except ValidationError as error:
        return Decoded((), _reason(error))
    plain = _plain(payload)
    if isinstance(plain, _Twice):
        return Decoded((), REPEATED)
    twice = [isinstance(raw, _Twice) for raw in plain["readings"]] if isinstance(plain, dict) else []
    taken: list[Reading] = []
    faults: list[str] = []
    for place, raw in enumerate(envelope.readings):
        reading, fault = (None, REPEATED) if twice[place : place + 1] == [True] else _read(raw, received_at)
        if reading is not None:
            taken.append(reading)
        else:
            faults.append(f"readings.{place}: {fault}")
    return Decoded(tuple(taken), _joined(faults))


class _Twice(dict[str, Any]):
    """An object of which two members have one name."""


def _plain(payload: bytes) -> Any:
    """The message as it stands there, with objects marked that name a member twice; None if that cannot be told.

    What pydantic has read is only refused here where it is nested too deeply, in members that are passed over.
    """
    try:
        return json.loads(payload, object_pairs_hook=_marked)
    except (ValueError, RecursionError):
        return None


def _marked(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    return found if len(found) == len(members) else _Twice(found)


def _read(raw: Any, received_at: datetime) -> tuple[Reading | None, str]:
    try:
        reading = Reading.model_validate_json(json.dumps(raw))
    except (ValidationError, OverflowError) as error:
        return None, _reason(error) if isinstance(error, ValidationError) else "value: out of range"
    if reading.at > received_at + AHEAD:
        return None, "at: in the future"
    if reading.at < received_at - BEHIND:
        return None, "at: too long ago"
    return reading, ""


def _reason(error: ValidationError) -> str:
    """What is wrong where, without the values."""
    return _joined(
        ".".join(map(str, e["loc"])) + f": {e['msg']}" if e["loc"] else e["msg"]
        for e in error.errors(include_input=False, include_url=False, include_context=False)
    )


def _joined(reasons: Iterable[str]) -> str:
    listed = list(reasons)
    more = len(listed) - MOST_REASONS
    return "; ".join(listed[:MOST_REASONS]) + (f"; and {more} more" if more > 0 else "")


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a message."""
    schema = Message.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Yishe telemetry, v1",
        **schema,
    }
