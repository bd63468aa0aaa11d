"""The card behind a button that somebody pressed, or behind the menu in its corner.

No viewer here: who presses was shown the card by the provider, and the engine checks the right at the press.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from storage.access import NotVisible
from storage.database import Database


@dataclass(frozen=True)
class Card:
    """A delivered message with buttons, `sent` as it was. `case_version` is what its reader was shown.

    About no case: `case_id` is None, the number is empty, and `workflow` is what stands before the dot of its kind.
    `path` is that of the organisation whose case it is about, or else of its own.
    """

    case_id: int | None
    case_version: int
    message_id: int
    delivery_id: int
    person_id: int | None
    number: str
    workflow: str
    path: str
    sent: Mapping[str, Any]


@dataclass(frozen=True)
class Notice:
    """A delivered message to a person, about a case or not, `sent` as it was. `path` is that of its organisation."""

    message_id: int
    delivery_id: int
    person_id: int
    kind: str
    severity: str
    path: str
    sent: Mapping[str, Any]


CARD = """
SELECT m.case_id, m.case_version, m.id AS message_id, d.id AS delivery_id, m.person_id,
       coalesce(c.number, '') AS number, coalesce(c.workflow, split_part(m.kind, '.', 1)) AS workflow,
       coalesce(o.path, '') AS path, d.payload AS sent
  FROM delivery d
  JOIN message m ON m.id = d.message_id AND m.created_at = d.message_created_at
  LEFT JOIN work_case c ON c.id = m.case_id
  LEFT JOIN organisation o ON o.id = coalesce(c.organisation_id, m.organisation_id)
 WHERE d.unique_id = $1 AND d.account_id = $2
 ORDER BY d.id DESC LIMIT 1
"""
NOTICE = """
SELECT m.id AS message_id, d.id AS delivery_id, m.person_id, m.kind, coalesce(m.severity, 'info') AS severity,
       coalesce(o.path, '') AS path, d.payload AS sent
  FROM delivery d
  JOIN message m ON m.id = d.message_id AND m.created_at = d.message_created_at
  LEFT JOIN work_case c ON c.id = m.case_id
  LEFT JOIN organisation o ON o.id = coalesce(c.organisation_id, m.organisation_id)
 WHERE d.unique_id = $1 AND d.account_id = $2 AND m.person_id IS NOT NULL
 ORDER BY d.id DESC LIMIT 1
"""


async def card(db: Database, unique_id: str, account_id: int) -> Card:
    """The card that was sent with this id from this account; raises `NotVisible`, `DatabaseAway`."""
    row = await db.fetchrow(CARD, unique_id, account_id)
    if row is None:
        raise NotVisible
    return Card(**dict(row))


async def notice(db: Database, unique_id: str, account_id: int) -> Notice:
    """The message that was sent with this id from this account; raises `NotVisible`, `DatabaseAway`."""
    row = await db.fetchrow(NOTICE, unique_id, account_id)
    if row is None:
        raise NotVisible
    return Notice(**dict(row))
