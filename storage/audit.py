"""Audit rows (审计): every write outside cases and every look at protected data. Only ever appended.

What happens to cases stands in their steps; the view `trail` shows both as one.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from storage.later import Writes

LONGEST_CLIENT = 100
LONGEST_SUBJECT = 200
# Whoever audits sees what happened below their organisation, so each row belongs to one.
APPEND = """
INSERT INTO audit (at, person_id, case_id, door, client, action, subject, data, organisation_id, subject_kind,
                   subject_id, before, after)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8,
        coalesce($9, (SELECT organisation_id FROM work_case WHERE id = $3),
                 (SELECT organisation_id FROM person WHERE id = $2)),
        $10, $11, $12, $13)
"""


@dataclass(frozen=True)
class AuditRow:
    """One line. `at` is real time, `client` the network address, `subject` names what was looked at or changed.

    Without an organisation it belongs to that of the case, else to that of the person.
    `before` and `after` hold the fields that a write changed. No secret, hash or patient ever stands in a row.
    """

    at: datetime
    person_id: int | None
    case_id: int | None
    door: str
    client: str
    action: str
    subject: str
    data: Mapping[str, Any] = field(default_factory=dict)
    organisation_id: int | None = None
    subject_kind: str = ""
    subject_id: int | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


async def append(writes: Writes, row: AuditRow) -> None:
    """Append in the caller's transaction: nothing protected leaves before that is committed."""
    await writes.execute(
        APPEND,
        row.at,
        row.person_id,
        row.case_id,
        row.door,
        row.client[:LONGEST_CLIENT],
        row.action,
        row.subject[:LONGEST_SUBJECT],
        dict(row.data),
        row.organisation_id,
        row.subject_kind,
        row.subject_id,
        row.before,
        row.after,
    )


def canonical(row: Mapping[str, Any]) -> bytes:
    """A row of `audit` (all its columns) as bytes that are the same wherever and whenever they are made.

    Rows have a lasting order by id. Together this is what a later signature, over each row and the one before it,
    would be made of.
    """
    told = {name: _instant(value) if isinstance(value, datetime) else value for name, value in row.items()}
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def differing(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """The fields in which the two differ, as they were and as they are; None where nothing was, or is."""
    names = [n for n in {**before, **after} if before.get(n) != after.get(n)]
    was = {n: before[n] for n in names if n in before}
    now = {n: after[n] for n in names if n in after}
    return was or None, now or None
