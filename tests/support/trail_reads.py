"""How a test of scopes reads the trail: everything that `storage.access.trail` tells of one case."""

from collections.abc import Awaitable, Callable
from typing import Any

from storage.access import trail
from storage.directory import Viewer
from storage.paging import Order
from workflows.identity.roles import Role

AUDITORS = [Role.ADMINISTRATOR]


async def _listed(town: Any, viewer: Viewer) -> object:
    wanted = trail.Wanted(case=town.case.number)
    return (await trail.listed(town.db, viewer, AUDITORS, wanted, Order("at"))).rows


async def _units(town: Any, viewer: Viewer) -> object:
    found = await trail.units(town.db, viewer, AUDITORS)
    return [unit for unit in found if unit.id == town.desk.world.department]


TRAIL_READS: dict[Callable[..., Any], Callable[[Any, Viewer], Awaitable[object]]] = {
    trail.listed: _listed,
    trail.history: lambda t, v: trail.history(t.db, v, AUDITORS, ("case", t.case.case_id)),
    trail.actions: lambda t, v: trail.actions(t.db, v, AUDITORS),
    trail.units: _units,
}
