"""The outbox: messages are claimed under a lease, put off, withdrawn, or found dead. Real times.

A claim is an update that moves `next_at` to the end of the lease; a process that dies leaves its rows to
be claimed again when the lease is over. `due_at` is what the index holds and a claim leaves alone: when the
message was due before anybody claimed it. Of one lane (case and recipient) only the oldest queued message
can be claimed, so that the order holds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from storage import open_span
from storage.database import Connection, Database


@dataclass(frozen=True)
class Claimed:
    """A message under lease, with what is needed to send it. `entered_version` is the case's at the claim.

    About no case: `case_id` is None, number and workflow are empty, and the path is that of its organisation.
    """

    id: int
    created_at: datetime
    case_id: int | None
    number: str
    workflow: str
    case_version: int
    kind: str
    person_id: int | None
    participant_id: int | None
    variables: Mapping[str, Any]
    valid_while: int | None
    attempts: int
    entered_version: int
    path: str
    language: str | None
    email: str | None
    channel: str | None = None
    """The one kind of channel that it is for; any, by rank, when there is none."""
    has_left: bool = False
    """Is the person not active any more?"""
    severity: str | None = None
    account_id: int | None = None
    """The recipient itself, with `address` within it, where nobody in person is told."""
    address: str = ""
    stand_in_for_id: int | None = None
    """Whom it was for, when a deputy or head is told."""
    held: str = ""
    """Why it waited, where that still matters; as it was when it was locked."""
    is_known: bool = False
    """Has somebody acknowledged it?"""

    @property
    def still_true(self) -> bool:
        """Is the case still in the state that the message speaks of?"""
        return self.valid_while is None or self.valid_while == self.entered_version


# What presses is due a day ahead of its time, so that it goes before any backlog: `next_at` says when it is tried.
AHEAD = "interval '1 day'"


def due(severity: str, at: str) -> str:
    """The SQL of `due_at`, from that of a message's severity and of its next try."""
    return f"CASE WHEN {severity} IN ('urgent', 'critical') THEN {at}::timestamptz - {AHEAD} ELSE {at} END"


# Only in the months in which something may be queued (storage.open_span): the plan then knows no others.
# The oldest of each lane and person, locked; whoever else claims at this moment passes over them. With whom and what
# they are about, and the first way to somebody who is to be told as a matter of course: see `storage.first_tries`.
DUE = """
SELECT m.id, m.created_at, m.case_id, coalesce(c.number, ''), coalesce(c.workflow, ''), m.case_version, m.kind,
       m.person_id, m.participant_id, m.variables, m.valid_while, m.attempts + 1, coalesce(c.entered_version, 0),
       coalesce(o.path, ''), coalesce(p.language, part.language), part.email, m.channel, NOT coalesce(p.active, true),
       m.severity, m.account_id, m.address, m.stand_in_for_id{more}
  FROM (SELECT * FROM message m
         WHERE m.state = 'queued' AND m.created_at >= {since} AND m.due_at <= $1::timestamptz{ahead} AND m.next_at <= $1
           AND NOT EXISTS (SELECT 1 FROM message earlier
                            WHERE earlier.lane = m.lane AND earlier.id < m.id AND earlier.state = 'queued'
                              AND earlier.created_at >= {since}
                              AND earlier.person_id IS NOT DISTINCT FROM m.person_id
                              AND (earlier.held IN ('', 'woken') OR earlier.next_at <= $1))
         ORDER BY m.due_at, m.id LIMIT {limit:d} FOR UPDATE SKIP LOCKED) m
  LEFT JOIN work_case c ON c.id = m.case_id
  LEFT JOIN organisation o ON o.id = coalesce(c.organisation_id, m.organisation_id)
  LEFT JOIN person p ON p.id = m.person_id LEFT JOIN participant part ON part.id = m.participant_id{joined}
 ORDER BY m.id
"""
# What is said of a message that goes on at once: nobody acknowledged it in time, or whoever was let sleep is woken.
ESCALATED, WOKEN = "escalated", "woken"
# What is for information waits for the hour of its reader's digest, or a while for others to be told along.
SOME_WAYS = "ways"
"""Of one that goes several ways at once: some took it, others are tried again, and nothing later waits for that."""
FOR_DIGEST, WITH_OTHERS = "digest", "others"
STILL_HELD = (
    f"CASE WHEN held IN ('{ESCALATED}', '{WOKEN}', '{FOR_DIGEST}', '{WITH_OTHERS}') THEN held ELSE '' END"
)
HELD_ON = f"CASE WHEN $6::varchar = '' AND held IN ('{WOKEN}', '{WITH_OTHERS}') THEN held ELSE $6 END"
# A join with a list of keys would let PostgreSQL read a whole partition.
LEASE = f"""
UPDATE message SET next_at = $4, attempts = attempts + 1, held = {STILL_HELD}
 WHERE id = ANY($1) AND created_at BETWEEN $2 AND $3
"""
# `attempts` grows with every claim and never shrinks, so it says whose lease it is.
OWN = "id = $1 AND created_at = $2 AND state = 'queued' AND attempts = $3"
HOLD = f"""
SELECT coalesce((SELECT entered_version FROM work_case WHERE id = m.case_id), 0) AS entered_version,
       EXISTS (SELECT FROM person WHERE id = m.person_id AND NOT active) AS has_left, held,
       acknowledged_at IS NOT NULL AS is_known FROM message m
 WHERE {OWN} AND next_at >= $4 FOR UPDATE
"""


