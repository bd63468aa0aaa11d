"""The whole road in Telegram: from the outbox to the phone, a press, the case, and the ledger."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.services import Services
from storage.sealing import MasterKey, new_master_key
from tests.support.robot_town import process
from tests.support.telegram import ANN, BOB, BOT, TOKEN, WEBHOOK_SECRET, Telegram, cast, telegram
from tests.support.world import World, add_account, add_contact, make_world
from workflows.actor import Actor, Door
from workflows.engine import Outcome, Place

LEDGER = """
SELECT m.state, d.state AS delivery, d.channel FROM message m JOIN delivery d ON d.message_id = m.id
 WHERE m.person_id = $1 ORDER BY d.id
"""

FORBIDDEN = """
INSERT INTO policy (organisation_id, name, value, source, version, valid_from)
VALUES ($1, 'telegram.approvals', '{"in_chat": false}', 'The house', 1, now() - interval '1 hour')
"""


@asynccontextmanager
async def town(dsn: str) -> AsyncIterator[tuple[Services, Telegram, World]]:
    """A process of the service, the stand-in that calls its webhook, and a head who reads Telegram."""
    word = new_master_key()
    async with process(dsn, word) as service:
        app = web.Application()
        service.telegram.add_to(app)
        async with (
            TestServer(app, host="127.0.0.1") as door,
            telegram(cast(str(door.make_url("/telegram/bot")))) as box,
        ):
            world = await make_world(service.db)
            secrets = {"token": TOKEN, "webhook_secret": WEBHOOK_SECRET}
            settings = {"bot_username": BOT, "base_url": box.url}
            account = await add_account(
                service.db, world.hospital, "telegram", "bot", settings, secrets, MasterKey(word)
            )
            await add_contact(service.db, world.head, account, str(ANN))
            await add_contact(service.db, world.reporter, account, str(BOB))
            yield service, box, world


async def asked(service: Services, world: World) -> Outcome:
    """A repair that the head has to approve; the message is sent."""
    engine, place = service.engine, Place(world.department, world.device)
    reporter, engineer = Actor(Door.PAGE, world.reporter), Actor(Door.PAGE, world.engineer)
    case = await engine.open("repair", "report", reporter, {"fault": "hot"}, place=place, idempotency_key="1")
    data = {"diagnosis": "tube", "estimate": "60000"}
    made = await engine.act(
        case.case_id, "triage", engineer, data, seen_version=case.version, idempotency_key="2"
    )
    await service.dispatcher.drain()
    return made


def answers(message: dict[str, Any]) -> list[str]:
    """What its buttons send back that open no page."""
    return [b["callback_data"] for row in message["keyboard"] for b in row if "callback_data" in b]


def answer(message: dict[str, Any]) -> str:
    """The only one: to reject, a reason is asked for on a page."""
    (data,) = answers(message)
    return data


async def test_a_press_below_the_message_approves_and_everything_says_so(database_url: str) -> None:
    async with town(database_url) as (service, box, world):
        case = await asked(service, world)
        (card,) = [message for message in await box.messages(ANN) if message["keyboard"]]
        await box.press(card["id"], answer(card), ANN)
        await service.telegram.background.settle()
        steps = await service.db.fetch(
            "SELECT action, door FROM step WHERE case_id = $1 ORDER BY id", case.case_id
        )
        assert tuple(steps[-1]) == ("approve", "telegram")
        shown = next(m for m in await box.messages(ANN) if m["id"] == card["id"])
        assert "✅" in shown["text"]
        assert "callback_data" not in str(shown["keyboard"])
        rows = await service.db.fetch(LEDGER, world.head)
        assert ("sent", "accepted", "telegram") in [tuple(row) for row in rows]


async def test_a_notice_is_read_and_then_its_kind_stopped_below_the_message(database_url: str) -> None:
    async with town(database_url) as (service, box, world):
        await asked(service, world)
        notice = next(message for message in await box.messages(BOB) if len(answers(message)) == 2)
        for words in ("已记录您已阅", "暂时不再向您发送"):
            await box.press(notice["id"], answers(notice)[0], BOB)
            await service.telegram.background.settle()
            notice = next(message for message in await box.messages(BOB) if message["id"] == notice["id"])
            assert f"✅ {words}" in notice["text"]
        assert answers(notice) == []
        assert "/me/notices" in str(notice["keyboard"])
        ledger = "SELECT acted FROM delivery WHERE acted_at IS NOT NULL"
        assert [row["acted"] for row in await service.db.fetch(ledger)] == ["acknowledge"]
        muted = await service.db.fetch("SELECT person_id, way FROM mute")
        assert [tuple(row) for row in muted] == [(world.reporter, "telegram")]


async def test_where_the_house_forbids_it_every_button_opens_a_page(database_url: str) -> None:
    async with town(database_url) as (service, box, world):
        await service.db.execute(FORBIDDEN, world.department)
        await asked(service, world)
        keyboards = [message["keyboard"] for message in await box.messages(ANN) if message["keyboard"]]
        buttons = [button for keyboard in keyboards for row in keyboard for button in row]
        assert len(buttons) > 2
        assert {button["text"] for button in buttons if "callback_data" in button} == {"已阅"}
        steps = "SELECT count(*) FROM step"
        before = await service.db.fetch(steps)
        card = next(message for message in await box.messages(ANN) if message["keyboard"])
        await box.press(card["id"], answer(card), ANN)
        await service.telegram.background.settle()
        assert await service.db.fetch(steps) == before
        said = await service.db.fetch("SELECT kind FROM message WHERE acknowledged_way = 'telegram'")
        assert [row["kind"] for row in said] == ["repair.please_approve"]


OPEN = "SELECT ended_at IS NULL FROM contact_point WHERE person_id = $1"


async def is_open(service: Services, person: int) -> bool:
    row = await service.db.fetchrow(OPEN, person)
    return bool(row and row[0])


async def test_who_blocks_the_bot_is_known_at_once_and_back_when_they_open_it(database_url: str) -> None:
    async with town(database_url) as (service, box, world):
        order = {"bot": BOT, "chat_id": ANN}
        for status, reached in (("kicked", False), ("member", True)):
            told = await box.post("telegram/stand", order | {"status": status})
            assert told["outcome"] == "delivered"
            assert await is_open(service, world.head) is reached
            assert await is_open(service, world.reporter)


async def test_a_message_that_is_refused_for_it_ends_the_way_as_well(database_url: str) -> None:
    async with town(database_url) as (service, box, world):
        await box.faults(blocked=[ANN])
        await asked(service, world)
        assert not await is_open(service, world.head)
        (line,) = await service.db.fetch(LEDGER, world.head)
        assert line["delivery"] == "refused"
        await box.faults(blocked=[])
        await box.say("todo", ANN)
        assert await is_open(service, world.head)
