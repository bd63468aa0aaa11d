"""A message behind the link in a mail, for whoever holds the link: enough to know which one it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.access import NotVisible
from storage.access.files import FileRef
from storage.database import Database
from storage.kinds import PHOTOS


@dataclass(frozen=True)
class Notice:
    """A message to a person (real times). `path` is that of its organisation, `stopped` says that its kind is."""

    id: int
    kind: str
    severity: str
    person_id: int
    path: str
    number: str
    variables: Mapping[str, Any]
    acknowledged_at: datetime | None
    stopped: bool


BY_LINK = """
SELECT m.id, m.kind, coalesce(m.severity, 'info') AS severity, m.person_id, coalesce(o.path, '') AS path,
       coalesce(c.number, '') AS number, m.variables, m.acknowledged_at,
       EXISTS (SELECT FROM mute WHERE mute.person_id = m.person_id AND mute.kind = m.kind AND mute.case_id IS NULL
                                  AND mute.ended_at IS NULL AND (until IS NULL OR until > $2)) AS stopped
  FROM message m JOIN person p ON p.id = m.person_id AND p.active LEFT JOIN work_case c ON c.id = m.case_id
  LEFT JOIN organisation o ON o.id = coalesce(c.organisation_id, m.organisation_id)
 WHERE m.id = $1
"""


# Of photos alone, for who is still there, and only where an account of that house, or above it, may send them.
PHOTO_BY_LINK = """
SELECT f.sha256, f.media_type, 'photo.jpg' AS name, f.thumbnail
  FROM message m JOIN person p ON p.id = m.person_id AND p.active
  JOIN work_case c ON c.id = m.case_id JOIN organisation o ON o.id = c.organisation_id
  JOIN stored_file f ON f.sha256 = m.variables -> $3 ->> 0 AND f.media_type LIKE 'image/%'
 WHERE m.id = $1 AND m.created_at > $2 AND EXISTS (
   SELECT FROM channel_account a JOIN organisation house ON house.id = a.organisation_id
    WHERE a.active AND a.kind = 'wecom' AND a.settings -> 'send_photos' = 'true' AND o.path LIKE house.path || '%')
"""


async def by_link(db: Database, message_id: int, now: datetime) -> Notice | None:
    """The message that a link was made for, at `now` (real time), unless whom it told has left."""
    row = await db.fetchrow(BY_LINK, message_id, now)
    return Notice(**dict(row)) if row else None


async def photo_by_link(db: Database, message_id: int, since: datetime) -> FileRef:
    """The first photo of a message that was written since then (real time); raises `NotVisible`."""
    row = await db.fetchrow(PHOTO_BY_LINK, message_id, since, PHOTOS)
    if row is None:
        raise NotVisible
    return FileRef(**dict(row))
