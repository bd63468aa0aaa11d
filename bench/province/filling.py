"""Fills a migrated database with a province; scale 1 takes minutes and some 13 GB, a thousandth less than a second."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import asyncpg

STEPS, OPEN_STEPS, MESSAGES, AUDIT = 8, 3, 3, 6
OPEN_LICENCES = 0.3
STRETCH = 10_000
MONTHS_AT_ONCE = 24
# Keys and triggers would look up every row of what is right by itself.
UNCHECKED = "SET session_replication_role = replica"
TABLES_WITH_IDS = (
    "organisation", "person", "channel_account", "device", "work_case", "step", "message", "delivery", "audit",
)  # fmt: skip
# What is finished is not changed any more, and gets no room for it.
FULL_PAGES = """
DO $$ DECLARE part regclass; BEGIN
  FOR part IN SELECT inhrelid::regclass FROM pg_inherits
               WHERE inhparent IN ('message'::regclass, 'delivery'::regclass) LOOP
    EXECUTE format('ALTER TABLE %s SET (fillfactor = 100)', part);
  END LOOP;
END $$
"""


@dataclass(frozen=True)
class Size:
    """How much there is. Each case has 8 steps (an open one 3), 3 messages with a delivery each and 6 audit rows."""

    cities: int = 13
    hospitals: int = 400
    departments: int = 10
    people: int = 20_000
    devices: int = 100_000
    licences: int = 58_000
    open_cases: int = 12_000
    closed_cases: int = 988_000
    months: int = 120

    def scaled(self, factor: float) -> "Size":
        """So many times as much of everything but cities, departments of a hospital, and months."""
        if factor == 1:
            return self
        names = ("hospitals", "people", "devices", "licences", "open_cases", "closed_cases")
        return replace(self, **{name: max(2, round(getattr(self, name) * factor)) for name in names})

    @property
    def places(self) -> dict[str, int]:
        """The numbers that the SQL names."""
        closed_licences = max(1, self.licences - round(self.open_cases * OPEN_LICENCES))
        return {
            "cities": self.cities,
            "hospitals": self.hospitals,
            "departments": self.departments,
            "people": self.people,
            "devices": self.devices,
            "licences": self.licences,
            "closed": self.closed_cases,
            "closed_licences": closed_licences,
            "every_licence": max(1, self.closed_cases // closed_licences),
            "months": self.months,
            "steps": STEPS,
            "open_steps": OPEN_STEPS,
            "messages": MESSAGES,
            "audit": AUDIT,
        }


async def fill(
    dsn: str, size: Size, now: datetime, told: Callable[[int, int], Awaitable[None] | None] = lambda *_: None
) -> None:
    """Write a province that is so old at `now` into an empty, migrated database; its owner's DSN is needed.

    `told` hears how many cases of how many are written.
    """
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(UNCHECKED)
        await _make_partitions(connection, size.months, now)
        await connection.execute(_sql("houses", size, now))
        last = size.closed_cases + size.open_cases
        for first in range(1, last + 1, STRETCH):
            upto = min(last, first + STRETCH - 1)
            await connection.execute(_sql("history", size, now, first=first, last=upto))
            told(upto, last)
        await _finish(connection, last)
    finally:
        await connection.close()


def _sql(name: str, size: Size, now: datetime, **ends: int) -> str:
    text = Path(__file__).with_name(f"{name}.sql").read_text()
    return text.format(**size.places, now=f"timestamptz '{now}'", **ends)


async def _make_partitions(connection: asyncpg.Connection, months: int, now: datetime) -> None:
    for back in range(months, -1, -MONTHS_AT_ONCE):
        await connection.execute(
            "SELECT ensure_partitions($1, $2::timestamptz - make_interval(months => $3))",
            min(back, MONTHS_AT_ONCE),
            now,
            back,
        )
    await connection.execute(FULL_PAGES)


async def _finish(connection: asyncpg.Connection, last: int) -> None:
    for table in TABLES_WITH_IDS:
        newest = await connection.fetchval(f"SELECT max(id) FROM {table}")  # noqa: S608 - our own names
        await connection.execute("SELECT setval($1::text::regclass, $2)", f"{table}_id_seq", newest)
    await connection.execute("SELECT setval('case_number', $1)", last)
    await connection.execute("VACUUM (ANALYZE)")
