"""What a message must be, and what is said of one that is not."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from telemetry.decode import MOST_BYTES, MOST_READINGS, decode
from telemetry.schema import PATH, text
from telemetry.topics import parse, telemetry_topic

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)


def message(value: str = "21", at: str = '"2026-03-02T09:00:00+08:00"', metric: str = "oxygen") -> bytes:
    good = '{"metric": "oxygen", "value": 20.9, "at": "2026-03-02T00:59:00Z"}'
    other = f'{{"metric": "{metric}", "value": {value}, "at": {at}}}'
    return f'{{"sent_at": "2026-03-02T01:00:00Z", "readings": [{good}, {other}]}}'.encode()


def test_readings_are_read_with_their_instants() -> None:
    first, second = decode(message(), NOW).readings
    assert (first.metric, first.value) == ("oxygen", 20.9)
    assert second.at == NOW


@pytest.mark.parametrize(
    "value", ["NaN", "Infinity", "-Infinity", "1e999", "true", '"22"', "null", "[]", "{}", "1" + "0" * 400]
)
def test_what_is_no_number_is_not_taken_but_its_neighbour_is(value: str) -> None:
    decoded = decode(message(value), NOW)
    assert len(decoded.readings) == 1
    assert decoded.fault.startswith("readings.1: value")


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        ('"2026-03-02T09:06:00+08:00"', "in the future"),
        ('"2026-01-29T00:00:00Z"', "too long ago"),
        ('"9999-12-31T23:59:59-12:00"', "in the future"),
        ('"2026-03-02T09:00:00"', "timezone"),
        ('"2026-03-02"', "datetime"),
        ("1772413200", "datetime"),
        ("null", "datetime"),
    ],
)
def test_an_instant_must_be_one_and_near(at: str, reason: str) -> None:
    decoded = decode(message(at=at), NOW)
    assert len(decoded.readings) == 1
    assert decoded.fault.startswith("readings.1: at")
    assert reason in decoded.fault


def test_instants_at_the_edge_are_near_enough() -> None:
    for at in (NOW + timedelta(minutes=5), NOW - timedelta(days=31)):
        assert decode(message(at=json.dumps(at.isoformat())), NOW).fault == ""


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "Invalid JSON"),
        (b"\xff\xfe", "Invalid JSON"),
        (b"[" * 100_000, "Invalid JSON"),
        (b"null", "object"),
        (b'{"readings": [1]}', "sent_at"),
        (b'{"sent_at": "2026-03-02T01:00:00Z", "readings": []}', "readings"),
        (b'{"sent_at": "2026-03-02T01:00:00Z", "readings": 1}', "readings"),
        (b" " * (MOST_BYTES + 1), "larger"),
    ],
)
def test_an_envelope_that_does_not_hold_is_named(payload: bytes, reason: str) -> None:
    decoded = decode(payload, NOW)
    assert decoded.readings == ()
    assert reason in decoded.fault


def test_many_faults_are_counted_and_not_listed() -> None:
    payload = {"sent_at": NOW.isoformat(), "readings": [1] * MOST_READINGS}
    assert decode(json.dumps(payload).encode(), NOW).fault.endswith(f"and {MOST_READINGS - 3} more")


def test_names_of_metrics_are_plain() -> None:
    assert "metric" in decode(message(metric="Oxygen!"), NOW).fault


@pytest.mark.parametrize(
    ("topic", "parts"),
    [
        (telemetry_topic("gw-1", "CT-0001"), ("gw-1", "CT-0001")),
        (telemetry_topic("gw-1", "核磁 1"), ("gw-1", "核磁 1")),
        ("yishe/v1/gw-1/CT-0001/telemetry/more", None),
        ("yishe/v1/gw 1/CT-0001/telemetry", None),
        ("yishe/v1/gw-1//telemetry", None),
        ("yishe/v2/gw-1/CT-0001/telemetry", None),
    ],
)
def test_topics_name_gateway_and_device(topic: str, parts: tuple[str, str] | None) -> None:
    assert parse(topic) == parts


def test_the_documented_schema_is_that_of_the_code() -> None:
    assert Path(PATH).read_text() == text()


def test_the_schema_knows_what_the_code_asks_for() -> None:
    schema: dict[str, Any] = json.loads(text())
    assert schema["required"] == ["sent_at", "readings"]
    assert schema["$defs"]["Reading"]["required"] == ["metric", "value", "at"]
