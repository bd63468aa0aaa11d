"""The outbox as administrators see it: dead letters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.access import NotVisible
from storage.database import Database
from storage.directory import Viewer


@dataclass(frozen=True)
class DeadLetter:
    """A message that could not be delivered on any channel."""

    id: int
    kind: str
    variables: Mapping[str, Any]
    case_number: str | None
    recipient: str
    reason: str
    attempts: int
    created_at: datetime
    finished_at: datetime
    total: int
    """How many there are in all."""


# What is about no case (a storm, a digest) belongs to the organisation of whoever it was for.
SCOPE = """
  FROM message m LEFT JOIN work_case c ON c.id = m.case_id
  JOIN organisation o ON o.id = coalesce(c.organisation_id, m.organisation_id)
  LEFT JOIN person p ON p.id = m.person_id LEFT JOIN participant part ON part.id = m.participant_id
  LEFT JOIN channel_account a ON a.id = m.account_id
 WHERE m.state = 'dead' AND o.path LIKE ANY($1::text[])
"""


async def dead_letters(db: Database, viewer: Viewer, role: str, *, limit: int = 200) -> Sequence[DeadLetter]:
    """Dead letters of the organisations for which the viewer holds `role`, newest first."""
    rows = await db.fetch(
        "SELECT m.id, m.kind, m.variables, c.number AS case_number, m.reason, m.attempts, m.created_at, "
        "m.finished_at, coalesce(p.name, part.name, a.name, '') AS recipient, count(*) OVER () AS total "
        f"{SCOPE} ORDER BY m.finished_at DESC, m.id DESC LIMIT $2",
        viewer.paths_of(role),
        limit,
    )
    return [DeadLetter(**dict(row)) for row in rows]


async def check_dead_letter(db: Database, viewer: Viewer, role: str, message_id: int) -> None:
    """May the viewer send this dead letter again? Raises `NotVisible`."""
    row = await db.fetchrow(f"SELECT m.id {SCOPE} AND m.id = $2", viewer.paths_of(role), message_id)
    if row is None:
        raise NotVisible
