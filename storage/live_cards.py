"""Cards that still show buttons although their case has moved on, or their storm was read. Real times.

Nobody looks through all cards that lie on phones: a trigger names each case that enters another state, and each storm
that is read (`card_look`), and the cards of these alone are looked at. Once more some minutes later, for a card that
was on its way meanwhile.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from storage.database import Connection, Database
from storage.first_tries import Taken
from storage.spans import EVER

LOOKS_AT_ONCE = 50
ONCE_MORE = timedelta(minutes=5)
"""Longer than a try and the lease of a message."""
LOOKS = 2


@dataclass(frozen=True)
class Look:
    """Whose cards are to be looked at: a case's, or those of a storm's message."""

    id: int
    case_id: int | None
    message_id: int | None
    since: datetime
    looks: int


@dataclass(frozen=True)
class LiveCard:
    """A card that still shows buttons although the case has moved on, and the step that moved it."""

    id: int
    created_at: datetime
    account_id: int
    channel: str
    address: str
    payload: Mapping[str, Any]
    update_code: str
    update_tries: int
    tried_at: datetime
    kind: str
    workflow: str
    variables: Mapping[str, Any]
    number: str
    language: str | None
    action: str
    actor_name: str


# Under a lease, so that a process that dies leaves them to another one.
TAKE = """
UPDATE card_look SET look_at = $2 WHERE id IN (
  SELECT id FROM card_look WHERE look_at IS NULL OR look_at <= $1 ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED)
RETURNING id, case_id, message_id, coalesce(since, $4) AS since, looks
"""
# $1 cases, $2 messages of storms, $3 since when any of them has cards.
OVER = """
  FROM delivery d JOIN message m ON m.id = d.message_id AND m.created_at = d.message_created_at
  LEFT JOIN work_case c ON c.id = d.case_id
 WHERE (d.case_id = ANY($1) OR d.message_id = ANY($2)) AND d.created_at >= $3 AND m.created_at >= $3
   AND d.update_code IS NOT NULL AND d.updated_at IS NULL
   AND (c.entered_version > m.valid_while OR m.lane LIKE 'storm/%' AND m.acknowledged_at IS NOT NULL)
"""
# The decision is the first step after the message's state that entered another one. Of a storm, it is that its reader
# acknowledged it.
CLAIM = f"""
WITH live AS (
  SELECT d.id, d.created_at {OVER} AND (d.update_next_at IS NULL OR d.update_next_at <= $4)
   ORDER BY d.id LIMIT $6 FOR UPDATE OF d SKIP LOCKED),
leased AS (
  UPDATE delivery d SET update_next_at = $5, update_tries = d.update_tries + 1 FROM live
   WHERE d.id = live.id AND d.created_at = live.created_at AND d.created_at >= $3 RETURNING d.*)
SELECT l.id, l.created_at, l.account_id, l.channel, l.address, l.payload, l.update_code, l.update_tries, l.tried_at,
       m.kind, m.variables, coalesce(c.workflow, split_part(m.kind, '.', 1)) AS workflow,
       coalesce(c.number, '') AS number, p.language, s.action, s.actor_name
  FROM leased l
  JOIN message m ON m.id = l.message_id AND m.created_at = l.message_created_at AND m.created_at >= $3
  LEFT JOIN work_case c ON c.id = l.case_id
  LEFT JOIN person p ON p.id = m.person_id
  JOIN LATERAL (
    (SELECT action, actor_name FROM step
      WHERE case_id = l.case_id AND recorded_at >= $3 AND entered AND version > m.valid_while ORDER BY id LIMIT 1)
    UNION ALL SELECT 'acknowledge', coalesce(p.name, '') WHERE l.case_id IS NULL) s ON true
"""
WAITING = f"SELECT d.case_id, d.message_id, min(coalesce(d.update_next_at, $4)) AS next {OVER} GROUP BY 1, 2"
LOOK_AGAIN = """
UPDATE card_look SET look_at = w.at, looks = w.looks
  FROM unnest($1::bigint[], $2::timestamptz[], $3::int[]) AS w(id, at, looks) WHERE card_look.id = w.id
"""
# What was taken by a provider after its case had moved on.
MISSED = """
INSERT INTO card_look (case_id, since)
SELECT DISTINCT c.id, c.began_at FROM unnest($1::bigint[], $2::int[]) AS sent(case_id, valid_while)
  JOIN work_case c ON c.id = sent.case_id AND c.entered_version > sent.valid_while
"""


async def to_look_at(db: Database, now: datetime, lease: timedelta) -> Sequence[Look]:
    """Some of those whose cards may be over, for the length of the lease."""
    rows = await db.fetch(TAKE, now, now + lease, LOOKS_AT_ONCE, EVER)
    return [Look(**dict(row)) for row in rows]


async def claim(
    db: Database, looks: Sequence[Look], now: datetime, lease: timedelta, limit: int
) -> Sequence[LiveCard]:
    """Cards of these that are to show the decision, under a lease."""
    return [LiveCard(**dict(row)) for row in await db.fetch(CLAIM, *_of(looks), now, now + lease, limit)]


async def looked(db: Database, looks: Sequence[Look], now: datetime) -> None:
    """No card of these is due: look again when one is, and once more; then they are forgotten."""
    waiting = [tuple(row) for row in await db.fetch(WAITING, *_of(looks), now)]
    again = {look.id: next_ for look in looks if (next_ := _next_look(look, waiting, now))}
    columns = list(again), [at for at, _ in again.values()], [count for _, count in again.values()]
    await db.execute(LOOK_AGAIN, *columns)
    await db.execute("DELETE FROM card_look WHERE id = ANY($1)", [x.id for x in looks if x.id not in again])


async def done(db: Database, card: LiveCard, now: datetime) -> None:
    """The card shows the decision, or never can."""
    await db.execute(
        "UPDATE delivery SET updated_at = $3 WHERE id = $1 AND created_at = $2", card.id, card.created_at, now
    )


async def later(db: Database, card: LiveCard, until: datetime) -> None:
    """Try the card again later."""
    await db.execute(
        "UPDATE delivery SET update_next_at = $3 WHERE id = $1 AND created_at = $2",
        card.id,
        card.created_at,
        until,
    )


async def were_sent(connection: Connection, taken: Sequence[Taken]) -> None:
    """These were noted as taken: cards whose case has moved on meanwhile are looked at."""
    cards = [each.message for each in taken if each.update_code and each.message.valid_while is not None]
    if cards:
        await connection.execute(MISSED, [m.case_id for m in cards], [m.valid_while for m in cards])


def _of(looks: Sequence[Look]) -> tuple[list[int], list[int], datetime]:
    cases = [look.case_id for look in looks if look.case_id is not None]
    messages = [look.message_id for look in looks if look.message_id is not None]
    return cases, messages, min(look.since for look in looks)


def _next_look(
    look: Look, waiting: Sequence[tuple[int | None, int, datetime]], now: datetime
) -> tuple[datetime, int] | None:
    """When to look again, and how often it was looked then; None: not again."""
    of = [
        at
        for case, message, at in waiting
        if (case == look.case_id if look.case_id else message == look.message_id)
    ]
    if of:
        return max(now, min(of)), look.looks
    return (now + ONCE_MORE, look.looks + 1) if look.looks + 1 < LOOKS else None
