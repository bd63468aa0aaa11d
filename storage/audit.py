"""Audit rows (审计): who looked at protected data, when, from where. Only ever appended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from storage.database import Connection

LONGEST_CLIENT = 100
APPEND = """
INSERT INTO audit (at, person_id, case_id, door, client, action, subject, data)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""


@dataclass(frozen=True)
class AuditRow:
    """One line. `at` is real time, `client` the network address, `subject` what was looked at."""

    at: datetime
    person_id: int | None
    case_id: int | None
    door: str
    client: str
    action: str
    subject: str
    data: Mapping[str, Any] = field(default_factory=dict)


async def append(connection: Connection, row: AuditRow) -> None:
    """Append in the caller's transaction: nothing protected leaves before that is committed."""
    await connection.execute(
        APPEND,
        row.at,
        row.person_id,
        row.case_id,
        row.door,
        row.client[:LONGEST_CLIENT],
        row.action,
        row.subject,
        dict(row.data),
    )
