"""Much to be told over four channels, while two notifiers are killed by turns and a tenth of what is sent fails."""

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.sandbox.app import WORLD, Surroundings, build_app
from bot.sandbox.config import SandboxConfig
from bot.sandbox.inspection import world_state
from bot.sandbox.mailserver import mail_server
from storage.database import Database
from storage.sealing import MasterKey, new_master_key
from tests.support.aftermath import settings_for
from tests.support.flaky import SHARE, flaky_way
from tests.support.messages import USUAL
from tests.support.sandbox import AGENT, CORPID, app_entry
from tests.support.service import WarmStarts, free_port, warm_starts
from tests.support.sms import played_account, sms_secrets, sms_settings
from tests.support.telegram import BOT, TOKEN, WEBHOOK_SECRET, bot_entry
from tests.support.world import add_account, add_organisation

CHANNELS = ("wecom", "email", "sms", "telegram")
KIND = "repair.received"
# Everybody is told once, on one channel: person n on the channel n modulo 4, at an address made of n.
EVERYBODY = """
WITH people AS (
  INSERT INTO person (organisation_id, name, title, active, failed_sign_ins, language)
  SELECT $1, 'Person ' || n, '', true, 0, 'en' FROM generate_series(0, $2::int - 1) n
  RETURNING id, split_part(name, ' ', 2) AS n),
ways AS (
  INSERT INTO contact_point (person_id, account_id, address, rank)
  SELECT id, ($3::bigint[])[n::int % 4 + 1],
         CASE n::int % 4 WHEN 0 THEN 'user-' || n WHEN 1 THEN 'user-' || n || '@people.example'
                         WHEN 2 THEN '199' || lpad(n, 8, '0') ELSE (1000000 + n::int)::text END, 1 FROM people)
INSERT INTO message (created_at, case_id, case_version, kind, severity, person_id, lane, variables, next_at)
SELECT now(), $4, 1, $5, 'info', id, 'all/' || id, $6, now() FROM people
"""
CASE = """
INSERT INTO work_case (number, workflow, definition_version, state, version, entered_version, entered_at,
                       organisation_id, title, opened_at)
VALUES ('WX2026-000001', 'repair', 1, 'reported', 1, 1, now(), $1, 'A fault', now()) RETURNING id
"""
LEDGER = """
SELECT m.state AS message, d.state, d.channel, d.address, d.maybe_twice, d.tries
  FROM message m LEFT JOIN delivery d ON d.message_id = m.id ORDER BY m.id, d.id
"""


@dataclass
class Turns:
    """The trial, and what was seen of it."""

    db: Database
    count: int
    state: Any
    faults: Any
    rng: random.Random
    kills: int = 0
    ledger: list[Mapping[str, Any]] = field(default_factory=list)

    async def run(self, starts: tuple[WarmStarts, WarmStarts], settings: tuple[dict[str, str], ...]) -> None:
        """Kill one, then the other, until everybody has been told."""
        running = [await each.start(own) for each, own in zip(starts, settings, strict=True)]
        before = self.count
        while left := await self.left():
            turn = self.kills % 2
            mails = (before - left) * SHARE / len(CHANNELS)  # as many as of the others
            self.faults(int(mails + self.rng.random()))
            before = left
            await asyncio.sleep(self.rng.uniform(0.2, 1.0))
            await self._less_than(left)
            running[turn].send(signal.SIGKILL)
            await running[turn].exit_code()
            self.kills += 1
            running[turn] = await starts[turn].start(settings[turn])
        self.ledger = [dict(row) for row in await self.db.fetch(LEDGER)]

    async def _less_than(self, left: int) -> None:
        """Until something was sent, so that no machine is too slow to get anywhere between two deaths."""
        while await self.left() >= left:  # noqa: ASYNC110 - other processes make it true
            await asyncio.sleep(0.1)

    async def left(self) -> int:
        row = await self.db.fetchrow("SELECT count(*) FROM message WHERE state = 'queued'")
        return int(row[0]) if row else 0

    def arrived(self) -> Counter[str]:
        """How often each address was told, as the stand-ins have it."""
        state = self.state()
        found: Counter[str] = Counter()
        for member in state["members"]:
            found[member["userid"]] += len(member["messages"])
        for box in state["mailboxes"]:
            found[box["address"]] += len(box["mails"])
        for sms in state["sms"]:
            found[sms["number"]] += 1
        for chat in state["telegram"]["chats"]:
            found[str(chat["chat_id"])] += len(chat["messages"])
        return +found

    @property
    def dropped(self) -> int:
        """What WeCom dropped in silence."""
        return sum(member["dropped"] for member in self.state()["members"])


