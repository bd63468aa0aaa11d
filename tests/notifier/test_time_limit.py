"""One time limit for many sends that begin together."""

import asyncio

import pytest

from notifier.time_limit import TimeIsUp, TimeLimit


async def inside(limit: TimeLimit, seconds: float) -> str:
    try:
        with limit:
            await asyncio.sleep(seconds)
    except TimeIsUp:
        return "too slow"
    return "in time"


async def test_what_is_still_inside_is_ended_and_what_has_left_goes_on() -> None:
    limit = TimeLimit(0.05)

    async def quick() -> str:
        said = await inside(limit, 0)
        await asyncio.sleep(0.1)
        return said

    said = await asyncio.gather(quick(), inside(limit, 60), inside(limit, 60))
    assert list(said) == ["in time", "too slow", "too slow"]


async def test_a_closed_limit_ends_nobody() -> None:
    limit = TimeLimit(0.01)
    limit.close()
    assert await inside(limit, 0.05) == "in time"


async def test_somebody_else_s_cancellation_stays_one() -> None:
    task = asyncio.create_task(inside(TimeLimit(60), 60))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_error_within_is_not_hidden() -> None:
    with pytest.raises(ValueError, match="of the provider"), TimeLimit(60):
        raise ValueError("of the provider")
