"""Providers that are down, slow, full, forgetful or strict: nothing is lost, and everybody is told once."""

import asyncio
from datetime import timedelta

import pytest

from tests.support.outages import accepted, everybody_was_told_once, marked, reports, told
from tests.support.outside import Outside, mail_of
from tests.support.sandbox import AGENT, CORPID
from tests.support.world import add_account

MINUTE = timedelta(minutes=1)


async def test_provider_that_is_down_for_half_an_hour(around: Outside) -> None:
    await around.faults(wecom={"unavailable": True})
    await reports(around, 3)
    await around.live(30 * MINUTE)
    assert sum(sum(counts.values()) for counts in (await told(around)).values()) == 0
    await around.faults(reset=True)
    await around.live(15 * MINUTE)
    await everybody_was_told_once(around)
    assert {channel for counts in (await accepted(around)).values() for channel in counts} == {"wecom"}


@pytest.mark.soak
async def test_provider_that_answers_after_twenty_seconds(around: Outside) -> None:
    await around.faults(wecom={"delay_s": 20})
    await reports(around, 2)
    await around.drain()
    await around.faults(reset=True)
    await around.live(15 * MINUTE)
    await everybody_was_told_once(around)


async def test_burst_above_every_limit_while_the_provider_asks_for_less(around: Outside) -> None:
    await around.faults(wecom={"errcode": 45009, "errcode_times": 3})
    await reports(around, 35)
    await asyncio.gather(around.drain(), around.process().dispatcher.drain())
    for _ in range(4):
        await around.live(MINUTE)
    await everybody_was_told_once(around)
    assert await marked(around) == 0


async def test_storm_of_dead_tokens_over_two_processes(around: Outside) -> None:
    other = around.process()
    for round_ in range(5):
        await reports(around, 2)
        await around.faults(wecom={"invalidate_token_now" if round_ % 2 else "expire_token_now": True})
        await asyncio.gather(around.drain(), other.dispatcher.drain())
    await around.live(MINUTE)
    await everybody_was_told_once(around)
    assert {row["channel"] for row in await around.ledger()} == {"wecom"}


async def test_half_of_the_recipients_are_unknown_to_the_provider(around: Outside) -> None:
    await around.db.execute(
        "UPDATE contact_point SET address = 'left-' || address WHERE rank = 1 AND person_id = ANY($1)",
        [around.world.engineer, around.world.head],
    )
    await reports(around, 4)
    await around.drain()
    await everybody_was_told_once(around)
    taken = await accepted(around)
    assert (+taken["engineer"], +taken["reporter"]) == ({"email": 4}, {"wecom": 4})


async def test_account_with_a_wrong_secret_leads_everybody_to_the_next_way(around: Outside) -> None:
    settings = {"corp_id": CORPID, "agent_id": AGENT, "base_url": around.sandbox.http}
    wrong = await add_account(
        around.db, around.world.hospital, "wecom", "wrong", settings, {"secret": "not this"}, around.sealer
    )
    await around.db.execute("UPDATE contact_point SET account_id = $1 WHERE rank = 1", wrong)
    await reports(around, 2)
    await around.live(MINUTE)
    await everybody_was_told_once(around)
    assert {channel for counts in (await accepted(around)).values() for channel in counts} == {"email"}


async def test_mail_server_that_refuses_one_of_three(around: Outside) -> None:
    await around.db.execute("UPDATE contact_point SET rank = 3 WHERE rank = 1")
    await around.faults(mail={"refuse": [mail_of("engineer")], "temp_fail_next": 2})
    await reports(around, 1)
    await around.live(MINUTE)
    taken = await accepted(around)
    assert (+taken["engineer"], +taken["reporter"]) == ({"wecom": 1}, {"email": 1})
    assert {user: +counts for user, counts in (await told(around)).items()} == {
        u: +c for u, c in taken.items()
    }
