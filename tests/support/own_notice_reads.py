"""What somebody may read of how much they hear."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from storage.access import own_notices
from storage.directory import Viewer

NOW = datetime(2026, 3, 2, tzinfo=UTC)
MAKE = """
WITH storm AS (
  INSERT INTO storm (person_id, subject, began_at, last_at, count) VALUES ($1, 'alarm', now(), now(), 1) RETURNING id),
said AS (
  INSERT INTO message (created_at, case_version, kind, severity, person_id, lane, variables, next_at, state)
  SELECT now(), 0, 'storm.began', 'critical', $1, 'storm/' || id, '{"count": 1}', now(), 'sent' FROM storm),
mute AS (INSERT INTO mute (person_id, kind, made_at, way) VALUES ($1, 'repair.told', now(), 'sms'))
SELECT id FROM storm
"""


async def _made(place: Any) -> int:
    found: int = await place.desk.value(MAKE, place.desk.administrator)
    return found


async def storm(place: Any, viewer: Viewer) -> object:
    return await own_notices.storm(place.db, viewer, await _made(place))


async def muted(place: Any, viewer: Viewer) -> object:
    await _made(place)
    return (await own_notices.wishes(place.db, viewer, NOW)).muted


async def watching(place: Any, viewer: Viewer) -> object:
    case: int = await place.desk.value("SELECT min(id) FROM work_case")
    make = "INSERT INTO watch (person_id, case_id, made_at) VALUES ($1, $2, now()) ON CONFLICT DO NOTHING"
    await place.db.execute(make, place.desk.administrator, case)
    return [True] if (await own_notices.of_case(place.db, viewer, case, NOW)).watching else []


async def ways(place: Any, viewer: Viewer) -> object:
    """An account of the house, and the address of somebody there."""
    make = """
    WITH a AS (INSERT INTO channel_account (organisation_id, kind, name, settings, public_key, active)
               SELECT organisation_id, 'email', 'own ways', '{}', 'own-ways', true FROM person WHERE id = $1
               ON CONFLICT DO NOTHING RETURNING id)
    INSERT INTO contact_point (person_id, account_id, address, rank) SELECT $1, id, 'own@ways.example', 1 FROM a
    """
    await place.db.execute(make, place.desk.administrator)
    return await own_notices.ways(place.db, viewer)


OWN_NOTICE_READS: dict[Callable[..., Any], Callable[[Any, Viewer], Awaitable[object]]] = {
    own_notices.storm: storm,
    own_notices.wishes: muted,
    own_notices.of_case: watching,
    own_notices.ways: ways,
}
