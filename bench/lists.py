"""`lists_ten_years_p95_ms`: every list, filter, sort, choice, ledger, audit, case, device and to-do page of a province.

Asked as an engineer, a hospital, a city and the province, ten at once, of one process and a database of ten years.
Each page is asked once before it counts, as whoever came before would have.
"""

import asyncio
import hashlib
import itertools
import os
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from statistics import median
from urllib.parse import quote

import asyncpg

from bench.house import House, Served, served
from bench.load import connect, get
from bench.paired import percentile
from bench.place import Place
from bench.province import Province, a_province
from bench.results import Measured
from storage.clock import RealClock
from storage.sealing import new_master_key

AT_ONCE = 10
ROUNDS = 2
# Who looks, at what kind of organisation, holding what; each at the one with the most devices.
VIEWERS = {
    "engineer": ("hospital", ["engineer"]),
    "hospital": ("hospital", ["equipment_head", "administrator", "auditor"]),
    "city": ("city", ["city_officer", "auditor"]),
    "province": ("province", ["province_officer", "auditor", "administrator"]),
}
PERSON = """
INSERT INTO person (organisation_id, name, title, username, active, failed_sign_ins)
SELECT o.id, $2, '', $2, true, 0 FROM organisation o WHERE o.kind = $1 ORDER BY o.id LIMIT 1
ON CONFLICT (username) DO UPDATE SET active = true RETURNING id, organisation_id
"""
POSTS = """
INSERT INTO post (person_id, organisation_id, role, starts_at) SELECT $1, $2, unnest($3::text[]), '2000-01-01'
ON CONFLICT DO NOTHING
"""
SESSION = """
INSERT INTO web_session (id, person_id, created_at, seen_at, client) VALUES ($1, $2, $3, $3, 'bench')
ON CONFLICT (id) DO UPDATE SET created_at = $3, seen_at = $3
"""
# What each can ask for by itself: an open case, a closed one, a device, somebody's name, a unit.
EXAMPLES = """
SELECT (SELECT c.number FROM work_case c JOIN organisation u ON u.id = c.organisation_id
         WHERE starts_with(u.path, o.path) AND c.closed_at IS NULL AND c.workflow = 'repair'
         ORDER BY c.id DESC LIMIT 1) AS open,
       (SELECT c.number FROM work_case c JOIN organisation u ON u.id = c.organisation_id
         WHERE starts_with(u.path, o.path) AND c.closed_at IS NOT NULL AND c.id > 1000 ORDER BY c.id LIMIT 1) AS closed,
       (SELECT d.id FROM device d JOIN organisation u ON u.id = d.organisation_id
         WHERE starts_with(u.path, o.path) ORDER BY d.id LIMIT 1) AS device,
       (SELECT p.name FROM person p JOIN organisation u ON u.id = p.organisation_id
         WHERE starts_with(u.path, o.path) ORDER BY p.id LIMIT 1) AS person,
       (SELECT max(u.id) FROM organisation u WHERE starts_with(u.path, o.path)) AS unit
  FROM organisation o WHERE o.id = $1
"""
FOR_ALL = (
    "/todo", "/cases", "/cases?q={open}", "/cases?q={tail}", "/cases?q=球管", "/cases?unit={unit}", "/cases?level=4",
    "/cases?workflow=repair&state=triaged", "/cases?sort=due", "/cases?sort=-due", "/cases?sort=title",
    "/cases?sort=state", "/cases?sort=level", "/cases?sort=-entered", "/cases?sort=opened",
    "/cases?all=True", "/cases?all=True&q={closed}", "/cases?all=True&q={closed_tail}", "/cases?all=True&level=4",
    "/cases?all=True&workflow=alarm", "/cases?all=True&workflow=licence&state=lapsed", "/cases?all=True&unit={unit}",
    "/cases?all=True&sort=due", "/cases?all=True&sort=title", "/cases?all=True&sort=-entered",
    "/cases?all=True&sort=level", "/cases?all=True&sort=state", "/cases?all=True&q=球管",
    "/cases/{open}", "/cases/{closed}", "/devices", "/devices?q=S77", "/devices?type=mr&status=in_use",
    "/devices?maker={maker}", "/devices?unit={unit}", "/devices?sort=name", "/devices?sort=-price",
    "/devices?sort=department", "/devices?sort=installed_on", "/devices?sort=type", "/devices?sort=maker",
    "/devices?sort=status", "/devices/{device}", "/devices/{device}/history", "/d/label-{device}",
    "/licences", "/licences?colour=red", "/licences?colour=later", "/licences?q=示例市第1", "/licences?all=True",
    "/messages", "/messages?q={person}", "/messages?mine=True",
)  # fmt: skip
OF_AUDITORS = (
    "/messages?outcome=failed", "/messages?channel=sms", "/messages?severity=urgent", "/messages?workflow=alarm",
    "/messages?case={closed}", "/messages?since=2020-01-01&until=2020-01-31", "/messages?since=2019-01-01",
    "/admin/audit", "/admin/audit?q={person}", "/admin/audit?kind=device", "/admin/audit?action=labels.print",
    "/admin/audit?unit={unit}", "/admin/audit?device={device}", "/admin/audit?case={closed}",
    "/admin/audit?since=2020-01-01&until=2020-01-31", "/admin/audit?kind=case&q={closed}",
)  # fmt: skip
OF_ADMINISTRATORS = (
    "/admin", "/admin/people", "/admin/people?q={person}", "/admin/people?lacks=way", "/admin/people?role=engineer",
    "/admin/people?unit={unit}", "/admin/people?sort=organisation", "/admin/people?sort=-number",
    "/admin/organisations", "/admin/dead-letters",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A page as somebody asks for it."""

    who: str
    path: str
    request: bytes


@dataclass
class Seen:
    """What its answers were."""

    seconds: list[float] = field(default_factory=list)
    statuses: set[int] = field(default_factory=set)


async def lists(place: Place) -> Mapping[str, Measured]:
    """95 of 100 of all these pages are there within so many milliseconds."""
    scale = float(os.environ.get("YISHE_BENCH_SCALE", "1")) * min(1.0, place.effort.scale)
    async with a_province(scale) as province, looked_at(place, province) as (service, asked):
        seen = await ask_all(service.port, asked, ROUNDS)
    wrong = [f"{who} {path}: {s.statuses}" for (who, path), s in seen.items() if s.statuses - {200}]
    if wrong:
        raise RuntimeError("; ".join(wrong[:8]))
    return {"lists_ten_years_p95_ms": _measured(seen, scale)}


@asynccontextmanager
async def looked_at(place: Place, province: Province) -> AsyncIterator[tuple[Served, list[Asked]]]:
    """A service on the province, and all that is asked for."""
    asked = await pages_of_all(province.dsn)
    house = House(province.dsn, new_master_key(), {}, [], [])
    async with served(house, place.folder, 1) as [service]:
        yield service, asked


async def pages_of_all(dsn: str) -> list[Asked]:
    """What the four ask for; they are made, and signed in afresh."""
    connection = await asyncpg.connect(dsn)
    try:
        found = [await _pages(connection, who) for who in VIEWERS]
    finally:
        await connection.close()
    return list(itertools.chain.from_iterable(found))


async def _pages(connection: asyncpg.Connection, who: str) -> list[Asked]:
    kind, roles = VIEWERS[who]
    person = await connection.fetchrow(PERSON, kind, f"bench-{who}")
    if person is None:
        raise RuntimeError(f"there is no {kind}")
    await connection.execute(POSTS, person["id"], person["organisation_id"], roles)
    token = f"bench-session-of-{who}"
    digest = hashlib.sha256(token.encode()).hexdigest()
    await connection.execute(SESSION, digest, person["id"], RealClock().now())
    row = await connection.fetchrow(EXAMPLES, person["organisation_id"])
    known = {name: quote(str(value)) for name, value in dict(row or {}).items()}
    known |= {"tail": known["open"][-5:], "closed_tail": known["closed"][-5:], "maker": quote("演示厂家7")}
    paths = [*FOR_ALL, *(OF_AUDITORS if "auditor" in roles else ())]
    paths += OF_ADMINISTRATORS if "administrator" in roles else ()
    cookie = f"yishe={token}; yishe-language=zh_CN"
    return [Asked(who, path, get(quote(path.format(**known), safe="/?&=%{}"), cookie)) for path in paths]


async def ask_all(port: int, asked: Sequence[Asked], rounds: int) -> Mapping[tuple[str, str], Seen]:
    """Every page so many times, ten at once, after one time that does not count."""
    seen = {(one.who, one.path): Seen() for one in asked}
    await _round(port, asked, {key: Seen() for key in seen})
    for _ in range(rounds):
        await _round(port, asked, seen)
    return seen


async def _round(port: int, asked: Sequence[Asked], seen: Mapping[tuple[str, str], Seen]) -> None:
    waiting = iter(asked)

    async def keep_asking() -> None:
        connection = await connect(port)
        for one in waiting:
            began = time.perf_counter()
            answer = await connection.ask(one.request)
            seen[one.who, one.path].seconds.append(time.perf_counter() - began)
            seen[one.who, one.path].statuses.add(answer.status)
        connection.close()

    await asyncio.gather(*(keep_asking() for _ in range(AT_ONCE)))


def _measured(seen: Mapping[tuple[str, str], Seen], scale: float) -> Measured:
    turns = [[s.seconds[turn] * 1000 for s in seen.values()] for turn in range(ROUNDS)]
    every = list(itertools.chain.from_iterable(turns))
    slowest = sorted(seen.items(), key=lambda item: -median(item[1].seconds))[:12]
    detail = {
        "scale": scale,
        "pages": len(seen),
        "at_once": AT_ONCE,
        "p50_ms": round(percentile(every, 0.5)),
        "longest_ms": round(max(every)),
        "slowest": {f"{who} {path}": round(median(s.seconds) * 1000) for (who, path), s in slowest},
    }
    return Measured(percentile(every, 0.95), [percentile(turn, 0.95) for turn in turns], detail)
