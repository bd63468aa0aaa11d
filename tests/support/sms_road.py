"""The whole road of an SMS: engine, notifier, the provider's stand-in, and the address that takes its reports."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.sandbox.config import SandboxConfig
from bot.sandbox.serve import Addresses, running
from notifier.budget import Budget
from notifier.channels import Channels
from notifier.dispatcher import Dispatcher
from notifier.providers import build_channels
from notifier.rendering import Renderer
from notifier.sending import Sender
from storage.channel_accounts import StoredChannelAccounts
from storage.database import Database, Record
from storage.failpoints import NoFailPoints
from storage.links import Links
from storage.sealing import MasterKey, new_master_key
from tests.support.clocks import FixedClock
from tests.support.outside import SourceTexts
from tests.support.road_parts import mail_settings, surroundings
from tests.support.sms import KEY_SECRET, NUMBER, TOKEN, played_account, sms_secrets, sms_settings
from tests.support.tencent_sms import PUSH_TOKEN, played_app, tencent_secrets, tencent_settings
from tests.support.world import World, add_account, add_contact, make_world
from webhooks.sms import SmsPushes
from workflows.acknowledging import Acknowledging
from workflows.actor import Actor, Door
from workflows.calendar import Calendar, ChineseWorkingDays
from workflows.engine import Clocks, Engine, Outcome, Place
from workflows.registry import all_workflows
from workflows.replying import Replying

MAIL = "head@hospital.example"
BUDGETS = {"sms": (Budget(2, timedelta(days=1)),)}
ADDRESS = f"/webhooks/aliyun-sms/sms/{TOKEN}"
STANDBY_ADDRESS = f"/webhooks/tencent-sms/standby/{PUSH_TOKEN}"
REPLIES = "SELECT * FROM sms_reply WHERE outcome IS NOT NULL AND NOT id = ANY($1)"
LEDGER = """
SELECT m.id AS message, m.state AS message_state, m.reason, d.* FROM message m JOIN delivery d ON d.message_id = m.id
 WHERE m.person_id = $1 ORDER BY d.id
"""


@dataclass
class SmsRoad:
    """Everything, running; the head is told by SMS first, then by mail."""

    db: Database
    world: World
    clock: FixedClock
    engine: Engine
    dispatcher: Dispatcher
    http: aiohttp.ClientSession
    sandbox: Addresses
    address: str
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    async def ask_the_head(self) -> Outcome:
        """A repair that the head has to approve; the message to the head is sent."""
        place, key = Place(self.world.department, self.world.device), f"k{next(self.numbers)}"
        reporter, engineer = Actor(Door.PAGE, self.world.reporter), Actor(Door.PAGE, self.world.engineer)
        case = await self.engine.open(
            "repair", "report", reporter, {"fault": "hot"}, place=place, idempotency_key=key
        )
        answer = {"diagnosis": "tube", "estimate": "60000"}
        asked = await self.engine.act(
            case.case_id,
            "triage",
            engineer,
            answer,
            seen_version=case.version,
            idempotency_key=f"{key}-triage",
        )
        await self.dispatcher.drain()
        return asked

    async def ledger(self) -> list[Record]:
        """What was sent to the head, and what came of it."""
        return await self.db.fetch(LEDGER, self.world.head)

    async def until(self, met: Callable[[list[Record]], bool]) -> list[Record]:
        """The ledger, once a report has made it so."""
        async with asyncio.timeout(20):
            while not met(found := await self.ledger()):
                continue
        return found

    async def replied(self, text: str, which: int = -1, **more: Any) -> Record:
        """Somebody answers an SMS; what was kept of it, once it has been dealt with."""
        sms = (await self.state())["sms"][which]
        order = {"id": sms["id"], "text": text, **more}
        before = await self.db.fetch("SELECT id FROM sms_reply WHERE outcome IS NOT NULL")
        async with self.http.post(f"{self.sandbox.http}/sandbox/sms/say", json=order) as response:
            assert response.status == 200, await response.text()
        known = [row["id"] for row in before]
        async with asyncio.timeout(20):
            while not (found := await self.db.fetch(REPLIES, known)):
                continue
        return found[0]

    async def faults(self, part: str = "sms", **order: Any) -> None:
        async with self.http.post(f"{self.sandbox.http}/sandbox/faults", json={part: order}) as response:
            assert response.status == 200, await response.text()

    async def state(self) -> dict[str, Any]:
        async with self.http.get(f"{self.sandbox.http}/sandbox/state") as response:
            found: dict[str, Any] = await response.json()
            return found

    async def push(self, body: Any, path: str = ADDRESS) -> tuple[int, str]:
        """What somebody sends to the reports' address, and what is answered."""
        kind = {"data": body} if isinstance(body, bytes) else {"json": body}
        async with self.http.post(self.address + path, **kind) as response:
            return response.status, await response.text()


