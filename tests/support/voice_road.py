"""The whole road of a call: an alarm, the notifier, the provider's stand-in with its phone, and the way back."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.sandbox.config import SandboxConfig
from bot.sandbox.serve import Addresses, running
from notifier.channels import Channels
from notifier.dispatcher import Dispatcher
from notifier.escalations import Escalations
from notifier.providers.email.channel import EmailChannel
from notifier.rendering import Renderer
from notifier.sending import Sender
from storage.channel_accounts import StoredChannelAccounts
from storage.database import Record
from storage.failpoints import NoFailPoints
from storage.links import Links
from storage.sealing import MasterKey, new_master_key
from tests.support.desk import Desk, open_desk
from tests.support.outside import SourceTexts
from tests.support.road_parts import mail_settings, surroundings
from tests.support.voice import NUMBER, TOKEN, Vendor
from tests.support.world import add_account, add_contact
from tests.workflows.alarm.test_alarm import raised
from webhooks.voice import VoiceReports
from workflows.acknowledging import Acknowledging
from workflows.engine import Outcome
from workflows.registry import all_workflows

MAIL = "engineer@hospital.example"
CALLED_FIRST = {
    "first": "voice",
    "first_minutes": 5,
    "second": "own",
    "second_minutes": 5,
    "acknowledged": True,
}
LEDGER = """
SELECT m.id AS message, m.state AS message_state, m.reason, m.acknowledged_way, d.*
  FROM message m JOIN delivery d ON d.message_id = m.id WHERE m.person_id = $1 ORDER BY d.id
"""


@dataclass
class VoiceRoad:
    """Everything, running; by the hospital's policy the engineer is called first, then told by mail."""

    desk: Desk
    vendor: Vendor
    dispatcher: Dispatcher
    http: aiohttp.ClientSession
    sandbox: Addresses
    address: str
    sealer: MasterKey

    async def alarm(self, degrees: float = 29) -> Outcome:
        """A room that is too hot; whoever is told has been told."""
        case = await raised(self.desk, degrees)
        await self.dispatcher.drain()
        return case

    async def later(self, minutes: float) -> None:
        """So much later, and what nobody acknowledged has gone on."""
        self.desk.real.forward(timedelta(minutes=minutes))
        await Escalations(self.desk.db, self.desk.real).run_due()
        await self.dispatcher.drain()

    async def state_of(self, case: Outcome) -> str:
        found: str = await self.desk.value("SELECT state FROM work_case WHERE id = $1", case.case_id)
        return found

    async def ledger(self) -> list[Record]:
        """What was sent to the engineer, and what came of it."""
        return await self.desk.db.fetch(LEDGER, self.desk.world.engineer)

    async def until(self, met: Callable[[list[Record]], bool]) -> list[Record]:
        """The ledger, once a report has made it so."""
        async with asyncio.timeout(20):
            while not met(found := await self.ledger()):
                continue
        return found

    async def gone_on(self, ways: int) -> list[Record]:
        """The ledger, once so many ways were taken; who claims passes over a message that a report holds just then."""
        async with asyncio.timeout(20):
            while len(found := await self.ledger()) < ways:
                await self.dispatcher.drain()
        return found

    async def calls(self) -> list[dict[str, Any]]:
        """What rang."""
        async with self.http.get(f"{self.sandbox.http}/sandbox/state") as response:
            found: list[dict[str, Any]] = (await response.json())["calls"]
            return found

    async def phone(self, *acts: str) -> dict[str, Any]:
        """What the engineer does with the last call: a key is named by itself."""
        call: dict[str, Any] = (await self.calls())[-1]
        for act in acts:
            order = {"act": "press", "key": act} if len(act) == 1 else {"act": act}
            async with self.http.post(
                f"{self.sandbox.http}/sandbox/call", json=order | {"id": call["id"]}
            ) as response:
                call = await response.json()
                assert response.status == 200, call
        return call

    async def faults(self, **order: Any) -> None:
        async with self.http.post(f"{self.sandbox.http}/sandbox/faults", json={"voice": order}) as response:
            assert response.status == 200, await response.text()

    async def push(self, body: Any, path: str = "") -> int:
        """What somebody sends to the reports' address; the status of the answer."""
        async with self.http.post(self.address + (path or self.vendor.path + TOKEN), json=body) as response:
            return response.status


@asynccontextmanager
async def voice_road(dsn: str, vendor: Vendor) -> AsyncIterator[VoiceRoad]:
    sealer = MasterKey(new_master_key())
    async with open_desk(dsn) as desk, aiohttp.ClientSession() as http:
        accounts = StoredChannelAccounts(desk.db, sealer)
        acknowledging = Acknowledging(desk.db, desk.engine, all_workflows(), desk.clocks)
        app = web.Application()
        VoiceReports(desk.db, accounts, acknowledging, desk.real).add_to(app)
        async with (
            TestServer(app) as server,
            running(
                _cast(vendor, str(server.make_url(vendor.path + TOKEN))),
                "127.0.0.1",
                0,
                0,
                surroundings(desk.real),
            ) as sandbox,
        ):
            await _reachable(desk, vendor, sandbox, sealer)
            channels = {vendor.kind: vendor.channel(http, desk.real), "email": EmailChannel(desk.real)}
            sender = Sender(
                desk.db,
                Channels(channels, accounts),
                Renderer(all_workflows().vocabulary(), SourceTexts(), Links(b"k" * 32), "https://p.example"),
                desk.real,
                lambda: 0.5,
                NoFailPoints(),
            )
            dispatcher = Dispatcher(sender, NoFailPoints())
            address = str(server.make_url("")).rstrip("/")
            yield VoiceRoad(desk, vendor, dispatcher, http, sandbox, address, sealer)


def _cast(vendor: Vendor, report_url: str) -> SandboxConfig:
    mailboxes = [{"address": MAIL, "name": "Engineer"}]
    return SandboxConfig.model_validate({"corps": [], "mailboxes": mailboxes, **vendor.entry(report_url)})


async def _reachable(desk: Desk, vendor: Vendor, sandbox: Addresses, sealer: MasterKey) -> None:
    mail = mail_settings(sandbox)
    settings, hospital = vendor.settings | {"base_url": sandbox.http}, desk.world.hospital
    calls = await add_account(desk.db, hospital, vendor.kind, "calls", settings, vendor.secrets, sealer)
    email = await add_account(desk.db, hospital, "email", "mail", mail, {}, sealer)
    await desk.set_policy(hospital, "notify.critical", CALLED_FIRST)
    await add_contact(desk.db, desk.world.engineer, calls, NUMBER, rank=1)
    await add_contact(desk.db, desk.world.engineer, email, MAIL, rank=2)