def ahead(*, pressing: bool) -> str:
    """The SQL by which a claim finds nothing but what presses, and what has waited for a day."""
    return f" - {AHEAD}" if pressing else ""


async def claim(
    db: Database, now: datetime, lease: timedelta, limit: int, *, pressing: bool = False
) -> Sequence[Claimed]:
    """Take up to `limit` messages that are due, for the length of the lease; perhaps only those that press."""
    async with db.transaction() as tx:
        since = open_span.as_literal(await open_span.read(tx))
        due_now = DUE.format(limit=limit, ahead=ahead(pressing=pressing), more="", joined="", since=since)
        rows = await tx.fetch(due_now, now)
        claimed = [Claimed(*row) for row in rows]
        if claimed:
            await tx.execute(LEASE, *keys(claimed), now + lease)
        return claimed


class Row(Protocol):
    """A row of a partitioned table."""

    @property
    def id(self) -> int: ...

    @property
    def created_at(self) -> datetime: ...


def keys(rows: Sequence[Row]) -> tuple[list[int], datetime, datetime]:
    """Ids, and the span in which the rows were made, which leads to their partitions."""
    made = [row.created_at for row in rows]
    return [row.id for row in rows], min(made), max(made)


async def hold(connection: Connection, message: Claimed, until: datetime) -> Claimed | None:
    """Lock the message to the end of the transaction, as its case stands now.

    None when the lease does not last until then, or somebody else has it: then leave the message alone.
    """
    own = (message.id, message.created_at, message.attempts)
    row = await connection.fetchrow(HOLD, *own, until)
    return replace(message, **dict(row)) if row else None


async def give_back(connection: Connection, message: Claimed, now: datetime) -> None:
    """Nothing was done under this lease, which ends now. Nothing without the lease, nor for what was put off."""
    own = (message.id, message.created_at, message.attempts)
    await connection.execute(
        f"UPDATE message SET next_at = $4 WHERE {OWN} AND held IN ('', '{ESCALATED}', '{WOKEN}') AND next_at > $4",
        *own,
        now,
    )


async def give_up(connection: Connection, message: Claimed, state: str, now: datetime, reason: str) -> None:
    """The message is done with: `withdrawn` or `dead`, with the reason. Nothing without the lease."""
    own = (message.id, message.created_at, message.attempts)
    await connection.execute(
        f"UPDATE message SET state = $4, finished_at = $5, reason = $6 WHERE {OWN}",
        *own,
        state,
        now,
        reason[:300],
    )


# What is held is nobody's first concern, and other queries ask until when it waits.
PUT_OFF = f"""
UPDATE message SET next_at = $4, due_at = CASE WHEN $6 = '' THEN {due("severity", "$4")} ELSE $4 END,
       reason = $5, held = {HELD_ON}
 WHERE {OWN} RETURNING id
"""


