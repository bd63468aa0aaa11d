"""The listener on a real broker: acknowledged after the commit, bounded, and back after a loss."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.demo.broker import BrokerPorts, embedded_broker
from storage.database import DatabaseAway
from telemetry.intake import Intake
from telemetry.listener import ceiling
from tests.support.desk import Desk
from tests.support.gateways import Mouth
from tests.support.listening import listening, series, stored, until, until_it_is


async def test_what_is_said_is_stored(desk: Desk, broker_port: int, mouth: Mouth) -> None:
    async with listening(desk, broker_port):
        await asyncio.to_thread(mouth.say, series(desk, 300))
        await until_it_is(lambda: stored(desk), 300)


async def test_what_was_said_meanwhile_is_heard_later(desk: Desk, broker_port: int, mouth: Mouth) -> None:
    async with listening(desk, broker_port):
        pass
    await asyncio.to_thread(mouth.say, series(desk, 50))
    async with listening(desk, broker_port):
        await until_it_is(lambda: stored(desk), 50)


async def test_what_was_not_committed_comes_again(desk: Desk, broker_port: int, mouth: Mouth) -> None:
    async with listening(desk, broker_port, takes=False) as deaf:
        await asyncio.to_thread(mouth.say, series(desk, 50))
        await until(lambda: deaf.waiting == 50)
    assert await stored(desk) == 0
    async with listening(desk, broker_port):
        await until_it_is(lambda: stored(desk), 50)


async def test_what_was_acknowledged_does_not_come_again(desk: Desk, broker_port: int, mouth: Mouth) -> None:
    async with listening(desk, broker_port) as first:
        await asyncio.to_thread(mouth.say, series(desk, 50))
        await until_it_is(lambda: stored(desk), 50)
        await until(lambda: first.waiting == 0)
    async with listening(desk, broker_port, takes=False) as second:
        await asyncio.to_thread(mouth.say, series(desk, 1, first=50))
        await until(lambda: second.waiting == 1)


async def test_a_full_buffer_holds_and_is_caught_up_with(desk: Desk, broker_port: int, mouth: Mouth) -> None:
    async with listening(desk, broker_port, buffer=20, takes=False) as listener:
        await asyncio.to_thread(mouth.say, series(desk, 80))
        await until(lambda: listener.waiting == 20)
        await asyncio.to_thread(mouth.say, series(desk, 80, first=80))
        assert listener.waiting == 20
        async with asyncio.timeout(20):
            while await stored(desk) < 160:
                await listener.take_waiting()
                assert listener.waiting <= 20
                await asyncio.sleep(0.01)


async def test_while_the_database_is_away_messages_wait_and_are_taken_after(
    desk: Desk, broker_port: int, mouth: Mouth, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = Intake.take

    async def away(*_: Any) -> None:
        raise DatabaseAway

    async with listening(desk, broker_port, buffer=30, takes=False) as listener:
        monkeypatch.setattr(Intake, "take", away)
        await asyncio.to_thread(mouth.say, series(desk, 60))
        await until(lambda: listener.waiting == 30)
        with pytest.raises(DatabaseAway):
            await listener.take_waiting()
        assert listener.waiting == 30
        monkeypatch.setattr(Intake, "take", take)
        async with asyncio.timeout(20):
            while await stored(desk) < 60:
                await listener.take_waiting()
                await asyncio.sleep(0.01)


async def test_one_message_that_cannot_be_taken_does_not_hold_up_the_others(
    desk: Desk, broker_port: int, mouth: Mouth, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = Intake.take

    async def choke(self: Intake, messages: Any) -> Any:
        if any(b'"value": 3,' in m.payload for m in messages):
            raise RuntimeError("poison")
        return await take(self, messages)

    monkeypatch.setattr(Intake, "take", choke)
    async with listening(desk, broker_port) as listener:
        await asyncio.to_thread(mouth.say, series(desk, 8))
        await until_it_is(lambda: stored(desk), 7)
        await until(lambda: listener.waiting == 0)
    assert await desk.value("SELECT count(*) FROM quarantine") == 1


async def test_a_broker_that_is_started_later_is_found(
    desk: Desk, tmp_path: Path, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telemetry.listener.RETRY_MOST_S", 0.2)
    ports = BrokerPorts(free_port, free_port + 1)
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:

        async def start_later() -> None:
            await asyncio.sleep(0.5)  # the listener's first tries find nobody
            async with embedded_broker(tmp_path, ports):
                await done.wait()

        done = asyncio.Event()
        group.create_task(start_later())
        async with listening(desk, free_port) as listener:
            assert listener.connected
        done.set()


async def test_silence_is_judged_only_by_who_hears(desk: Desk, broker_port: int) -> None:
    async with listening(desk, broker_port) as listener:
        assert not listener.hears()
        listener._connected_at = asyncio.get_running_loop().time() - 60
        assert listener.hears()
    assert not listener.hears()


def test_pauses_grow_up_to_a_minute() -> None:
    assert [ceiling(n) for n in (0, 1, 3, 6, 50)] == [1, 2, 8, 60, 60]
