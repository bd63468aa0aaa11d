"""Seals anew, with the newest master key, what older ones have sealed: in batches, while the service runs.

Each batch is one transaction that locks its rows; what is done already is passed over, so a run that was cut
short is simply started again.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from storage.channel_accounts import seal_context
from storage.database import Connection, Database
from storage.kept_keys import context
from storage.provider_tokens import token_context
from storage.sealing import Envelopes, MasterKey, SealBroken, record_context

BATCH = 100


@dataclass(frozen=True)
class Kind:
    """A table with sealed values: its key column, and what a value is bound to."""

    name: str
    table: str
    key: str
    bound_to: str

    def context(self, row: Mapping[str, Any]) -> str:
        """What this row's value is bound to."""
        return CONTEXTS[self.table](row["bound_to"])

    @property
    def is_record(self) -> bool:
        """Envelopes with data keys, instead of one sealed value."""
        return self.table == "adverse_event"


CONTEXTS: Mapping[str, Callable[[Any], str]] = {
    "channel_account": seal_context,
    "kept_key": context,
    "provider_token": token_context,
    "adverse_event": lambda case_id: record_context("adverse_event", case_id),
}
KINDS = (
    Kind("channel accounts", "channel_account", "id", "public_key"),
    Kind("kept keys", "kept_key", "purpose", "purpose"),
    Kind("tokens", "provider_token", "id", "account_id"),
    Kind("patients", "adverse_event", "case_id", "case_id"),
)


@dataclass(frozen=True)
class Progress:
    """A batch that is done: how many values were looked at, and how many sealed anew."""

    kind: str
    seen: int
    resealed: int


@dataclass(frozen=True)
class Left:
    """What still needs an older key, and what no key opens, by kind."""

    older: Mapping[str, int]
    broken: Mapping[str, int]

    @property
    def nothing(self) -> bool:
        """Does the newest key open everything?"""
        return not any(self.older.values()) and not any(self.broken.values())


async def rotate(db: Database, master: MasterKey) -> AsyncIterator[Progress]:
    """Seal everything anew that needs it; what no key opens is passed over (`left` counts it)."""
    for kind in KINDS:
        after: Any = None
        while True:
            async with db.transaction() as tx:
                rows = await _batch(tx, kind, after, "FOR UPDATE")
                done = [await _reseal(tx, kind, master, row) for row in rows]
            if not rows:
                break
            after = rows[-1]["key"]
            yield Progress(kind.name, len(rows), sum(done))


async def left(db: Database, master: MasterKey) -> Left:
    """Open every value: how many need an older key than the newest, and how many no key opens."""
    older, broken = dict.fromkeys((k.name for k in KINDS), 0), dict.fromkeys((k.name for k in KINDS), 0)
    for kind in KINDS:
        after: Any = None
        while rows := await _next(db, kind, after):
            after = rows[-1]["key"]
            states = [_state(kind, master, row) for row in rows]
            older[kind.name] += states.count("older")
            broken[kind.name] += states.count("broken")
    return Left(older, broken)


async def _next(db: Database, kind: Kind, after: Any) -> list[Any]:
    async with db.connection() as connection:
        return await _batch(connection, kind, after, "")


async def _batch(connection: Connection, kind: Kind, after: Any, locking: str) -> list[Any]:
    given = "IS NOT NULL" if not kind.is_record else "<> '{}'"
    values = [] if after is None else [after]
    beyond = "" if after is None else f"AND {kind.key} > $1"
    return await connection.fetch(
        f"SELECT {kind.key} AS key, {kind.bound_to} AS bound_to, sealed FROM {kind.table} "
        f"WHERE sealed {given} {beyond} ORDER BY {kind.key} LIMIT {BATCH} {locking}",
        *values,
    )


async def _reseal(connection: Connection, kind: Kind, master: MasterKey, row: Any) -> bool:
    if _state(kind, master, row) != "older":
        return False
    bound_to = kind.context(row)
    sealed: Any = (
        Envelopes(master).reseal(row["sealed"], bound_to)
        if kind.is_record
        else master.seal(master.open(row["sealed"], bound_to), bound_to)
    )
    await connection.execute(f"UPDATE {kind.table} SET sealed = $2 WHERE {kind.key} = $1", row["key"], sealed)
    return True


def _state(kind: Kind, master: MasterKey, row: Any) -> str:
    """`newest`, `older` or `broken`."""
    envelopes, sealed, bound_to = Envelopes(master), row["sealed"], kind.context(row)
    try:
        if kind.is_record:
            envelopes.open_fields(sealed, bound_to, sealed.get("fields", {}))
            return "older" if envelopes.needs(sealed, master.is_newest) else "newest"
        master.open(sealed, bound_to)
    except (SealBroken, KeyError, ValueError):
        return "broken"
    return "newest" if master.is_newest(sealed) else "older"