async def put_off(
    connection: Connection, message: Claimed, until: datetime, reason: str, held: str = ""
) -> bool:
    """Give the lease back; the message is due again at `until`. False when somebody else has the lease.

    One that is `held` (quiet, duty, digest, others) lets later ones of its lane pass. Whoever was woken is not let
    sleep again because a way failed, and who waited for others once does not wait for them twice.
    """
    own = (message.id, message.created_at, message.attempts)
    row = await connection.fetchval(
        PUT_OFF,
        *own,
        until,
        reason[:300],
        held,
    )
    return row is not None


async def escalate_at(connection: Connection, message: Claimed, at: datetime | None) -> None:
    """When the next way is taken, unless it is acknowledged; None: never. Nothing without the lease."""
    own = (message.id, message.created_at, message.attempts)
    await connection.execute(f"UPDATE message SET escalate_at = $4 WHERE {OWN}", *own, at)


async def told(connection: Connection, message: Claimed, now: datetime) -> None:
    """Nothing is left to be sent of a message that was told. Nothing without the lease."""
    own = (message.id, message.created_at, message.attempts)
    await connection.execute(
        f"UPDATE message SET state = 'sent', finished_at = coalesce(finished_at, $4), escalate_at = NULL, "
        f"held = '', reason = '' WHERE {OWN}",
        *own,
        now,
    )


async def sent(connection: Connection, message: Claimed, now: datetime) -> None:
    """All ways that were wanted at once are done with, and one took it. Nothing without the lease."""
    own = (message.id, message.created_at, message.attempts)
    await connection.execute(
        f"UPDATE message SET state = 'sent', finished_at = coalesce(finished_at, $4), held = '', reason = '' "
        f"WHERE {OWN}",
        *own,
        now,
    )


# Its case is at work again, however long ago it ended: see `storage.spans`.
REVIVE = """
WITH revived AS (
  UPDATE message m SET state = 'queued', next_at = $2, finished_at = NULL, reason = ''
   WHERE id = $1 AND state = 'dead' RETURNING case_id, organisation_id),
touched AS (UPDATE work_case SET last_at = greatest(last_at, $2) FROM revived WHERE id = revived.case_id)
SELECT coalesce(c.organisation_id, m.organisation_id) AS organisation_id, coalesce(c.number, '') AS case_number
  FROM revived m LEFT JOIN work_case c ON c.id = m.case_id
"""


@dataclass(frozen=True)
class Revived:
    """What a message that is sent again was about."""

    organisation_id: int | None
    case_number: str


async def revive(tx: Connection, message_id: int, now: datetime) -> Revived | None:
    """Put a dead letter back into the queue with all its channels open again; None when it is not dead."""
    row = await tx.fetchrow(REVIVE, message_id, now)
    if row is None:
        return None
    await tx.execute(
        "UPDATE delivery SET state = 'superseded' WHERE message_id = $1 AND state = 'refused'", message_id
    )
    await tx.execute("SELECT pg_notify('outbox', '')")
    return Revived(**dict(row))


DEAD = """
SELECT m.id, m.kind, m.reason, c.number AS case_number FROM message m LEFT JOIN work_case c ON c.id = m.case_id
 WHERE m.state = 'dead' AND (m.id = ANY($1) OR ($1::bigint[] IS NULL AND m.finished_at > $2))
   AND ($3::varchar IS NULL OR m.kind = $3)
 ORDER BY m.id LIMIT 1000
"""


@dataclass(frozen=True)
class Dead:
    """A message that reached nobody."""

    id: int
    kind: str
    reason: str
    case_number: str | None


async def dead(db: Database, ids: Sequence[int] | None, since: datetime, kind: str | None) -> Sequence[Dead]:
    """Dead letters: those of these ids, else all that died since; of one kind if it is given. A thousand at most."""
    return [Dead(**dict(row)) for row in await db.fetch(DEAD, list(ids) if ids else None, since, kind)]
