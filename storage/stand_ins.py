"""Who is told instead of somebody whom no channel reaches (代理人、负责人). Real times, but for who is present."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage import reach
from storage.database import Connection
from storage.outbox import OWN, Claimed

UNREACHED = (
    "SELECT p.name, o.path FROM person p JOIN organisation o ON o.id = p.organisation_id WHERE p.id = $1"
)
DEPUTY = "SELECT nullif(present_for($1, $2), $1)"
# Nobody is told twice, nor asked again who could not be reached either.
FREE = f"""
SELECT {reach.is_reachable("$2", "$6")}
   AND NOT EXISTS (SELECT FROM message m WHERE m.case_id = $3 AND m.case_version = $4 AND m.kind = $5
                    AND m.person_id = $2 AND m.id <> $1)
   AND NOT EXISTS (SELECT FROM routing_note n WHERE n.message_id = $1 AND n.what IN ('stand_in', 'told_as_well')
                    AND (n.data->>'to' = $2::text OR n.data->>'from' = $2::text))
"""
READDRESS = f"""
UPDATE message SET person_id = $4, stand_in_for_id = coalesce(stand_in_for_id, person_id),
       lane = CASE WHEN case_id IS NULL THEN lane ELSE concat_ws('/', case_id, $4::bigint, channel) END,
       variables = variables || jsonb_build_object('stand_in_for', $5::varchar), next_at = $6, held = '',
       escalate_at = NULL
 WHERE {OWN} RETURNING id
"""


@dataclass(frozen=True)
class StandIn:
    """Who is told, and the name of whose message it was."""

    person_id: int
    instead_of: str


async def next_one(
    connection: Connection, message: Claimed, heads: Sequence[str], at: datetime, real: datetime
) -> StandIn | None:
    """The deputy, then the holder of the first of the roles that reaches anybody; None when nobody is left.

    `at` is business time, `real` real time.
    """
    whose = message.stand_in_for_id or message.person_id
    row = await connection.fetchrow(UNREACHED, whose)
    if row is None:
        return None
    told = (message.case_id, message.case_version, message.kind)
    for person_id in await _candidates(connection, whose, row["path"], heads, at, real):
        if person_id not in (whose, message.person_id) and await connection.fetchval(
            FREE, message.id, person_id, *told, real - reach.LATELY
        ):
            return StandIn(person_id, row["name"])
    return None


async def after(
    connection: Connection, message: Claimed, heads: Sequence[str], at: datetime, real: datetime
) -> Sequence[StandIn]:
    """All who could be told instead, in the same order, that come after whom the message is to now."""
    whose = message.stand_in_for_id or message.person_id
    row = await connection.fetchrow(UNREACHED, whose)
    if row is None:
        return []
    candidates = await _candidates(connection, whose, row["path"], heads, at, real)
    found = [id_ for id_ in candidates if id_ != whose]
    begin = found.index(message.person_id) + 1 if message.person_id in found else 0
    return [StandIn(id_, row["name"]) for id_ in found[begin:]]


async def _candidates(
    connection: Connection,
    whose: int | None,
    path: str,
    heads: Sequence[str],
    at: datetime,
    real: datetime,
) -> list[int]:
    deputy = await connection.fetchval(DEPUTY, whose, at)
    found = [deputy] if deputy is not None else []
    held = await reach.holders(connection, heads, path, at, real)
    found += [person_id for role in heads for person_id in held.told[role]]
    return list(dict.fromkeys(found))


async def readdress(connection: Connection, message: Claimed, to: StandIn, now: datetime) -> bool:
    """The message goes to somebody else; False when somebody else has its lease."""
    own = (message.id, message.created_at, message.attempts)
    row = await connection.fetchval(READDRESS, *own, to.person_id, to.instead_of, now)
    return row is not None
