"""Devices as rows: entering, changing and finding them. Whoever calls has checked the right to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.database import Connection
from storage.later import Writes

LOCKED = """
SELECT d.*, o.path, o.name AS organisation_name FROM device d JOIN organisation o ON o.id = d.organisation_id
 WHERE d.id = $1 AND o.path LIKE ANY($2::text[]) FOR NO KEY UPDATE OF d
"""
TAKEN = """
SELECT d.id, d.number, d.name, o.path LIKE ANY($5::text[]) AS in_scope, upper(d.number) = upper($1) AS same_number
  FROM device d JOIN organisation o ON o.id = d.organisation_id
 WHERE (upper(d.number) = upper($1) OR (lower(d.maker) = lower($2) AND lower(d.serial) = lower($3)))
   AND d.id IS DISTINCT FROM $4
"""
OPEN_CASES = """
SELECT number FROM work_case WHERE device_id = $1 AND closed_at IS NULL AND workflow <> 'alarm' ORDER BY id
"""
OPEN_ALARMS = """
SELECT id, version FROM work_case WHERE device_id = $1 AND closed_at IS NULL AND workflow = 'alarm' ORDER BY id
   FOR UPDATE
"""
UNIT = """
SELECT id, name, kind, path FROM organisation
 WHERE id = $1 AND path LIKE ANY($2::text[]) AND kind IN ('hospital', 'department') AND active
"""


@dataclass(frozen=True)
class Taken:
    """A device that has the same number, or the same maker and serial number. `in_scope`: the viewer may see it."""

    id: int
    number: str
    name: str
    in_scope: bool
    same_number: bool


@dataclass(frozen=True)
class UnitRow:
    """A hospital or department."""

    id: int
    name: str
    kind: str
    path: str


@dataclass(frozen=True)
class NewFile:
    """A file for a device's record. `added_at` is business time."""

    device_id: int
    sha256: str
    kind: str
    name: str
    public_key: str
    added_by: int
    added_at: datetime


async def hold_off_cases(connection: Connection, device_id: int) -> None:
    """Nobody opens a case of the device until the end of the transaction."""
    await connection.execute("SELECT FROM device WHERE id = $1 FOR UPDATE", device_id)


async def unit(connection: Connection, unit_id: int, paths: Sequence[str]) -> UnitRow | None:
    """The active hospital or department of that id, if a path reaches it."""
    row = await connection.fetchrow(UNIT, unit_id, list(paths))
    return UnitRow(**dict(row)) if row else None


async def locked(connection: Connection, device_id: int, paths: Sequence[str]) -> dict[str, Any] | None:
    """The device's row with its organisation's path and name, if a path reaches it; held until the commit."""
    row = await connection.fetchrow(LOCKED, device_id, list(paths))
    return dict(row) if row else None


async def taken(
    connection: Connection, number: str, identity: tuple[str, str], but: int | None, paths: Sequence[str]
) -> Sequence[Taken]:
    """Other devices with the number, or with the same maker and serial number, whatever the case of letters."""
    rows = await connection.fetch(TAKEN, number, *identity, but, list(paths))
    return [Taken(**dict(row)) for row in rows]


async def new_ids(connection: Connection, count: int) -> list[int]:
    """Ids for devices that are to be entered, which nobody else gets."""
    rows = await connection.fetch(
        "SELECT nextval(pg_get_serial_sequence('device', 'id')) AS id FROM generate_series(1, $1)", count
    )
    return [int(row["id"]) for row in rows]


async def insert(writes: Writes, device_id: int, values: Mapping[str, Any]) -> None:
    """A new device in use, of an id from `new_ids`. The names of `values` are columns, named by our code alone."""
    names = list(values)
    places = ", ".join(f"${nth}" for nth in range(2, len(names) + 2))
    await writes.execute(
        f"INSERT INTO device (id, {', '.join(names)}, status) VALUES ($1, {places}, 'in_use')",
        device_id,
        *values.values(),
    )


async def add_first_label(writes: Writes, device_id: int, token: str) -> None:
    """The label of a new device."""
    await writes.execute(
        "INSERT INTO device_label (token, device_id, generation) VALUES ($1, $2, 1)", token, device_id
    )


