"""Who is told as well while a message is still being tried, and what has become of that (代理人、负责人). Real times.

The message that this begins with is the first of them. Its notes name all that were written since, so that each of
them can be asked about: one that was taken, or acknowledged, makes those needless that nobody has sent yet.
"""

from collections.abc import Sequence
from datetime import datetime

from storage import reach, routing_notes, spans, stand_ins
from storage.database import Connection
from storage.outbox import Claimed, due
from storage.routing_notes import What
from storage.texts import N_

FIRST = "told_as_well"  # the variable that names the first of them
AS_WELL = N_("Not delivered in time: somebody else is also notified, while attempts continue.")
WAS_TOLD = (
    "SELECT EXISTS (SELECT FROM routing_note WHERE message_id = $1 AND at >= $2 AND what = 'told_as_well')"
)
# Whoever has the same already is told by that, and it goes its own way to others if it has to.
HAS_IT = """
SELECT EXISTS (SELECT FROM message m WHERE m.person_id = $2 AND m.created_at >= $7 AND m.kind = $4
                  AND m.state IN ('queued', 'sent', 'bundled')
                  AND CASE WHEN $3::bigint IS NULL THEN m.id > $1 AND m.case_id IS NULL AND m.stand_in_for_id = $6
                           ELSE m.case_id = $3 AND m.case_version = $5 END)
"""
TELL = f"""
INSERT INTO message (created_at, case_id, case_version, organisation_id, kind, severity, person_id, stand_in_for_id,
                     lane, variables, valid_while, next_at, due_at)
SELECT $3::timestamptz, m.case_id, m.case_version, m.organisation_id, m.kind, m.severity, $4::bigint,
       coalesce(m.stand_in_for_id, m.person_id),
       CASE WHEN m.case_id IS NULL THEN m.lane ELSE concat_ws('/', m.case_id, $4::bigint) END,
       m.variables || jsonb_build_object('stand_in_for', $5::varchar, '{FIRST}', $6::bigint), m.valid_while, $3,
       {due("m.severity", "$3")}
  FROM message m WHERE m.id = $1 AND m.created_at = $2 RETURNING id
"""
TAKEN = """
SELECT EXISTS (
  SELECT FROM (SELECT $1::bigint AS id UNION ALL
               SELECT (data->>'message')::bigint FROM routing_note
                WHERE message_id = $1 AND at >= $4 AND what = 'told_as_well') said
    JOIN message m ON m.id = said.id AND m.created_at >= $4
   WHERE m.id <> $2 AND ($3 OR m.id < $2)
     AND (m.acknowledged_at IS NOT NULL
          OR EXISTS (SELECT FROM delivery d WHERE d.message_id = m.id AND d.created_at >= $4 AND d.state = 'accepted')))
"""
UNSENT = """
SELECT NOT EXISTS (SELECT FROM delivery WHERE message_id = $1 AND created_at >= $2
                      AND (state IN ('sending', 'accepted') OR maybe_twice))
"""


def first_of(message: Claimed) -> int:
    """The message that it began with; itself unless it was written to tell somebody as well."""
    return int(message.variables.get(FIRST, message.id))


async def tell(
    tx: Connection, message: Claimed, heads: Sequence[str], business: datetime, now: datetime
) -> int | None:
    """Tell the deputy, or the next of the heads, as well, once; the id of that message. The message must be held.

    None where nobody is left, or whoever comes next has the same already. `business` is for who is present.
    """
    if await tx.fetchval(WAS_TOLD, message.id, spans.after(message.created_at)):
        return None
    to = await _next(tx, message, heads, business, now)
    if to is None:
        return None
    first = first_of(message)
    said: int = await tx.fetchval(
        TELL, message.id, message.created_at, now, to.person_id, to.instead_of, first
    )
    people = {"from": str(message.person_id), "to": str(to.person_id), "message": said}
    for id_ in {first, message.id}:
        await routing_notes.note(tx, id_, What.TOLD_AS_WELL, now, reason=AS_WELL, **people)
    await tx.execute("SELECT pg_notify('outbox', '')")
    return said


async def _next(
    tx: Connection, message: Claimed, heads: Sequence[str], business: datetime, now: datetime
) -> stand_ins.StandIn | None:
    """The next in order after whom the message is to; they may have it already, then nobody is told now."""
    whose = message.stand_in_for_id or message.person_id
    of = (message.case_id, message.kind, message.case_version, whose, spans.around(message.created_at))
    for to in await stand_ins.after(tx, message, heads, business, now):
        if await reach.can_be_reached(tx, to.person_id, now):
            return None if await tx.fetchval(HAS_IT, message.id, to.person_id, *of) else to
    return None


async def is_needless(tx: Connection, message: Claimed) -> bool:
    """Is it to tell somebody as well, not sent yet, and has somebody before them been told meanwhile?"""
    if FIRST not in message.variables or not await tx.fetchval(
        UNSENT, message.id, spans.after(message.created_at)
    ):
        return False
    found: bool = await tx.fetchval(
        TAKEN, first_of(message), message.id, False, spans.around(message.created_at)
    )
    return found


async def somebody_was(tx: Connection, message: Claimed) -> bool:
    """Was somebody else told of it as well?"""
    found: bool = await tx.fetchval(
        TAKEN, first_of(message), message.id, True, spans.around(message.created_at)
    )
    return found
