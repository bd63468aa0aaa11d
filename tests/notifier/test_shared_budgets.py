"""Budgets of addresses, accounts and days, shared by all processes."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from notifier.budget import Budget, Tally
from notifier.noise.told_together import Rounds
from notifier.providers.budgets import BUDGETS
from storage.deliveries import Route
from storage.tries import WHOLE_ACCOUNT
from tests.support.outside import Outside

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CHAT, GROUP = Route(1, 7, "telegram", "55"), Route(None, 7, "telegram", "-100")


def tally(route: Route, count: int, every: timedelta = timedelta(seconds=2)) -> Tally:
    """So many tries by that way before now."""
    counted = Tally(BUDGETS, NOW)
    counted.had[route.account_id, route.address] = [NOW - every * (count - n) for n in range(count)]
    return counted


def test_reserve_is_left_to_what_is_urgent() -> None:
    member = Route(1, 1, "wecom", "li")
    counted = tally(member, 26)
    assert counted.until(member, pressing=False) is not None
    assert counted.until(member, pressing=True) is None
    assert tally(member, 29).until(member, pressing=True) is None
    assert tally(member, 30, timedelta(seconds=1)).until(member, pressing=True) is not None


def test_group_takes_twenty_a_minute_and_a_chat_one_a_second() -> None:
    assert tally(GROUP, 20).until(GROUP, pressing=True) is not None
    assert tally(CHAT, 20).until(CHAT, pressing=True) is None
    assert tally(CHAT, 1, timedelta(seconds=0.5)).until(CHAT, pressing=True) == NOW + timedelta(seconds=0.5)


def test_bot_takes_thirty_a_second_in_all() -> None:
    counted = Tally(BUDGETS, NOW, {(7, WHOLE_ACCOUNT): [NOW - timedelta(seconds=0.5)] * 30})
    assert counted.until(CHAT, pressing=True) == NOW + timedelta(seconds=0.5)


def test_day_s_quota_opens_at_midnight_in_shanghai_and_keeps_a_part_for_what_is_urgent() -> None:
    member = Route(1, 1, "wecom", "li")
    counted = Tally(BUDGETS, NOW, quotas={1: (100, 95)})
    assert counted.until(member, pressing=False) == datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
    assert counted.until(member, pressing=True) is None
    assert Tally(BUDGETS, NOW, quotas={1: (100, 100)}).until(member, pressing=True) is not None


def allow(around: Outside, budgets: Mapping[str, Sequence[Budget]]) -> None:
    around.budgets = budgets
    around.notifier = around.process()


async def flood(around: Outside, count: int, severity: str) -> None:
    for number in range(count):
        await around.report(f"fault {number}")
    await around.db.execute("DELETE FROM message WHERE person_id <> $1", around.world.reporter)
    await around.db.execute("UPDATE message SET severity = $1", severity)


async def both(around: Outside) -> None:
    """Two processes deliver what is due."""
    await asyncio.gather(around.drain(), around.process().dispatcher.drain())


async def held(around: Outside) -> dict[str, int]:
    rows = await around.db.fetch(
        "SELECT held, count(*) AS n FROM message WHERE state = 'queued' GROUP BY held"
    )
    return {row["held"]: row["n"] for row in rows}


async def test_near_the_limit_information_waits_for_others_and_nothing_is_dropped(around: Outside) -> None:
    allow(around, BUDGETS)
    await flood(around, 40, "info")
    await both(around)
    member = await around.member("reporter")
    assert (len(member["messages"]), member["dropped"], await held(around)) == (24, 0, {"others": 16})
    await around.live(timedelta(minutes=31))
    member = await around.member("reporter")
    assert (len(member["messages"]), member["dropped"]) == (40, 0)


async def test_what_names_no_severity_may_ask_to_act_and_so_waits_for_no_digest(around: Outside) -> None:
    allow(around, {"wecom": (Budget(10, MINUTE, near=0.1),)})
    await flood(around, 4, "info")
    await around.db.execute(
        "UPDATE message SET severity = DEFAULT"
    )  # as written by a version that knows none
    await around.drain()
    assert len((await around.member("reporter"))["messages"]) == 4


async def test_two_processes_keep_the_account_s_budget(around: Outside) -> None:
    allow(around, {"wecom": (Budget(5, MINUTE, per="account"),)})
    for number in range(6):
        await around.report(f"fault {number}")
    await both(around)
    told = [
        len((await around.member(user))["messages"]) for user in ("reporter", "engineer", "second_engineer")
    ]
    assert sum(told) == 5


async def test_day_s_quota_of_an_account_is_shared_by_its_members_and_by_all_processes(
    around: Outside,
) -> None:
    allow(around, BUDGETS)
    quota = {"daily_quota": 5}
    await around.db.execute(
        "UPDATE channel_account SET settings = settings || $1 WHERE kind = 'wecom'", quota
    )
    await around.db.execute("DELETE FROM contact_point WHERE rank = 2")
    for number in range(6):
        await around.report(f"fault {number}")
    await both(around)
    members = ("reporter", "engineer", "second_engineer")
    assert sum([len(await around.phone(user)) for user in members]) == 5


async def test_day_s_quota_in_the_account_s_settings_is_kept_until_midnight(around: Outside) -> None:
    allow(around, BUDGETS)
    await around.db.execute(
        """UPDATE channel_account SET settings = settings || '{"daily_quota": 3}' WHERE kind = 'wecom'"""
    )
    await around.db.execute("DELETE FROM contact_point WHERE rank = 2")
    await flood(around, 5, "notice")
    await both(around)
    assert len(await around.phone("reporter")) == 3
    await around.live(timedelta(hours=16))
    assert len(await around.phone("reporter")) == 5


async def test_what_is_critical_waits_for_a_budget_no_longer_than_the_policy_gives_the_way(
    around: Outside,
) -> None:
    allow(around, {"wecom": (Budget(1, timedelta(minutes=30)),)})
    await around.set_policy("notify.critical", first="wecom", first_minutes=2, acknowledged=True)
    await flood(around, 2, "critical")
    await around.drain()
    assert (len(await around.phone("reporter")), len(await around.mails("reporter"))) == (1, 1)


async def test_digest_itself_does_not_wait_to_be_told_in_another_one(around: Outside) -> None:
    allow(around, {"wecom": (Budget(30, timedelta(hours=2), near=0.8),)})
    await flood(around, 27, "info")
    await around.drain()
    around.clock.forward(timedelta(minutes=20))
    await Rounds(around.db, around.clock).run_due()
    await around.drain()
    assert (await around.titles("reporter"))[-1] == "3 messages for your information"


async def test_group_that_hears_of_it_is_not_waited_for(around: Outside) -> None:
    await around.set_policy("notify.critical", first_minutes=2, acknowledged=True)
    await around.report_to_reporter()
    await around.db.execute(
        "UPDATE message SET severity = 'critical', person_id = NULL, account_id = $1, address = 'reporter'",
        around.accounts["wecom"],
    )
    await around.drain()
    assert len(await around.phone("reporter")) == 1
    around.clock.forward(timedelta(minutes=3))
    assert await around.escalations.run_due() == 0


async def test_many_that_wait_for_a_narrow_budget_do_not_all_come_each_time(around: Outside) -> None:
    allow(around, {"wecom": (Budget(1, timedelta(seconds=3)),)})
    await around.db.execute("DELETE FROM contact_point WHERE rank = 2")
    await flood(around, 40, "notice")
    await around.live(8 * MINUTE)
    assert len(await around.phone("reporter")) == 40
    row = await around.db.fetchrow("SELECT sum(attempts) AS claims FROM message")
    assert row is not None
    assert row["claims"] < 40 * 40 / 4, "half as often as when each comes for every place"
