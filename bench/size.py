"""The whole service beside ten years of history: `idle_core_share`, `timers_per_s_in_service`."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bench.house import House, Served, served
from bench.place import Place
from bench.province import Size, fill
from bench.results import Measured
from bench.wecom import stand_in
from storage.clock import RealClock
from storage.database import Database
from storage.sealing import MasterKey, new_master_key
from tests.support.channel_contents import AES_KEY
from tests.support.world import add_account

SHARE_OF_A_PROVINCE = 0.1
OPEN_LICENCES, OPEN_CASES = 0.3, 17_000
SETTLES_S, IDLE_S = 40, 120
TICKS_A_S = os.sysconf("SC_CLK_TCK")
# Whoever has a contact point at all is reached by WeCom, and nobody any other way.
ONE_WAY = (
    "UPDATE contact_point SET account_id = $1 WHERE account_id = 1",
    "UPDATE channel_account SET active = false WHERE id <> $1",
)
# Every open licence turns yellow now: 2½ months before its limit, and its first two rungs lie behind it.
YELLOW = "UPDATE licence SET limit_on = current_date + 75 FROM work_case c WHERE c.id = case_id AND c.closed_at IS NULL"
DUE = """
WITH due AS (
  UPDATE timer t SET due_at = now() FROM work_case c
   WHERE c.id = t.case_id AND c.workflow = 'licence' AND t.fired_at IS NULL AND t.rung = 1 RETURNING t.id)
SELECT count(*), pg_notify('timers', '') FROM due
"""
LEFT = "SELECT count(*) FROM timer WHERE fired_at IS NULL AND due_at <= now()"


@dataclass(frozen=True)
class Running:
    """The service beside a tenth of a province, and its server's first process."""

    db: Database
    service: Served
    postmaster: int
    cases: int

    def cpu_s(self) -> float:
        """Processor time of the service and of PostgreSQL with all that it has started."""
        ours = _ticks(self.service.pid)[0]
        mine, ended = _ticks(self.postmaster)
        return (ours + mine + ended + sum(_ticks(pid)[0] for pid in _children(self.postmaster))) / TICKS_A_S


async def idle(place: Place) -> Mapping[str, Measured]:
    """Nothing is due: what the loops cost that look for something."""
    async with _running(place, _size(place)) as running:
        seconds = place.effort.of(IDLE_S, 2)
        before, began = running.cpu_s(), time.monotonic()
        await asyncio.sleep(seconds)
        share = (running.cpu_s() - before) / (time.monotonic() - began)
    detail = {"seconds": seconds, "cases": running.cases, "months": 120, "counted": "service and PostgreSQL"}
    return {"idle_core_share": Measured(share, [share], detail)}


async def timers(place: Place) -> Mapping[str, Measured]:
    """A morning on which thousands of licences change their colour, each told to its contact."""
    wanted = place.effort.of(OPEN_CASES, 40)
    async with _running(place, replace(_size(place), open_cases=wanted)) as running:
        await running.db.execute(YELLOW)
        [due] = await running.db.fetch(DUE)
        began = time.monotonic()
        left: int = due[0]
        while left:
            await asyncio.sleep(0.2)
            left = (await running.db.fetch(LEFT))[0][0]
        took = time.monotonic() - began
        sent = (await running.db.fetch("SELECT count(*) FROM message WHERE kind = 'licence.yellow'"))[0][0]
    detail = {"timers": due[0], "seconds": round(took, 1), "reminders": sent, "cases": running.cases}
    return {"timers_per_s_in_service": Measured(due[0] / took, [due[0] / took], detail)}


def _size(place: Place) -> Size:
    return Size().scaled(SHARE_OF_A_PROVINCE * min(1.0, place.effort.scale))


@asynccontextmanager
async def _running(place: Place, size: Size) -> AsyncIterator[Running]:
    key, dsn = new_master_key(), await place.migrated()
    await fill(dsn, size, RealClock().now())
    async with stand_in() as url, Database.open(dsn, max_size=2) as db:
        settings = {"corp_id": "ww-bench", "agent_id": 1000002, "base_url": url}
        secrets = {"secret": "s", "callback_token": "t", "encoding_aes_key": AES_KEY}
        account = await add_account(db, 2, "wecom", "app", settings, secrets, MasterKey(key))
        for statement in ONE_WAY:
            await db.execute(statement, account)
        async with served(House(dsn, key, {}, [], []), place.folder, 1) as [service]:
            await asyncio.sleep(place.effort.of(SETTLES_S, 1))
            yield Running(db, service, await _postmaster(db), size.closed_cases + size.open_cases)


async def _postmaster(db: Database) -> int:
    """The process from which all backends come."""
    [row] = await db.fetch("SELECT pg_backend_pid()")
    return int(_stat(row[0])[1])


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _stat(pid: int) -> list[str]:
    """The fields of a process from its state on: state, parent and so on."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _ticks(pid: int) -> tuple[int, int]:
    """Own time of a process, and that of children which have ended; none of one that is gone."""
    try:
        fields = _stat(pid)
    except FileNotFoundError:
        return 0, 0
    own, ended = fields[11:13], fields[13:15]
    return sum(map(int, own)), sum(map(int, ended))
