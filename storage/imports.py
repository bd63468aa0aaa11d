"""Imports as rows: the batch with its state and report, and what each row of it made or changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from storage.database import Connection, Database
from storage.later import Writes

CHANNEL = "imports"
LOCK_SPACE = 4711  # of the advisory locks that say "this batch is being worked on"
BATCH = """
SELECT b.id, b.kind, b.organisation_id, b.person_id, b.file_id, b.name, b.state, b.total, b.done, b.report,
       b.created_at, b.finished_at, b.undone_at, o.path, o.name AS organisation_name, p.name AS person_name
  FROM import_batch b JOIN organisation o ON o.id = b.organisation_id JOIN person p ON p.id = b.person_id
"""
DUE = f"{BATCH} WHERE b.state IN ('checking', 'running', 'undoing') ORDER BY b.id"


@dataclass(frozen=True)
class Batch:
    """One file that was brought in. `path` is its organisation's."""

    id: int
    kind: str
    organisation_id: int
    person_id: int
    file_id: str | None
    name: str
    state: str
    total: int
    done: int
    report: Mapping[str, Any]
    created_at: datetime
    finished_at: datetime | None
    undone_at: datetime | None
    path: str
    organisation_name: str
    person_name: str


@dataclass(frozen=True)
class Place:
    """An organisation at which files are brought in."""

    id: int
    name: str
    path: str


@dataclass(frozen=True)
class RowMade:
    """What one row of a batch made (`before` is None) or changed."""

    row_number: int
    subject_kind: str
    subject_id: int
    made_version: int
    before: Mapping[str, Any] | None


class NewBatch(Protocol):
    """A file to be brought in."""

    @property
    def kind(self) -> str: ...
    @property
    def organisation_id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def sha256(self) -> str: ...


async def organisation(connection: Connection, organisation_id: int, paths: Sequence[str]) -> Place | None:
    """The organisation, if it is active and a path reaches it."""
    row = await connection.fetchrow(
        "SELECT id, name, path FROM organisation WHERE id = $1 AND active AND path LIKE ANY($2::text[])",
        organisation_id,
        list(paths),
    )
    return Place(**dict(row)) if row else None


async def twin(connection: Connection, kind: str, organisation_id: int, sha256: str) -> int | None:
    """A batch of the same file that was brought in there already, the newest."""
    found: int | None = await connection.fetchval(
        "SELECT max(id) FROM import_batch WHERE kind = $1 AND organisation_id = $2 AND file_id = $3 AND state = 'done'",
        kind,
        organisation_id,
        sha256,
    )
    return found


async def add(
    connection: Connection, new: NewBatch, person_id: int | None, at: datetime, report: Mapping[str, Any]
) -> int:
    """A batch that waits to be checked; its id."""
    batch_id = await connection.fetchval(
        "INSERT INTO import_batch (kind, organisation_id, person_id, file_id, name, state, report, created_at) "
        "VALUES ($1, $2, $3, $4, $5, 'checking', $6, $7) RETURNING id",
        new.kind,
        new.organisation_id,
        person_id,
        new.sha256,
        new.name[:200],
        dict(report),
        at,
    )
    await connection.execute(f"NOTIFY {CHANNEL}")
    return int(batch_id)


async def locked(connection: Connection, batch_id: int, paths: Sequence[str]) -> Batch | None:
    """The batch, if a path reaches it; held until the commit."""
    row = await connection.fetchrow(
        f"{BATCH} WHERE b.id = $1 AND o.path LIKE ANY($2::text[]) FOR UPDATE OF b", batch_id, list(paths)
    )
    return Batch(**dict(row)) if row else None


async def enter(connection: Connection, batch_id: int, state: str, person_id: int | None) -> None:
    """Set a batch's state by somebody, and wake whoever does the work."""
    await connection.execute(
        "UPDATE import_batch SET state = $2, person_id = coalesce($3, person_id), done = 0, report = report - 'tries' "
        "WHERE id = $1",
        batch_id,
        state,
        person_id,
    )
    await connection.execute(f"NOTIFY {CHANNEL}")


async def due(db: Database) -> Sequence[Batch]:
    """Batches with something to do, the oldest first."""
    return [Batch(**dict(row)) for row in await db.fetch(DUE)]


async def try_lock(connection: Connection, batch_id: int) -> bool:
    """Take a batch for the length of a transaction; False when another process has it."""
    return bool(
        await connection.fetchval(
            "SELECT pg_try_advisory_xact_lock($1, ($2 % 2147483647)::int)", LOCK_SPACE, batch_id
        )
    )


async def state_of(connection: Connection, batch_id: int) -> str:
    """The state at this moment."""
    return str(await connection.fetchval("SELECT state FROM import_batch WHERE id = $1", batch_id))


async def count_try(db: Database, batch_id: int) -> int:
    """Note that work on it begins; how often it has begun."""
    row = await db.fetchrow(
        "UPDATE import_batch SET report = report || jsonb_build_object('tries', "
        "coalesce((report ->> 'tries')::int, 0) + 1) WHERE id = $1 RETURNING (report ->> 'tries')::int AS tries",
        batch_id,
    )
    return int(row["tries"]) if row else 0


async def progress(db: Database, batch_id: int, done: int, total: int) -> None:
    """How far it is: seen at once, whatever becomes of the transaction that does the work."""
    await db.execute("UPDATE import_batch SET done = $2, total = $3 WHERE id = $1", batch_id, done, total)


async def finish(
    connection: Connection, batch_id: int, state: str, report: Mapping[str, Any], at: datetime
) -> None:
    """The end of a piece of work."""
    await connection.execute(
        "UPDATE import_batch SET state = $2::text, report = (report - 'tries' - 'error' - 'bars') || $3, "
        "finished_at = CASE WHEN $2::text IN ('done', 'failed') AND undone_at IS NULL THEN $4 ELSE finished_at END, "
        "undone_at = CASE WHEN $2::text = 'undone' THEN $4 END WHERE id = $1",
        batch_id,
        state,
        dict(report),
        at,
    )


async def add_row(writes: Writes, batch_id: int, made: RowMade) -> None:
    """Note what a row made or changed."""
    await writes.execute(
        "INSERT INTO import_row (batch_id, row_number, subject_kind, subject_id, made_version, before) "
        "VALUES ($1, $2, $3, $4, $5, $6)",
        batch_id,
        made.row_number,
        made.subject_kind,
        made.subject_id,
        made.made_version,
        None if made.before is None else dict(made.before),
    )


async def rows_made(connection: Connection, batch_id: int) -> Sequence[RowMade]:
    """What the rows made or changed, the last one first."""
    found = await connection.fetch(
        "SELECT row_number, subject_kind, subject_id, made_version, before FROM import_row WHERE batch_id = $1 "
        "ORDER BY id DESC",
        batch_id,
    )
    return [RowMade(**dict(row)) for row in found]