async def change(connection: Connection, device_id: int, values: Mapping[str, Any]) -> int:
    """Write the columns of a locked device; its new version."""
    sets = "".join(f"{name} = ${nth}, " for nth, name in enumerate(values, start=2))
    statement = f"UPDATE device SET {sets}version = version + 1 WHERE id = $1 RETURNING version"
    return int(await connection.fetchval(statement, device_id, *values.values()))


async def open_cases(connection: Connection, device_id: int) -> Sequence[str]:
    """The numbers of the device's open cases, without alarms of its sensors."""
    return [row["number"] for row in await connection.fetch(OPEN_CASES, device_id)]


async def open_alarms(connection: Connection, device_id: int) -> Sequence[tuple[int, int]]:
    """Id and version of the open alarms of the device's sensors, locked until the end of the transaction."""
    return [(row["id"], row["version"]) for row in await connection.fetch(OPEN_ALARMS, device_id)]


async def add_label(connection: Connection, device_id: int, token: str) -> int:
    """A label of the next generation; which one it is. Older ones stay as they are."""
    return int(
        await connection.fetchval(
            "INSERT INTO device_label (token, device_id, generation) SELECT $1, $2, "
            "coalesce(max(generation), 0) + 1 FROM device_label WHERE device_id = $2 RETURNING generation",
            token,
            device_id,
        )
    )


async def revoke_labels(connection: Connection, device_id: int, at: datetime) -> None:
    """No label of the device leads anywhere from now on."""
    await connection.execute(
        "UPDATE device_label SET revoked_at = $2 WHERE device_id = $1 AND revoked_at IS NULL", device_id, at
    )


async def known(
    connection: Connection, path: str, wanted: Sequence[tuple[str, str, str]], paths: Sequence[str]
) -> Sequence[dict[str, Any]]:
    """Devices that have the number, or the maker and serial number, of one that is wanted.

    `here`: below `path`; `in_scope`: a path of `paths` reaches it.
    """
    rows = await connection.fetch(
        "SELECT d.*, o.path, o.name AS organisation_name, starts_with(o.path, $1) AS here, "
        "o.path LIKE ANY($4::text[]) AS in_scope FROM device d JOIN organisation o ON o.id = d.organisation_id "
        "WHERE upper(d.number) = ANY($2) OR "
        "lower(d.maker) || chr(31) || lower(d.serial) = ANY($3) ORDER BY d.id",
        path,
        [number.upper() for number, _, _ in wanted],
        [f"{maker.lower()}\x1f{serial.lower()}" for _, maker, serial in wanted],
        list(paths),
    )
    return [dict(row) for row in rows]


async def unit_named(connection: Connection, path: str, name: str, unit_id: int | None) -> UnitRow | None:
    """The active hospital or department of that name below a path, or the one of that id."""
    row = await connection.fetchrow(
        "SELECT id, name, kind, path FROM organisation WHERE kind IN ('hospital', 'department') AND active "
        "AND CASE WHEN $3::bigint IS NULL THEN starts_with(path, $1) AND name = $2 ELSE id = $3 END "
        "ORDER BY length(path), id LIMIT 1",
        path,
        name,
        unit_id,
    )
    return UnitRow(**dict(row)) if row else None


async def delete(connection: Connection, device_id: int) -> None:
    """Delete a device that was entered by mistake; raises ForeignKeyViolationError if anything hangs on it."""
    await connection.execute("DELETE FROM device_label WHERE device_id = $1", device_id)
    await connection.execute("DELETE FROM device WHERE id = $1", device_id)


async def add_file(connection: Connection, new: NewFile) -> None:
    """Put a stored file into a device's record."""
    await connection.execute(
        "INSERT INTO device_file (device_id, file_id, kind, name, public_key, added_by_id, added_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        new.device_id,
        new.sha256,
        new.kind,
        new.name,
        new.public_key,
        new.added_by,
        new.added_at,
    )


async def remove_file(connection: Connection, device_id: int, file_id: int, at: datetime) -> str | None:
    """Take a file out of a device's record; its name, or None when there is none such."""
    found: str | None = await connection.fetchval(
        "UPDATE device_file SET removed_at = $3 WHERE id = $2 AND device_id = $1 AND removed_at IS NULL RETURNING name",
        device_id,
        file_id,
        at,
    )
    return found
