"""How a test of scopes reads the duty calendar, and a shift to be read."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from storage.access import duty
from storage.directory import Viewer
from tests.support.account_reads import Place
from workflows.identity.roles import Role

ADMIN = Role.ADMINISTRATOR
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
MADE = """
INSERT INTO duty_shift (organisation_id, person_id, starts_at, ends_at)
SELECT $1, $2, '2026-03-01', '2026-04-01' WHERE NOT EXISTS (SELECT FROM duty_shift)
"""


async def _make(place: Place) -> None:
    await place.db.execute(MADE, place.desk.world.hospital, place.desk.world.engineer)


async def _shifts(place: Place, viewer: Viewer) -> object:
    await _make(place)
    return await duty.shifts(place.db, viewer, ADMIN, NOW)


async def _shift(place: Place, viewer: Viewer) -> object:
    await _make(place)
    row = await place.db.fetchrow("SELECT id FROM duty_shift")
    return await duty.shift(place.db, viewer, ADMIN, row["id"] if row else 0)


async def _people(place: Place, viewer: Viewer) -> object:
    """Everybody sees those of their own organisations."""
    found = await duty.people(place.db, viewer, ADMIN, NOW)
    return [person for person in found if person.id == place.desk.world.engineer]


DUTY_READS: dict[Callable[..., Any], Callable[[Place, Viewer], Awaitable[object]]] = {
    duty.shifts: _shifts,
    duty.shift: _shift,
    duty.people: _people,
}
