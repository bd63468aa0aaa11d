"""Every function that reads organisations, people and policies for a viewer, called for one town."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Protocol

from storage.access import case_lists, organisations, policies, staff
from storage.database import Database
from storage.directory import Viewer
from storage.paging import Order
from tests.support.desk import Desk
from workflows.identity.roles import Role

ADMIN, POLICY = Role.ADMINISTRATOR, "repair.triage"
NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)


class Town(Protocol):
    """What the calls need of it; `root` is the path of the hospital."""

    db: Database
    desk: Desk

    @property
    def root(self) -> str: ...


async def administered_tops(town: Town, viewer: Viewer) -> object:
    found = await organisations.tops(town.db, viewer, ADMIN)
    return [line for line in found if line.path.startswith(town.root)]


async def listed_staff(town: Town, viewer: Viewer) -> object:
    order = Order("name")
    return (await staff.listed(town.db, viewer, ADMIN, staff.Wanted(NOW, "Radiology"), order)).rows


async def offered_ways(town: Town, viewer: Viewer) -> object:
    await staff.ways_offered(town.db, viewer, ADMIN, town.desk.world.reporter)
    return "no account, and not hidden"


async def policy_history(town: Town, viewer: Viewer) -> object:
    await town.desk.set_policy(town.desk.world.hospital, POLICY, {"amount": 1, "unit": "hours"})
    return await policies.history(town.db, viewer, ADMIN, town.desk.world.hospital, POLICY, NOW)


HOUSE_CALLS: dict[Callable[..., Any], Callable[[Any, Viewer], Awaitable[object]]] = {
    case_lists.units: lambda t, v: case_lists.units(t.db, v),
    organisations.tops: administered_tops,
    organisations.below: lambda t, v: organisations.below(t.db, v, ADMIN, t.root, everything=True),
    organisations.found: lambda t, v: organisations.found(t.db, v, ADMIN, "Radiology"),
    organisations.record: lambda t, v: organisations.record(t.db, v, ADMIN, t.desk.world.department),
    organisations.in_use: lambda t, v: organisations.in_use(t.db, v, ADMIN, t.desk.world.department),
    organisations.choices: lambda t, v: organisations.choices(t.db, v, ADMIN, t.root),
    organisations.hospital_path: lambda t, v: organisations.hospital_path(
        t.db, v, ADMIN, t.desk.world.department
    ),
    staff.listed: listed_staff,
    staff.record: lambda t, v: staff.record(t.db, v, ADMIN, t.desk.world.reporter),
    staff.ways_offered: offered_ways,
    policies.holding: lambda t, v: policies.holding(t.db, v, ADMIN, t.desk.world.hospital, NOW),
    policies.history: policy_history,
    policies.below: lambda t, v: policies.below(t.db, v, ADMIN, t.desk.world.hospital, POLICY, NOW),
    policies.open_cases: lambda t, v: policies.open_cases(
        t.db, v, ADMIN, t.desk.world.hospital, "repair", []
    ),
}