@asynccontextmanager
async def sms_road(
    dsn: str, *, secret: str = KEY_SECRET, ahead: timedelta = timedelta()
) -> AsyncIterator[SmsRoad]:
    """`secret` is what the service signs with at the first provider; the providers' clocks may be `ahead` of ours."""
    clock, sealer = FixedClock(), MasterKey(new_master_key())
    async with Database.open(dsn, max_size=6) as db, aiohttp.ClientSession() as http:
        accounts = StoredChannelAccounts(db, sealer)
        app = web.Application()
        clocks = Clocks(clock, clock, Calendar(ChineseWorkingDays({}, 2026)))
        engine = Engine(db, all_workflows(), clocks, NoFailPoints())
        replying = Replying(db, Acknowledging(db, engine, all_workflows(), clocks), clocks)
        SmsPushes(db, accounts, replying, clock).add_to(app)
        async with (
            TestServer(app) as server,
            running(
                _cast(str(server.make_url(""))), "127.0.0.1", 0, 0, surroundings(clock, ahead)
            ) as sandbox,
        ):
            world = await make_world(db)
            await _reachable(db, world, sandbox, sealer, secret)
            sender = Sender(
                db,
                Channels(build_channels(http, clock), accounts, BUDGETS),
                Renderer(all_workflows().vocabulary(), SourceTexts(), Links(b"k" * 32), "https://p.example"),
                clock,
                lambda: 0.5,
                NoFailPoints(),
            )
            yield SmsRoad(
                db=db,
                world=world,
                clock=clock,
                engine=engine,
                dispatcher=Dispatcher(sender, NoFailPoints()),
                http=http,
                sandbox=sandbox,
                address=str(server.make_url("")).rstrip("/"),
            )


def _cast(server: str) -> SandboxConfig:
    url, other = server.rstrip("/") + ADDRESS, server.rstrip("/") + STANDBY_ADDRESS
    mailboxes = [{"address": MAIL, "name": "Head"}]
    accounts = {
        "sms_accounts": [played_account(url, reply_url=url)],
        "tencent_sms_apps": [played_app(report_url=other, reply_url=other)],
    }
    return SandboxConfig.model_validate({"corps": [], "mailboxes": mailboxes} | accounts)


async def _reachable(db: Database, world: World, sandbox: Addresses, sealer: MasterKey, secret: str) -> None:
    mail = mail_settings(sandbox)
    more = {"extend_code_digits": 4, "price_per_part": "0.045"}
    settings, other = sms_settings(sandbox.http, **more), tencent_settings(sandbox.http, **more)
    sms = await add_account(
        db, world.hospital, "sms", "sms", settings, sms_secrets() | {"access_key_secret": secret}, sealer
    )
    await add_account(db, world.hospital, "tencent_sms", "standby", other, tencent_secrets(), sealer)
    email = await add_account(db, world.hospital, "email", "mail", mail, {}, sealer)
    await add_contact(db, world.head, sms, NUMBER, rank=1)
    await add_contact(db, world.head, email, MAIL, rank=2)
