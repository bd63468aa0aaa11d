"""A message behind the link in a mail, for whoever holds the link: enough to know which one it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.database import Database


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
  FROM message m LEFT JOIN work_case c ON c.id = m.case_id
  LEFT JOIN organisation o ON o.id = coalesce(c.organisation_id, m.organisation_id)
 WHERE m.id = $1 AND m.person_id IS NOT NULL
"""


async def by_link(db: Database, message_id: int, now: datetime) -> Notice | None:
    """The message that a link was made for, at `now` (real time)."""
    row = await db.fetchrow(BY_LINK, message_id, now)
    return Notice(**dict(row)) if row else None