@asynccontextmanager
async def turns(dsn: str, folder: Path, count: int, seed: int = 1) -> AsyncIterator[Turns]:
    """The trial, over."""
    rng, key = random.Random(seed), new_master_key()
    async with AsyncExitStack() as stack:
        app = build_app(SandboxConfig.model_validate(_cast(count)), _surroundings(rng))
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        mail = await stack.enter_async_context(mail_server(app[WORLD], "127.0.0.1", 0))
        way = await stack.enter_async_context(flaky_way(f"http://127.0.0.1:{runner.addresses[0][1]}", rng))
        db = await stack.enter_async_context(Database.open(dsn, max_size=2))
        await _everybody(db, MasterKey(key), way, mail, count)
        settings = tuple(_settings(dsn, key, folder / name) for name in ("one", "other"))
        starts = [
            await stack.enter_async_context(warm_starts(each, Path(each["YISHE_DATA_DIR"]).parent))
            for each in settings
        ]
        world = app[WORLD]

        def fail_mails(number: int) -> None:
            mails = world.faults.mail.model_copy(update={"temp_fail_next": number})
            world.faults = world.faults.model_copy(update={"mail": mails})

        trial = Turns(db, count, lambda: world_state(world), fail_mails, rng)
        await trial.run((starts[0], starts[1]), settings)
        yield trial


def _settings(dsn: str, key: str, folder: Path) -> dict[str, str]:
    folder.mkdir()
    return {**settings_for(dsn, key, free_port(), folder), "YISHE_ONLY": "notifier"}


def _surroundings(rng: random.Random) -> Surroundings:
    return Surroundings(now=lambda: datetime.now(UTC), monotonic=time.monotonic, rng=rng)


def _cast(count: int) -> dict[str, Any]:
    of = [range(channel, count, len(CHANNELS)) for channel in range(len(CHANNELS))]
    members = [{"userid": f"user-{n}", "name": f"Person {n}"} for n in of[0]]
    boxes = [{"address": f"user-{n}@people.example", "name": f"Person {n}"} for n in of[1]]
    users = [{"id": 1_000_000 + n, "name": f"Person {n}"} for n in of[3]]
    return {
        "corps": [{"corpid": CORPID, "name": "Hospital", "apps": [app_entry()], "members": members}],
        "mailboxes": boxes,
        "sms_accounts": [played_account()],
        "telegram_bots": [bot_entry(None)],
        "telegram_users": users,
        "keep_messages": 100_000,
    }


async def _everybody(db: Database, key: MasterKey, way: str, mail_port: int, count: int) -> None:
    hospital = await add_organisation(db, "hospital", "Hospital")
    mail = {
        "host": "127.0.0.1",
        "port": mail_port,
        "tls": "none",
        "sender_address": "equipment@hospital.example",
        "message_id_domain": "hospital.example",
    }
    wecom = {"corp_id": CORPID, "agent_id": AGENT, "base_url": way}
    telegram = {"bot_username": BOT, "base_url": way}
    accounts = [
        await add_account(db, hospital, "wecom", "app", wecom, {"secret": f"sandbox-secret-{AGENT}"}, key),
        await add_account(db, hospital, "email", "mail", mail, {}, key),
        await add_account(db, hospital, "sms", "sms", sms_settings(way), sms_secrets(), key),
        await add_account(
            db, hospital, "telegram", "bot", telegram, {"token": TOKEN, "webhook_secret": WEBHOOK_SECRET}, key
        ),
    ]
    case = await db.fetchrow(CASE, hospital)
    assert case
    await db.execute(EVERYBODY, hospital, count, accounts, case["id"], KIND, USUAL)
