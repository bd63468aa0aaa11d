"""How a test of scopes reads listeners, and one to be read."""

from collections.abc import Awaitable, Callable
from typing import Any

from storage.access import listeners
from storage.directory import Viewer
from tests.support.account_reads import Place
from workflows.identity.roles import Role

ADMIN = Role.ADMINISTRATOR
MADE = """
WITH ear AS (
  INSERT INTO channel_account (organisation_id, kind, name, public_key, settings, active)
  VALUES ($1, 'webhook', 'ear', 'ear', '{}', true) ON CONFLICT DO NOTHING RETURNING id)
INSERT INTO listener (organisation_id, account_id, name, severities, workflows)
SELECT $1, id, 'Ear', '[]', '[]' FROM ear
"""


async def _lines(place: Place, viewer: Viewer) -> object:
    await place.db.execute(MADE, place.desk.world.hospital)
    return await listeners.lines(place.db, viewer, ADMIN)


async def _record(place: Place, viewer: Viewer) -> object:
    await place.db.execute(MADE, place.desk.world.hospital)
    row = await place.db.fetchrow("SELECT id FROM listener")
    return await listeners.record(place.db, viewer, ADMIN, row["id"] if row else 0)


async def _ears(place: Place, viewer: Viewer) -> object:
    await place.db.execute(MADE, place.desk.world.hospital)
    return await listeners.ears(place.db, viewer, ADMIN, ["webhook"])


LISTENER_READS: dict[Callable[..., Any], Callable[[Place, Viewer], Awaitable[object]]] = {
    listeners.lines: _lines,
    listeners.record: _record,
    listeners.ears: _ears,
}
