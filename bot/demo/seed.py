"""Makes the demo in a migrated database, once, and says what is in it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.demo.adverse_events import EventTeller
from bot.demo.channels import Endpoints, channel_accounts
from bot.demo.data import NATION, NATION_CODE, PROVINCE, organisations, token
from bot.demo.devices import devices
from bot.demo.histories import Stage, Teller
from bot.demo.licences import LicenceTeller
from bot.demo.people import PASSWORD, people
from bot.demo.records import (
    add_accounts,
    add_contact_points,
    add_devices,
    add_organisations,
    add_people,
    add_policy,
    point_accounts_at,
)
from bot.demo.sensors import HOSPITAL, add_sensors
from storage import business_time
from storage.clock import BusinessClock
from storage.database import Connection
from storage.sealing import Sealer

FIRST_DEVICE = "CT-101"
# So that whoever lets the magnet quench hears the phone before the alarm is over.
RINGS_SOON = {
    "first": "own",
    "first_minutes": 1,
    "second": "voice",
    "second_minutes": 2,
    "acknowledged": True,
}
UNFINISHED = f"{NATION_CODE}-UNFINISHED"
POSTS_SINCE = timedelta(days=400)
# They hear of what happens from now on, and not of the stories that are told here.
LISTENERS = """
INSERT INTO listener (organisation_id, account_id, name, severities, workflows, hears_steps)
SELECT organisation_id, id, name, CASE kind WHEN 'webhook' THEN '[]'::jsonb ELSE '["urgent", "critical"]' END, '[]',
       kind = 'webhook'
  FROM channel_account a
 WHERE public_key IN ('demo-hook', 'demo-robot')
   AND NOT EXISTS (SELECT FROM listener WHERE listener.account_id = a.id)
"""
ADMINISTRATORS = frozenset({"hospital-admin", "h2-hospital-admin"})


@dataclass(frozen=True)
class DemoTools:
    """What seeding needs beyond the stage of the stories. `endpoints`: where the sandbox listens this time."""

    stage: Stage
    sealer: Sealer
    hash_password: Callable[[str], Awaitable[str]]
    endpoints: Endpoints


@dataclass(frozen=True)
class DemoPerson:
    """Somebody to sign in as."""

    username: str
    name: str
    title: str
    organisation: str


@dataclass(frozen=True)
class DemoWorld:
    """Where to begin: the device whose label to scan, and the people of its hospital and above."""

    device_number: str
    device_name: str
    device_token: str
    password: str
    people: tuple[DemoPerson, ...]


async def seed(tools: DemoTools) -> DemoWorld:
    """Make the demo, or find it made. One that was broken off is finished; the accounts follow the sandbox."""
    stage = tools.stage
    now = await business_time.current(stage.db, BusinessClock(stage.real))
    password_hash = await tools.hash_password(PASSWORD)
    async with stage.db.transaction() as tx:
        marker = await _marker(tx)
        if marker is None:
            await _add_records(tx, tools, password_hash, now)
        await point_accounts_at(tx, channel_accounts(stage.seed, tools.endpoints))
    if marker != NATION_CODE:
        known = await _people(tools)
        await Teller(stage, known, now).tell_all()
        await LicenceTeller(stage, known, now).tell_all()
        await EventTeller(stage, tools.sealer, known, now).tell_all()
        await stage.db.execute(LISTENERS)
        await stage.db.execute("UPDATE organisation SET code = $2 WHERE code = $1", UNFINISHED, NATION_CODE)
    return await _world(tools)


async def _marker(tx: Connection) -> str | None:
    """How far the demo was made; concurrent starts wait for each other here."""
    await tx.execute("LOCK TABLE organisation IN SHARE ROW EXCLUSIVE MODE")
    marker: str | None = await tx.fetchval(
        "SELECT code FROM organisation WHERE code = ANY($1)", [NATION_CODE, UNFINISHED]
    )
    return marker


async def _add_records(tx: Connection, tools: DemoTools, password_hash: str, now: datetime) -> None:
    number, everybody = tools.stage.seed, people()
    tree = [replace(o, code=UNFINISHED) if o.key == NATION else o for o in organisations()]
    places = await add_organisations(tx, tree)
    ids = await add_people(tx, everybody, places, password_hash, now - POSTS_SINCE)
    await add_accounts(tx, channel_accounts(number, tools.endpoints), places, tools.sealer)
    await add_contact_points(tx, everybody, ids)
    fleet = devices(number)
    await add_devices(tx, fleet, places, {d.number: token(number, "label", d.number) for d in fleet})
    await add_sensors(tx, places[HOSPITAL])
    await add_policy(
        tx, places["h3"], "repair.approval_limit", {"amount": 20000, "unit": "CNY"}, now - POSTS_SINCE
    )
    await add_policy(tx, places[PROVINCE], "notify.critical", RINGS_SOON, now - POSTS_SINCE)


async def _people(tools: DemoTools) -> Mapping[str, int]:
    rows = await tools.stage.db.fetch("SELECT username, id FROM person WHERE username IS NOT NULL")
    return {row["username"]: row["id"] for row in rows}


async def _world(tools: DemoTools) -> DemoWorld:
    db = tools.stage.db
    device = await db.fetchrow(
        "SELECT d.number, d.name, l.token FROM device d JOIN device_label l ON l.device_id = d.id "
        "WHERE d.number = $1 AND l.revoked_at IS NULL",
        FIRST_DEVICE,
    )
    if device is None:
        raise LookupError(FIRST_DEVICE)
    rows = await db.fetch(
        "SELECT p.username, p.name, p.title, o.name AS organisation "
        "FROM person p JOIN organisation o ON o.id = p.organisation_id WHERE p.username = ANY($1) ORDER BY p.id",
        [p.username for p in people() if "-" not in p.username or p.username in ADMINISTRATORS],
    )
    shown = tuple(DemoPerson(**dict(row)) for row in rows)
    return DemoWorld(device["number"], device["name"], device["token"], PASSWORD, shown)
