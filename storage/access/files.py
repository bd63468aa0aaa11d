"""Attached files, for those who see their case."""

from dataclasses import dataclass

from storage.access import NotVisible
from storage.access.cases import VISIBLE
from storage.database import Database
from storage.directory import Viewer


@dataclass(frozen=True)
class FileRef:
    """Where a file's content is found, and its small picture's, if there is one."""

    sha256: str
    media_type: str
    name: str
    thumbnail: str | None


async def attachment(db: Database, viewer: Viewer, public_key: str) -> FileRef:
    """The file behind an attachment's key; raises `NotVisible`."""
    row = await db.fetchrow(
        "SELECT f.sha256, f.media_type, a.name, f.thumbnail "
        "FROM attachment a JOIN stored_file f ON f.sha256 = a.file_id JOIN work_case c ON c.id = a.case_id "
        "JOIN organisation o ON o.id = c.organisation_id "
        f"WHERE {VISIBLE} AND a.public_key = $4",
        viewer.person_id,
        viewer.participant_id,
        viewer.paths,
        public_key,
    )
    if row is None:
        raise NotVisible
    return FileRef(**dict(row))
