"""Keyset paging: every row once, in order, whatever is equal or missing; made-up places do no harm."""

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.database import Database
from storage.paging import CursorBroken, Listing, Order, Sort, Where, decoded

SORTS = {
    "name": Sort("r.name"),
    "day": Sort("r.day", "date"),
    "at": Sort("r.at", "timestamptz"),
    "price": Sort("r.price", "numeric"),
    "age": Sort("r.age", "bigint"),
    "id % 5": Sort("r.id % 5", "bigint", always=True),
}
ROWS = Listing("r.id, r.name", "rows r", "r.id", SORTS)


@pytest.fixture
async def db(owner_url: str) -> AsyncIterator[Database]:
    async with Database.open(owner_url, max_size=2) as db:
        await db.execute(
            "CREATE TABLE rows AS SELECT n AS id, CASE WHEN n % 3 > 0 THEN 'name ' || n % 4 END AS name, "
            "CASE WHEN n % 5 > 0 THEN date '2026-01-01' + n % 7 END AS day, "
            "CASE WHEN n % 4 > 0 THEN timestamptz '2026-01-01' + n % 3 * interval '1.000001 s' END AS at, "
            "CASE WHEN n % 2 > 0 THEN n % 6 + 0.10 END AS price, n % 5 AS age FROM generate_series(1, 43) n"
        )
        yield db


async def walk(db: Database, order: Order, where: Where | None = None) -> list[int]:
    """The ids of the whole list, part by part."""
    found: list[int] = []
    while True:
        page = await ROWS.page(db, where or Where(), order)
        assert len(page.rows) <= order.size
        found += [row["id"] for row in page.rows]
        if not page.next:
            return found
        order = decoded(page.next, order, SORTS)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", list(SORTS))
async def test_every_row_comes_once_and_in_order_with_those_without_a_value_last(
    db: Database, sort: str, descending: bool
) -> None:
    found = await walk(db, Order(sort, descending, size=4))
    way = "DESC" if descending else "ASC"
    rows = await db.fetch(f"SELECT id FROM rows ORDER BY {sort} {way} NULLS LAST, id {way}")
    assert found == [row["id"] for row in rows]


async def test_the_whole_is_counted_and_a_part_goes_on_after_rows_that_came_meanwhile(db: Database) -> None:
    order = Order("age", size=10)
    first = await ROWS.page(db, Where().also("r.id > {}", 3), order)
    assert first.total == 40
    await db.execute("INSERT INTO rows (id, age) VALUES (0, 0), (100, -1)")
    second = await ROWS.page(db, Where(), decoded(first.next, order, SORTS))
    assert not {row["id"] for row in first.rows} & {row["id"] for row in second.rows}


async def test_counting_ends_beyond_what_is_worth_it(db: Database) -> None:
    order = Order("age", size=10)
    for most, total in ((20, 21), (40, 40), (50, 40)):
        page = await replace(ROWS, most_counted=most).page(db, Where().also("r.id > {}", 3), order)
        assert page.total == total


async def test_conditions_number_their_values_and_words_are_no_patterns(db: Database) -> None:
    where = Where("r.id > $1", [3]).also("r.id < {}", 10).also_if("r.id = {}", None)
    assert await walk(db, Order("age", size=3), where.also_words("r.name", "NAME 1")) == [5]
    assert await walk(db, Order("age"), where.also_words("r.name", "% 1")) == []


def place(*parts: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "####",
        place("name", True, "a", 1),
        place("name", False, "a\0", 1),
        place("name", False, "\ud800", 1),
        place("name", False, "a", 2**63),
        place("name", False, "a", None),
        place("name", False, ["a"], 1),
        place("name", False),
        "MQ",
    ],
)
def test_a_made_up_place_is_refused(text: str) -> None:
    with pytest.raises(CursorBroken):
        decoded(text, Order("name"), SORTS)


@pytest.mark.parametrize(
    ("sort", "value"),
    [("day", "soon"), ("at", "2026-01-01"), ("at", "2026-01-01T00:00:00"), ("price", "NaN")],
)
def test_a_value_of_another_kind_is_refused(sort: str, value: str) -> None:
    with pytest.raises(CursorBroken):
        decoded(place(sort, False, value, 1), Order(sort), SORTS)


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda b: base64.urlsafe_b64encode(b).decode()))
def test_nothing_else_comes_of_any_text(text: str) -> None:
    try:
        order = decoded(text, Order("name"), SORTS)
    except CursorBroken:
        return
    assert order.after is not None


async def test_a_value_of_the_right_kind_finds_rows_or_none(db: Database) -> None:
    order = decoded(place("price", False, "1e400", 1), Order("price"), SORTS)
    assert (await ROWS.page(db, Where(), replace(order, size=50))).total == 43
