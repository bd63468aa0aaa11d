"""Nothing that a page or a loop asks for grows with closed history: rows looked at, with a little and much of it."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import asyncpg
import pytest

from bench.province import Size, fill
from h5_pages.params_audit import AuditQuery
from h5_pages.params_messages import MessageQuery
from storage import unreachable
from storage.access import case_lists, device_lists, ledger, licences, staff, trail
from storage.access.case_lists import Wanted
from storage.database import Database
from storage.directory import Viewer, viewer_of
from storage.paging import Order
from tests.support.rows_looked_at import Watched

NOW = datetime.now(UTC)
LITTLE = Size(cities=2, hospitals=4, departments=3, people=100, devices=200, licences=60, open_cases=60,
              closed_cases=1200, months=4)  # fmt: skip
MUCH = replace(LITTLE, closed_cases=4800, licences=180, months=16)
ROLES = ["auditor", "administrator", "province_officer"]
Ask = Callable[[Database, Viewer], Awaitable[Any]]


def cases(sort: str = "opened", **wanted: Any) -> Ask:
    return lambda db, v: case_lists.listed(db, v, Wanted(**wanted), Order(sort, descending=True))


def messages(**query: Any) -> Ask:
    wanted = MessageQuery.model_validate(query).wanted(NOW)
    return lambda db, v: ledger.listed(db, v, ROLES, wanted, Order("at", descending=True))


def audit(**query: Any) -> Ask:
    wanted = AuditQuery.model_validate(query).wanted(NOW)
    return lambda db, v: trail.listed(db, v, ROLES, wanted, Order("at", descending=True))


async def nobody_reached(db: Database, _: Viewer) -> Any:
    async with db.connection() as connection:
        return await unreachable.unreachable(connection, ["engineer"], NOW, NOW - timedelta(days=7))


ASKED: dict[str, Ask] = {
    "cases": cases(),
    **{f"cases by {sort}": cases(sort) for sort in ("title", "state", "level", "entered", "due")},
    "cases by words": cases(words="球管"),
    "cases of a level": cases(level=4),
    "cases of a unit": cases(unit=5),
    "a case by its number": cases(words="00017", closed_too=True),
    "closed cases as well": cases(closed_too=True),
    "units of cases": case_lists.units,
    "units of devices": device_lists.units,
    "devices": lambda db, v: device_lists.listed(db, v, device_lists.Wanted(), Order("name")),
    "licences": lambda db, v: licences.lines(db, v, licences.Wanted(), None, Order("limit")),
    "people": lambda db, v: staff.listed(db, v, "administrator", staff.Wanted(NOW), Order("name")),
    "messages": messages(),
    "messages by a name": messages(q="王"),
    "messages of ten years' costs": lambda db, v: ledger.costs(
        db, v, ROLES, ledger.lately(ledger.Wanted(since=NOW - timedelta(days=3650)), NOW)
    ),
    "audit": audit(),
    "audit by words": audit(q="王"),
    "actions of the audit": lambda db, v: trail.actions(db, v, ROLES, NOW - timedelta(days=40)),
    "people whom nothing reaches": nobody_reached,
}


@pytest.fixture
async def two_urls(
    owner_url: str, postgres_url: str, database_names: Iterator[str]
) -> AsyncIterator[tuple[str, str]]:
    name = next(database_names)
    connection = await asyncpg.connect(postgres_url)
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE migrated STRATEGY file_copy")
    yield owner_url, re.sub(r"///\w+\?", f"///{name}?", owner_url)
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()


async def counted(url: str, size: Size) -> dict[str, int]:
    await fill(url, size, NOW)
    found = {}
    async with Database.open(url, max_size=2) as db:
        async with db.connection() as connection:
            top = await viewer_of(connection, 1, NOW)
        assert top is not None
        everywhere = replace(top, grants=tuple(replace(top.grants[0], role=role) for role in ROLES))
        for name, ask in ASKED.items():
            watched = Watched(db)
            await ask(cast(Database, watched), everywhere)
            found[name] = watched.rows
    return found


async def test_nothing_grows_with_closed_history_that_was_not_asked_for(two_urls: tuple[str, str]) -> None:
    little, much = [await counted(url, size) for url, size in zip(two_urls, (LITTLE, MUCH), strict=True)]
    grown = {name: (little[name], much[name]) for name in ASKED if much[name] > 1.4 * little[name] + 300}
    assert not grown, str(grown)
