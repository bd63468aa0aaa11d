"""People that a viewer may choose or see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.database import Database
from storage.directory import Viewer


@dataclass(frozen=True)
class Choice:
    """A person to choose."""

    id: int
    name: str
    title: str


CANDIDATES = """
SELECT DISTINCT p.id, p.name, p.title FROM post JOIN person p ON p.id = post.person_id AND p.active
  JOIN organisation o ON o.id = post.organisation_id
 WHERE post.role = $1 AND starts_with($2, o.path) AND post.starts_at <= $3
   AND (post.ends_at IS NULL OR post.ends_at > $3)
 ORDER BY p.name
"""


async def candidates(db: Database, viewer: Viewer, role: str, path: str, now: datetime) -> Sequence[Choice]:
    """Who holds a role for the organisation of that path; nobody, when it is outside the viewer's scope."""
    if not viewer.sees(path):
        return []
    return [Choice(**dict(row)) for row in await db.fetch(CANDIDATES, role, path, now)]
