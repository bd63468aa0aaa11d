"""A listener that is killed again and again: nothing that was taken is missing, nothing is there twice."""

import asyncio
import random
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.bands import Band
from storage.database import Database
from storage.readings import RuleState
from telemetry.intake import Arrived
from telemetry.mqtt import Broker, MqttLink
from telemetry.rules import What, on_value
from telemetry.topics import SUBSCRIPTION
from tests.support.gateways import Mouth, add_band, add_gateway, said
from tests.support.listening import until_it_is
from tests.support.world import make_world

ROOT = Path(__file__).resolve().parents[2]
PROCESS = ROOT / "tests" / "support" / "listener_process.py"
PIECE = 40
POINTS = [
    "telemetry.before_commit:1",
    "telemetry.after_commit:1",
    "telemetry.after_acknowledge:1",
    "telemetry.before_commit:2",
    "telemetry.after_commit:2",
]
BAND = Band("room_temperature", "°C", "a test", warning_high=24.0, alarm_high=28.0, hysteresis=1.0)


def begin() -> datetime:
    return datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)


def values(count: int) -> list[float]:
    """A temperature that wanders through all bands."""
    rng = random.Random(3)
    return [round(rng.uniform(18, 32), 1) for _ in range(count)]


async def run_once(dsn: str, port: int, fail_point: str, kill_after_s: float | None) -> None:
    """One life of the listener, ended by its fail point or by us."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(PROCESS), dsn, str(port), fail_point, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}
    )
    try:
        await asyncio.wait_for(process.wait(), kill_after_s or 30)
    except TimeoutError:
        assert kill_after_s is not None, f"{fail_point} was never reached"
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def die_often(dsn: str, port: int, mouth: Mouth, lives: list[tuple[str, float | None]]) -> None:
    async with Database.open(dsn, max_size=2) as db:
        world = await make_world(db)
        await add_gateway(db, world.hospital)
        await add_band(db, world.device, warning_high=24.0, alarm_high=28.0, hysteresis=1.0)
        first = begin()
        series = values(PIECE * (len(lives) + 1))
        messages = [said(first + timedelta(seconds=nth), value) for nth, value in enumerate(series)]
        await make_session(port)
        for nth, (fail_point, kill_after_s) in enumerate(lives):
            talk = asyncio.create_task(speak(mouth, messages[nth * PIECE : (nth + 1) * PIECE]))
            await run_once(dsn, port, fail_point, kill_after_s)
            await talk
        talk = asyncio.create_task(speak(mouth, messages[len(lives) * PIECE :]))
        last = asyncio.create_task(run_once(dsn, port, "", 60))
        await until_it_is(lambda: _count(db, "reading"), len(series), 50)
        await talk
        last.cancel()
        with suppress(asyncio.CancelledError):
            await last
        assert await _steps(db) == _expected(series, first)


async def make_session(port: int) -> None:
    """So that the broker keeps for the listener what is said before its first life."""
    link = MqttLink(Broker("127.0.0.1", port, "yishe"), SUBSCRIPTION, lambda _: None)
    await link.connect()
    link.disconnect()


async def speak(mouth: Mouth, messages: list[Arrived]) -> None:
    """In small pieces, so that there are several batches."""
    for nth in range(0, len(messages), 8):
        await asyncio.to_thread(mouth.say, messages[nth : nth + 8])
        await asyncio.sleep(0.02)


async def _count(db: Database, table: str) -> int:
    row = await db.fetchrow(f"SELECT count(*) AS n FROM {table}")
    assert row is not None
    return int(row["n"])


async def _steps(db: Database) -> list[tuple[str, float]]:
    """What the cases say was noticed, and by which value."""
    rows = await db.fetch(
        "SELECT action, (data->>'value')::float8 AS value FROM step ORDER BY (data->>'at')::timestamptz"
    )
    return [(row["action"], row["value"]) for row in rows]


def _expected(series: list[float], first: datetime) -> list[tuple[str, float]]:
    """What the rule notices when nobody dies."""
    state, noticed = RuleState(), []
    for nth, value in enumerate(series):
        judged = on_value(state, BAND, first + timedelta(seconds=nth), value)
        state = judged.state
        noticed += [(str(What(event.what)), value) for event in judged.events]
    return noticed


async def test_a_listener_killed_at_every_named_point_loses_and_doubles_nothing(
    database_url: str, broker_port: int, mouth: Mouth
) -> None:
    await die_often(database_url, broker_port, mouth, [(point, None) for point in POINTS])


@pytest.mark.soak
async def test_a_listener_killed_at_any_moment_loses_and_doubles_nothing(
    database_url: str, broker_port: int, mouth: Mouth
) -> None:
    rng = random.Random(5)
    lives: list[tuple[str, float | None]] = [("", rng.uniform(0.4, 2.5)) for _ in range(50)]
    await die_often(database_url, broker_port, mouth, lives)
