"""The auditor's alarm comes past the outbox, once, to administrators and to whoever runs the service."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from structlog.testing import capture_logs

from bot.auditing import WORDS, Auditing
from notifier.channels import Channels
from notifier.direct import Direct
from storage.channel_accounts import StoredChannelAccounts
from storage.misses import What
from tests.support.outside import Outside, SourceTexts, mail_of, outside
from tests.support.world import add_organisation
from workflows.calendar import Calendar, ChineseWorkingDays
from workflows.engine import Clocks
from workflows.escalations.auditor import Auditor
from workflows.identity.roles import Role
from workflows.registry import all_workflows

ADMINISTRATOR = "head"
ORIGIN = "https://pages.example"


@dataclass
class Operator:
    """Whoever runs the service, at an address that is called."""

    status: int = 200
    heard: list[dict[str, Any]] = field(default_factory=list)

    async def hear(self, request: web.Request) -> web.Response:
        self.heard.append(await request.json())
        return web.Response(status=self.status)


@pytest.fixture
async def around(database_url: str) -> AsyncIterator[Outside]:
    async with outside(database_url) as made:
        await made.db.execute(
            "INSERT INTO post (person_id, organisation_id, role, starts_at) VALUES ($1, $2, $3, '2020-01-01')",
            getattr(made.world, ADMINISTRATOR),
            made.world.hospital,
            Role.ADMINISTRATOR,
        )
        yield made


@pytest.fixture
async def operator() -> AsyncIterator[tuple[Operator, str]]:
    operator, app = Operator(), web.Application()
    app.router.add_post("/secret-path", operator.hear)
    async with TestServer(app) as server:
        yield operator, str(server.make_url("/secret-path"))


def auditing(around: Outside, alarm_url: str = "") -> Auditing:
    clocks = Clocks(around.clock, around.clock, Calendar(ChineseWorkingDays({}, 2026)))
    channels = Channels(around.channels, StoredChannelAccounts(around.db, around.sealer))
    auditor = Auditor(around.db, all_workflows(), clocks)
    return Auditing(auditor, Direct(channels), SourceTexts(), ORIGIN, alarm_url)


async def miss_a_reminder(around: Outside) -> str:
    """Nobody assesses it, and its timers are lost; the number of the case."""
    case = await around.report()
    await around.drain()
    await around.db.execute("DELETE FROM timer")
    around.clock.forward(timedelta(minutes=33))
    return case.number


async def alarms(around: Outside) -> list[dict[str, Any]]:
    return [
        mail
        for mail in await around.mails(mail_of(ADMINISTRATOR))
        if "Planned but not done" in mail["subject"]
    ]


async def test_administrators_get_a_mail_that_no_outbox_holds(around: Outside) -> None:
    number = await miss_a_reminder(around)
    messages = await around.db.fetch("SELECT id FROM message")
    assert await auditing(around).run_round() == 1
    (mail,) = await alarms(around)
    assert number in mail["text"]
    assert "has not happened, due 2026-03-02 09:30" in mail["text"]
    assert await around.db.fetch("SELECT id FROM message") == messages


@pytest.mark.parametrize("what", What)
async def test_each_kind_of_miss_has_its_words(around: Outside, what: What) -> None:
    case = await around.report()
    await around.drain()
    await around.db.execute(
        "INSERT INTO promise_miss (case_id, what, rule, due_at, found_at) VALUES ($1, $2, 'triage', $3, $3)",
        case.case_id,
        what,
        around.clock.now(),
    )
    await auditing(around).run_round()
    (mail,) = await alarms(around)
    assert WORDS[what] in mail["text"]


async def test_a_miss_is_told_once(around: Outside) -> None:
    await miss_a_reminder(around)
    audits = auditing(around)
    await audits.run_round()
    await audits.run_round()
    assert len(await alarms(around)) == 1


async def test_two_auditors_at_once_tell_it_once(around: Outside) -> None:
    await miss_a_reminder(around)
    await asyncio.gather(*(auditing(around).run_round() for _ in range(3)))
    assert len(await alarms(around)) == 1


async def test_cases_of_several_departments_are_one_mail_a_person(around: Outside) -> None:
    await miss_a_reminder(around)
    other = await add_organisation(around.db, "department", "Second Department", around.world.hospital)
    await miss_a_reminder(around)
    await around.db.execute(
        "UPDATE work_case SET organisation_id = $1 WHERE id = (SELECT max(id) FROM work_case)", other
    )
    await auditing(around).run_round()
    (mail,) = await alarms(around)
    assert "in time: 2" in mail["subject"]


async def test_what_is_missed_just_after_an_alarm_waits_for_the_next_one(around: Outside) -> None:
    await miss_a_reminder(around)
    audits = auditing(around)
    await audits.run_round()
    around.clock.forward(timedelta(minutes=3))
    await around.report()
    await around.db.execute("DELETE FROM timer")
    around.clock.forward(timedelta(minutes=1))
    await audits.run_round()
    assert len(await alarms(around)) == 1


async def test_a_slow_mail_server_lets_the_round_be_seen_to_go_on(around: Outside) -> None:
    await miss_a_reminder(around)
    beats: list[float] = []
    await around.faults(mail={"temp_fail_next": 1})
    await auditing(around).run_round(lambda: beats.append(asyncio.get_running_loop().time()))
    assert len(beats) == 3  # the cases, the address that is called, the one mail


async def told_in_wecom(around: Outside) -> int:
    return sum("Planned but not done" in title for title in await around.titles(ADMINISTRATOR))


async def test_an_administrator_without_mail_is_told_by_what_they_have(around: Outside) -> None:
    await miss_a_reminder(around)
    await around.db.execute("DELETE FROM contact_point WHERE address = $1", mail_of(ADMINISTRATOR))
    await auditing(around).run_round()
    assert (await told_in_wecom(around), await alarms(around)) == (1, [])


async def test_while_the_mail_server_is_away_it_is_told_by_another_channel(around: Outside) -> None:
    await miss_a_reminder(around)
    await around.faults(mail={"temp_fail_next": 1})
    await auditing(around).run_round()
    assert (await told_in_wecom(around), await alarms(around)) == (1, [])


async def test_while_all_channels_are_away_it_is_told_later(around: Outside) -> None:
    await miss_a_reminder(around)
    await around.db.execute("DELETE FROM contact_point WHERE address = $1", ADMINISTRATOR)
    audits = auditing(around)
    await around.faults(mail={"temp_fail_next": 1})
    await audits.run_round()
    await around.faults(reset=True)
    await audits.run_round()
    assert len(await alarms(around)) == 1


async def test_the_address_is_called_with_the_cases_and_no_names(
    around: Outside, operator: tuple[Operator, str]
) -> None:
    number = await miss_a_reminder(around)
    ear, url = operator
    await auditing(around, url).run_round()
    (report,) = ear.heard
    (miss,) = report["misses"]
    assert (miss["case"], miss["what"], miss["rule"]) == (number, "missing", "triage")


async def test_an_address_that_refuses_is_no_secret_in_the_log(
    around: Outside, operator: tuple[Operator, str]
) -> None:
    await miss_a_reminder(around)
    ear, url = operator
    ear.status = 500
    with capture_logs() as logs:
        await auditing(around, url).run_round()
    assert "alarm_not_taken" in [line["event"] for line in logs]
    assert "secret-path" not in repr(logs)


async def test_all_kept_is_silence(around: Outside) -> None:
    await around.report()
    await around.drain()
    assert await auditing(around).run_round() == 0
    assert await alarms(around) == []
