"""Lists page by page: by the last row's sort value and id instead of an offset (keyset paging).

A page costs the same however far down it lies, and rows that come or go meanwhile shift nothing. Where
values are equal, the id decides; rows without a value come last in both directions.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

from storage.database import Database

T = TypeVar("T")
S = TypeVar("S")
Kind = Literal["text", "bigint", "date", "timestamptz", "numeric"]
BIG = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
VALUES: Mapping[Kind, TypeAdapter[Any]] = {
    "text": TypeAdapter(Annotated[str, Field(max_length=1000)]),
    "bigint": TypeAdapter(BIG),
    "date": TypeAdapter(date),
    "timestamptz": TypeAdapter(AwareDatetime),
    "numeric": TypeAdapter(Decimal),
}
IDS: TypeAdapter[int] = TypeAdapter(BIG)
PAGE_SIZE = 50


class CursorBroken(ValueError):
    """The place to go on from was not made here, or for another order."""


@dataclass(frozen=True)
class Sort:
    """One way to sort: an SQL expression of ours, and what kind of value it has (it may be NULL).

    `always`: no row is without a value, so that an index on it leads to the place to go on from.
    """

    sql: str
    kind: Kind = "text"
    always: bool = False


@dataclass(frozen=True)
class Cursor:
    """The last row that was shown: its sort value, and its id."""

    value: Any
    key: int


@dataclass(frozen=True)
class Order:
    """Which part of a list, in which order. `counted`: how many rows are there in all?"""

    sort: str
    descending: bool = False
    after: Cursor | None = None
    size: int = PAGE_SIZE
    counted: bool = True


@dataclass(frozen=True)
class Page(Generic[T]):
    """A part of a list. `total` counts the whole list (0 if not asked for); `next` goes on, or is empty."""

    rows: Sequence[T]
    total: int = 0
    next: str = ""

    def of(self, make: Callable[[T], S]) -> "Page[S]":
        """The same page with every row made into something else."""
        return Page([make(row) for row in self.rows], self.total, self.next)


@dataclass(frozen=True)
class Where:
    """Conditions joined by AND. The first may number its values itself ($1 …); later ones say `{}` for each."""

    sql: str = "true"
    values: Sequence[Any] = field(default_factory=list)

    def also(self, condition: str, *values: Any) -> "Where":
        """One condition more."""
        first = len(self.values) + 1
        places = [f"${first + nth}" for nth in range(len(values))]
        return Where(f"{self.sql} AND ({condition.format(*places)})", [*self.values, *values])

    def also_if(self, condition: str, value: Any) -> "Where":
        """One condition more, unless there is no such value."""
        return self if value is None else self.also(condition, value)

    def also_words(self, text: str, words: str) -> "Where":
        """Every one of the words stands in the text (an SQL expression), upper or lower case."""
        wanted = words.lower().split()
        found = f"(SELECT bool_and(strpos(lower({text}), w) > 0) FROM unnest({{}}::text[]) w)"
        return self.also(found, wanted) if wanted else self


@dataclass(frozen=True)
class Listing:
    """A list in SQL: its columns, what it is taken from, the id of a row, and how it can be sorted.

    `most_counted`: beyond so many rows counting stops, and the total is one more than that; `counts_in_order`: then by
    walking along the index of the order. `lean`: what conditions and sorts speak of, where `source` holds more: rows
    are picked from it, and only what is shown is looked up in `source`.
    """

    columns: str
    source: str
    key: str
    sorts: Mapping[str, Sort]
    most_counted: int | None = None
    counts_in_order: bool = False
    lean: str = ""

    async def page(self, db: Database, where: Where, order: Order) -> Page[dict[str, Any]]:
        """The asked part of the rows that fulfil `where`; raises `DatabaseAway`."""
        sort = self.sorts[order.sort]
        async with db.connection() as connection:
            statement, values = self._statement(where, sort, order)
            found = [dict(row) for row in await connection.fetch(statement, *values)]
            more, rows = len(found) > order.size, found[: order.size]
            total = len(rows)
            if order.counted and (more or order.after is not None):
                total = await connection.fetchval(self._count(where, sort), *where.values)
        last = [(row.pop("sort_value"), row.pop("sort_key")) for row in rows]
        return Page(rows, total if order.counted else 0, encoded(order, Cursor(*last[-1])) if more else "")

    def _count(self, where: Where, sort: Sort) -> str:
        found = f"FROM {self.lean or self.source} WHERE {where.sql}"
        if self.most_counted is None:
            return f"SELECT count(*) {found}"
        # In the list's own order, so that its index is walked as far as that and no further.
        order = f"ORDER BY {sort.sql} DESC " if self.counts_in_order else ""
        some = f"SELECT {found} {order}LIMIT {self.most_counted + 1}"
        return f"SELECT count(*) FROM ({some}) counted"

    def _statement(self, where: Where, sort: Sort, order: Order) -> tuple[str, Sequence[Any]]:
        direction = "DESC" if order.descending else "ASC"
        missing_last = "" if sort.always else f"({sort.sql}) IS NULL, "
        if order.after is not None:
            where = _from(where, sort, order.descending, order.after, self.key)
        columns = f"{sort.sql} AS sort_value, {self.key} AS sort_key"
        rest = (
            f"FROM {self.lean or self.source} WHERE {where.sql} "
            f"ORDER BY {missing_last}{sort.sql} {direction}, {self.key} {direction} LIMIT {order.size + 1}"
        )
        if not self.lean:
            return f"SELECT {self.columns}, {columns} {rest}", where.values
        # Along with what was picked, in the order in which it was picked.
        statement = (
            f"SELECT {self.columns}, picked.sort_value, picked.sort_key FROM {self.source} JOIN "
            f"(SELECT *, row_number() OVER () AS place FROM (SELECT {columns} {rest}) found) picked "
            f"ON picked.sort_key = {self.key} ORDER BY picked.place"
        )
        return statement, where.values


def _from(where: Where, sort: Sort, descending: bool, after: Cursor, key: str) -> Where:
    """What comes behind the last row that was shown."""
    beyond = "<" if descending else ">"
    if sort.always:
        reached = f"{sort.sql} {beyond}= {{0}}::{sort.kind}"
        passed = f"{sort.sql} {beyond} {{0}}::{sort.kind} OR {key} {beyond} {{1}}"
        return where.also(f"{reached} AND ({passed})", after.value, after.key)
    if after.value is None:
        return where.also(f"({sort.sql}) IS NULL AND {key} {beyond} {{}}", after.key)
    return where.also(
        f"({sort.sql}) {beyond} {{0}}::{sort.kind} OR (({sort.sql}) = {{0}}::{sort.kind} AND {key} {beyond} {{1}}) "
        f"OR ({sort.sql}) IS NULL",
        after.value,
        after.key,
    )


def encoded(order: Order, cursor: Cursor) -> str:
    """The place to go on from, as it stands in an address."""
    value = None if cursor.value is None else str(cursor.value)
    told = json.dumps([order.sort, order.descending, value, cursor.key], ensure_ascii=False)
    return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def decoded(text: str, order: Order, sorts: Mapping[str, Sort]) -> Order:
    """The order, going on from the place that an address names; raises `CursorBroken`.

    Only a value of the sort's own kind gets into a query, so that a made-up place finds rows or none.
    """
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        sort, descending, value, key = json.loads(raw.decode())
        if (sort, descending) != (order.sort, order.descending):
            raise CursorBroken
        known = None if value is None else VALUES[sorts[sort].kind].validate_python(value)
        cursor = Cursor(known, IDS.validate_python(key))
        str(cursor.value).encode()  # halves of surrogate pairs cannot be sent to PostgreSQL
    except (binascii.Error, UnicodeError, ValueError, TypeError, ValidationError, RecursionError):
        raise CursorBroken from None
    if "\0" in str(cursor.value):
        raise CursorBroken
    return replace(order, after=cursor)
