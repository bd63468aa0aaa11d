"""The composed service between the stand-ins: decided in one chat, shown in all."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from bot.catalogues import Catalogues
from bot.health import Health
from bot.loops import Heartbeats
from bot.services import Services, build_services
from bot.settings import load_settings
from bot.web import build_web
from storage import link_codes
from storage.link_codes import Asked
from storage.sealing import MasterKey, new_master_key
from tests.support.sandbox import AES_KEY, AGENT, CORPID, app_entry
from tests.support.telegram import ANN, BOT, SHY, TOKEN, WEBHOOK_SECRET, Telegram, cast, telegram
from tests.support.world import LONG_AGO, World, add_account, add_contact, make_world
from workflows.actor import Actor, Door
from workflows.engine import Outcome, Place
from workflows.identity.roles import Role


@dataclass
class Town:
    """A hospital whose head has Telegram and whose second head has WeCom."""

    services: Services
    world: World
    bot: int
    phones: Telegram

    async def card(self) -> dict[str, Any]:
        """The newest message in the head's Telegram."""
        return (await self.phones.messages(ANN))[-1]

    async def wecom_card(self) -> dict[str, Any]:
        async with self.phones.http.get("/sandbox/state") as response:
            (member,) = (await response.json())["members"]
        found: dict[str, Any] = member["messages"][-1]
        return found

    async def awaiting_approval(self) -> Outcome:
        """A repair that either head may approve, and both are asked."""
        engine, world = self.services.engine, self.world
        place, reporter = Place(world.department, world.device), Actor(Door.PAGE, world.reporter)
        case = await engine.open(
            "repair", "report", reporter, {"fault": "no <image>"}, place=place, idempotency_key="r"
        )
        data = {"diagnosis": "tube", "estimate": "60000"}
        engineer = Actor(Door.PAGE, world.engineer)
        case = await engine.act(
            case.case_id, "triage", engineer, data, seen_version=case.version, idempotency_key="t"
        )
        await self.services.dispatcher.drain()
        return case

    async def history(self, case: Outcome) -> list[tuple[str, str]]:
        rows = await self.services.db.fetch(
            "SELECT action, door FROM step WHERE case_id = $1 ORDER BY id", case.case_id
        )
        return [(row["action"], row["door"]) for row in rows]


@asynccontextmanager
async def phones_of(service: str) -> AsyncIterator[Telegram]:
    members = [{"userid": "department_head", "name": "Second"}]
    app = app_entry(callback_url=f"{service}/wecom/app")
    corp = {"corpid": CORPID, "name": "Hospital", "apps": [app], "members": members}
    async with telegram(cast(f"{service}/telegram/bot", corps=[corp])) as phones:
        yield phones


async def furnish(services: Services, key: MasterKey, phones: Telegram) -> tuple[World, int]:
    db = services.db
    world = await make_world(db)
    settings = {"corp_id": CORPID, "agent_id": AGENT, "base_url": phones.url}
    secrets = {"secret": f"sandbox-secret-{AGENT}", "callback_token": "QDG6eK", "encoding_aes_key": AES_KEY}
    wecom = await add_account(db, world.hospital, "wecom", "app", settings, secrets, key)
    settings = {"bot_username": BOT, "base_url": phones.url}
    secrets = {"token": TOKEN, "webhook_secret": WEBHOOK_SECRET}
    bot = await add_account(db, world.hospital, "telegram", "bot", settings, secrets, key)
    await add_contact(db, world.head, bot, str(ANN))
    await add_contact(db, world.department_head, wecom, "department_head")
    await db.execute(
        "INSERT INTO post (person_id, organisation_id, role, starts_at) VALUES ($1, $2, $3, $4)",
        world.department_head,
        world.hospital,
        Role.EQUIPMENT_HEAD,
        LONG_AGO,
    )
    return world, bot


@pytest.fixture
async def town(database_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    settings = load_settings(database_url=database_url, data_dir=tmp_path, public_url="http://yishe.example")
    key = MasterKey(new_master_key())
    async with build_services(settings, database_url, key, Catalogues.load()) as services:
        health = Health(services.db, Heartbeats(), services.clocks.real, services.business)
        async with (
            TestServer(build_web(services, health), host="127.0.0.1") as server,
            phones_of(f"http://127.0.0.1:{server.port}") as phones,
        ):
            yield Town(services, *(await furnish(services, key, phones)), phones)


async def test_approval_in_telegram_is_shown_on_every_copy(town: Town) -> None:
    case = await town.awaiting_approval()
    card = await town.card()
    approve = card["keyboard"][0][0]
    pressed = await town.phones.press(card["id"], approve["callback_data"])
    assert (pressed["outcome"], pressed["reply"]) == ("delivered", "answerCallbackQuery")
    assert "Head of Equipment" in pressed["answer"]
    assert (await town.history(case))[-1] == ("approve", "telegram")
    await town.services.telegram.background.settle()
    await town.services.decided.run_due()
    card = await town.card()
    assert card["text"].endswith(f"✅ {pressed['answer']}")
    assert [button for row in card["keyboard"] for button in row if "callback_data" in button] == []
    assert "Head of Equipment" in (await town.wecom_card())["body"]["sub_title_text"]


async def test_approval_in_wecom_is_shown_in_telegram_and_its_button_is_too_late(town: Town) -> None:
    case = await town.awaiting_approval()
    card = await town.card()
    approve = card["keyboard"][0][0]["callback_data"]
    order = {"corpid": CORPID, "agentid": AGENT, "userid": "department_head", "key": "approve"}
    wecom = await town.wecom_card()
    assert (await town.phones.post("press", order | {"task_id": wecom["task_id"]}))["outcome"] == "delivered"
    await town.services.decided.run_due()
    assert "✅" in (await town.card())["text"]
    late = await town.phones.press(card["id"], approve, stale=True)
    assert late["alert"]
    assert "Head of Radiology" in late["answer"]
    assert (await town.history(case))[-1] == ("approve", "wecom")


async def test_code_from_the_page_links_a_chat_that_then_gets_its_to_do_list(town: Town) -> None:
    services, person = town.services, town.world.engineer
    asked = Asked(services.clocks.real.now(), "page")
    code = await link_codes.issue(services.db, services.pages.link_codes, "telegram", town.bot, person, asked)
    await town.phones.say(f"/start {code}", SHY)
    assert "Engineer" in (await town.phones.messages(SHY))[-1]["text"]
    await town.awaiting_approval()
    await town.phones.say("/device CT-0001", SHY)
    assert "CT-0001" in (await town.phones.messages(SHY))[-1]["text"]
