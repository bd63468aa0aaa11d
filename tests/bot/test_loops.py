import asyncio

from bot.loops import Background, Heartbeats, Loop

PATIENCE_S = 5.0


async def _until(condition: asyncio.Event) -> None:
    await asyncio.wait_for(condition.wait(), PATIENCE_S)


async def test_a_loop_with_long_pauses_is_not_stale_between_its_rounds() -> None:
    done, heartbeats = asyncio.Event(), Heartbeats()

    async def look_after() -> None:
        done.set()

    async with Background(heartbeats).running([Loop("upkeep", look_after, asyncio.Event(), 3600)]):
        await _until(done)
        assert heartbeats.stale(-1) == []


async def test_a_loop_that_hangs_is_stale() -> None:
    begun, never, heartbeats = asyncio.Event(), asyncio.Event(), Heartbeats()

    async def hang() -> None:
        begun.set()
        await never.wait()

    async with Background(heartbeats).running([Loop("notifier", hang, asyncio.Event(), 0)]):
        await _until(begun)
        assert heartbeats.stale(-1) == ["notifier"]
        never.set()


async def test_a_loop_that_fails_goes_on() -> None:
    again, rounds = asyncio.Event(), 0

    async def fail_once() -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 1:
            raise RuntimeError("once")
        again.set()

    async with Background(Heartbeats()).running([Loop("cards", fail_once, asyncio.Event(), 3600)]):
        await _until(again)
    assert rounds >= 2
