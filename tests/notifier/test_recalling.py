"""What is not true any more is taken back from the phone, where its kind says so."""

from dataclasses import replace
from datetime import timedelta

import pytest

from notifier.channel import Recallable
from notifier.channels import Channels
from notifier.recalling import Recalls
from storage.channel_accounts import StoredChannelAccounts
from tests.support.outside import Outside
from workflows.engine import Outcome
from workflows.repair.messages import handed_over


def recalls(around: Outside, *, recalled: bool = True) -> Recalls:
    channels = Channels(around.channels, StoredChannelAccounts(around.db, around.sealer))
    kinds = [replace(handed_over, recalled=recalled)]
    return Recalls(around.db, channels, kinds, around.clock, lambda: 0.5)


async def told_and_moved_on(around: Outside, after: timedelta = timedelta()) -> Outcome:
    """The second engineer was told that the repair is theirs; then it is finished."""
    case = await around.triage(await around.report(), "0")
    case = await around.act(case, "assign", "head", technician=around.world.second_engineer)
    await around.drain()
    # A kind that is taken back has no menu in its cards' corner, and so no code for changes.
    await around.db.execute("UPDATE delivery SET update_code = NULL")
    around.clock.forward(after)
    case = await around.act(case, "start", "second_engineer")
    return await around.act(case, "finish", "second_engineer", work_done="tube", cost="0")


async def taken_back(around: Outside) -> list[bool]:
    """Of the messages on the second engineer's phone that told it: were they taken back?"""
    phone = await around.phone("second_engineer")
    return [m["recalled"] for m in phone if str(m["body"]).find("Now yours") >= 0]


async def test_what_is_untrue_is_taken_back_once_and_the_ledger_says_so(around: Outside) -> None:
    await told_and_moved_on(around)
    assert await recalls(around).run_due() == 1
    assert await taken_back(around) == [True]
    row = await around.db.fetchrow("SELECT count(recalled_at) AS recalled FROM delivery")
    note = await around.db.fetchrow("SELECT what FROM routing_note WHERE what = 'recalled'")
    assert row is not None
    assert (row["recalled"], note is not None) == (1, True)
    assert await recalls(around).run_due() == 0


async def test_a_kind_that_does_not_say_so_stays(around: Outside) -> None:
    await told_and_moved_on(around)
    assert await recalls(around, recalled=False).run_due() == 0
    assert await taken_back(around) == [False]


async def test_what_is_older_than_the_channel_allows_stays(around: Outside) -> None:
    await told_and_moved_on(around, after=timedelta(hours=24, minutes=1))
    assert await recalls(around).run_due() == 0


async def test_a_failure_for_now_is_tried_again_and_one_for_good_is_not(around: Outside) -> None:
    await told_and_moved_on(around)
    await around.faults(wecom={"ip_block": True})
    assert await recalls(around).run_due() == 1
    await around.faults(reset=True)
    assert await recalls(around).run_due() == 0, "not at once"
    around.clock.forward(timedelta(minutes=20))
    assert (await recalls(around).run_due(), await taken_back(around)) == (1, [True])


async def test_surprise_with_one_holds_up_no_other(around: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    await told_and_moved_on(around)
    await told_and_moved_on(around)
    take_back, broken = around.channels["wecom"].recall, iter([True])  # type: ignore[attr-defined] # it can

    async def once(*given: object) -> None:
        if next(broken, False):
            raise KeyError("errcode")
        await take_back(*given)

    monkeypatch.setattr(around.channels["wecom"], "recall", once)
    assert await recalls(around).run_due() == 2
    assert sorted(await taken_back(around)) == [False, True]
    around.clock.forward(timedelta(minutes=5))
    await recalls(around).run_due()
    assert await taken_back(around) == [True, True]


def test_wecom_can_and_says_for_how_long(around: Outside) -> None:
    channel = around.channels["wecom"]
    assert isinstance(channel, Recallable)
    assert channel.recallable_for == timedelta(hours=24)
