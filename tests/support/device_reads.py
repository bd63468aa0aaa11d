"""How a test of scopes reads devices with all that hangs on them, lists of cases, and imports."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from storage.access import (
    case_lists,
    device_files,
    device_history,
    device_lists,
    device_page,
    devices,
    imports,
)
from storage.database import Database
from storage.directory import Viewer
from storage.paging import Order
from tests.support.desk import Desk
from tests.support.world import LABEL
from workflows.engine import Outcome
from workflows.identity.roles import Role

MAKE_IMPORT = """
INSERT INTO import_batch (kind, organisation_id, person_id, name, state, report, created_at)
VALUES ('devices', $1, $2, 'devices.xlsx', 'preview', '{}', now())
"""
MAKE_CONTRACT = """
INSERT INTO device_file (device_id, file_id, kind, name, public_key, added_by_id, added_at)
VALUES ($1, $2, 'contract', 'c.pdf', 'contract-key', $3, now())
"""
MAKE_HISTORY = """
INSERT INTO audit (at, person_id, door, client, action, subject, data, subject_kind, subject_id)
VALUES (now(), $1, 'page', '', 'device.create', '', '{}', 'device', $2)
"""
KEEPERS = [Role.ENGINEER]


class Place(Protocol):
    """Where a reader looks: a database with the people of a desk, and a case."""

    @property
    def db(self) -> Database: ...
    @property
    def desk(self) -> Desk: ...
    @property
    def case(self) -> Outcome: ...


async def make_device_records(desk: Desk, file: str) -> None:
    """Give the device a contract and a history, and its hospital an import."""
    await desk.db.execute(MAKE_IMPORT, desk.world.hospital, desk.world.head)
    await desk.db.execute(MAKE_CONTRACT, desk.world.device, file, desk.world.head)
    await desk.db.execute(MAKE_HISTORY, desk.world.head, desk.world.device)


async def _cases(place: Place, viewer: Viewer) -> object:
    found = await case_lists.listed(place.db, viewer, case_lists.Wanted(), Order("opened"))
    return [row for row in found.rows if row.number == place.case.number]


async def _devices(place: Place, viewer: Viewer) -> object:
    return (await device_lists.listed(place.db, viewer, device_lists.Wanted(), Order("number"))).rows


async def _imports(place: Place, viewer: Viewer) -> object:
    return (await imports.listed(place.db, viewer, "devices", KEEPERS, Order("number"))).rows


async def _batch(place: Place, viewer: Viewer) -> object:
    row = await place.db.fetchrow("SELECT min(id) AS id FROM import_batch")
    assert row is not None
    return await imports.batch(place.db, viewer, row["id"], KEEPERS)


DEVICE_READS: dict[Callable[..., Any], Callable[[Any, Viewer], Awaitable[object]]] = {
    case_lists.listed: _cases,
    device_page.page: lambda p, v: device_page.page(p.db, v, p.desk.world.device, KEEPERS, 5),
    device_page.labelled: lambda p, v: device_page.labelled(p.db, v, LABEL, KEEPERS, 5),
    devices.chosen: lambda p, v: devices.chosen(p.db, v, [p.desk.world.device]),
    device_lists.listed: _devices,
    device_lists.makers: lambda p, v: device_lists.makers(p.db, v),
    device_lists.units: lambda p, v: device_lists.units(p.db, v),
    device_files.listed: lambda p, v: device_files.listed(p.db, v, p.desk.world.device, KEEPERS),
    device_files.file: lambda p, v: device_files.file(p.db, v, "contract-key", KEEPERS),
    device_history.lines: lambda p, v: device_history.lines(p.db, v, p.desk.world.device),
    device_history.licence_case: lambda p, v: device_history.licence_case(p.db, v, "乙1001100001"),
    device_history.open_cases: lambda p, v: device_history.open_cases(p.db, v, p.desk.world.device),
    device_history.places: lambda p, v: device_history.places(p.db, v, KEEPERS),
    imports.listed: _imports,
    imports.batch: _batch,
    imports.places: lambda p, v: imports.places(p.db, v, KEEPERS),
}
