"""Hospitals, each with its people and one device, on the stand-ins' WeCom and mail; and the stand-ins themselves."""

import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from bot.sandbox.app import WORLD, Surroundings, build_app
from bot.sandbox.callbacks import Timing
from bot.sandbox.config import SandboxConfig
from bot.sandbox.mailserver import mail_server
from bot.sandbox.world import World
from storage.database import Database
from storage.sealing import MasterKey
from tests.support.sandbox import AES_KEY, AGENT, CORPID, app_entry
from tests.support.world import (
    LONG_AGO,
    add_account,
    add_contact,
    add_device,
    add_organisation,
    add_person,
)
from workflows.identity.passwords import HashCost, Passwords
from workflows.identity.roles import Role

PASSWORD = "correct horse battery"
ACCOUNT = "all-towns"
JOBS = {"engineer": Role.ENGINEER, "head": Role.EQUIPMENT_HEAD, "reporter": Role.MEDICAL_STAFF}


@dataclass(frozen=True)
class Hospital:
    """One hospital; its people are known by their job and its number, on WeCom as at the sign-in."""

    number: int
    id: int
    label: str

    def known_as(self, job: str) -> str:
        return f"{job}-{self.number}"

    @property
    def has_accounts(self) -> bool:
        """Do those who report there have accounts?"""
        return self.number % 4 == 0

    @property
    def visitor(self) -> str:
        """The mail address of people there who have no account."""
        return f"visitor-{self.number}@people.example"


@dataclass(frozen=True)
class OutsideWorld:
    """The stand-ins: what they remember, and where they listen."""

    world: World
    http: str
    mail_port: int


@asynccontextmanager
async def outside_world(callback_origin: str, hospitals: int) -> AsyncIterator[OutsideWorld]:
    """WeCom and a mail server in this process, so that they outlive the service."""
    config = SandboxConfig.model_validate(_cast(callback_origin, hospitals))
    around = Surroundings(
        now=lambda: datetime.now(UTC),
        monotonic=time.monotonic,
        rng=random.Random(7),
        timing=Timing(callback_s=1.5),
    )
    app = build_app(config, around)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with mail_server(app[WORLD], "127.0.0.1", 0) as mail_port:
            yield OutsideWorld(app[WORLD], f"http://127.0.0.1:{runner.addresses[0][1]}", mail_port)
    finally:
        await runner.cleanup()


def _cast(callback_origin: str, hospitals: int) -> dict[str, Any]:
    people = [f"{job}-{number}" for number in range(hospitals) for job in JOBS]
    return {
        "corps": [
            {
                "corpid": CORPID,
                "name": "All towns",
                "apps": [app_entry(callback_url=f"{callback_origin}/wecom/{ACCOUNT}")],
                "members": [{"userid": person, "name": person} for person in people],
            }
        ],
        "mailboxes": [
            {"address": f"visitor-{number}@people.example", "name": f"Visitor {number}"}
            for number in range(hospitals)
        ],
        "keep_messages": 100_000,
    }


async def build_hospitals(
    db: Database, master: MasterKey, outside: OutsideWorld, count: int
) -> list[Hospital]:
    """Hospitals under one authority, whose WeCom app and mail sender all of them use."""
    authority = await add_organisation(db, "province", "Authority of the towns")
    wecom = await _accounts(db, master, outside, authority)
    password_hash = await Passwords(HashCost(), 1).hash(PASSWORD)
    hospitals = [await _hospital(db, authority, wecom, number) for number in range(count)]
    await db.execute("UPDATE person SET username = name, password_hash = $1", password_hash)
    return hospitals


async def remind_at_once(db: Database, hospital: Hospital) -> None:
    """Let that hospital wait for the assessment of a fault for about a second only."""
    await db.execute(
        "INSERT INTO policy (organisation_id, name, value, source, version, valid_from) "
        "VALUES ($1, 'repair.triage', $2, 'test', 1, $3)",
        hospital.id,
        {"amount": 0.02, "unit": "minutes"},
        LONG_AGO,
    )


async def _accounts(db: Database, master: MasterKey, outside: OutsideWorld, authority: int) -> int:
    mail = {
        "host": "127.0.0.1",
        "port": outside.mail_port,
        "tls": "none",
        "sender_address": "yishe@towns.example",
        "message_id_domain": "towns.example",
    }
    await add_account(db, authority, "email", "mail-of-all-towns", mail, {}, master)
    wecom = {"corp_id": CORPID, "agent_id": AGENT, "base_url": outside.http}
    app = app_entry()
    secrets = {"secret": app["secret"], "callback_token": app["token"], "encoding_aes_key": AES_KEY}
    return await add_account(db, authority, "wecom", ACCOUNT, wecom, secrets, master)


async def _hospital(db: Database, authority: int, wecom: int, number: int) -> Hospital:
    hospital = await add_organisation(db, "hospital", f"Hospital {number}", authority)
    made = Hospital(number, hospital, f"label-of-the-device-of-{number}")
    for job, role in JOBS.items():
        person = await add_person(db, hospital, made.known_as(job), role)
        await add_contact(db, person, wecom, made.known_as(job))
    await add_device(db, hospital, f"CT-{number:04}", label=made.label)
    return made
