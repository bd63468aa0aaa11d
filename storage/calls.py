"""Which delivery a provider's report of a call is about. Real times."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.database import Database
from storage.numbers import spellings

REPORTED_WITHIN = timedelta(days=3)
# A try whose answer was lost is known by the number alone, and only for as long as its call can last.
IN_FLIGHT = timedelta(minutes=15)


@dataclass(frozen=True)
class Call:
    """A call in the ledger."""

    delivery_id: int
    message_id: int
    unique_id: str


@dataclass(frozen=True)
class Named:
    """What a report names a call by: the provider's id, ours where it repeats that one, and the number."""

    provider_id: str
    unique_id: str = ""
    number: str = ""


class SeveralOpen(Exception):
    """It could be one of several tries that are not noted yet, so it is wanted again once they are."""


BY_OURS = """
SELECT id AS delivery_id, message_id, unique_id FROM delivery
 WHERE unique_id = $1 AND account_id = $2 ORDER BY id DESC LIMIT 1
"""
# In one statement: a try may be noted between two of them, and the report would find it by neither.
TO_NUMBER = """
SELECT id AS delivery_id, message_id, unique_id, provider_id IS NOT NULL AS is_noted FROM delivery
 WHERE account_id = $1 AND address = ANY($2) AND tried_at > $3
   AND (provider_id = $4 OR provider_id IS NULL AND (state = 'sending' OR maybe_twice) AND tried_at > $5)
 ORDER BY is_noted DESC, id DESC LIMIT 2
"""


async def find(db: Database, account_id: int, named: Named, now: datetime) -> Call | None:
    """The call or SMS of that account; None when it is nobody's. Raises `SeveralOpen`."""
    if named.unique_id:
        row = await db.fetchrow(BY_OURS, named.unique_id, account_id)
        return Call(**dict(row)) if row else None
    given = account_id, spellings(named.number), now - REPORTED_WITHIN, named.provider_id, now - IN_FLIGHT
    rows = await db.fetch(TO_NUMBER, *given)
    if len(rows) > 1 and not rows[0]["is_noted"]:
        raise SeveralOpen
    return Call(rows[0]["delivery_id"], rows[0]["message_id"], rows[0]["unique_id"]) if rows else None
