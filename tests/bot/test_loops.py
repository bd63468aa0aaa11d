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


async def test_a_loop_that_is_woken_all_the_time_leaves_a_gap_and_goes_once_more_at_the_end() -> None:
    wake, rounds, begun = asyncio.Event(), 0, asyncio.Event()

    async def count() -> None:
        nonlocal rounds
        rounds += 1
        begun.set()

    async with Background(Heartbeats()).running([Loop("cards", count, wake, 3600, gap_s=0.2)]):
        await _until(begun)
        for _ in range(50):
            wake.set()
            await asyncio.sleep(0)
        assert rounds == 1
        begun.clear()
        await _until(begun)
    assert rounds == 2
