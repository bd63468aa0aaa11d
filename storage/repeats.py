"""Whether a reminder would only say what a newer one says, or what was said a short while ago. Real times."""

from dataclasses import dataclass
from datetime import datetime

from storage import spans
from storage.database import Connection
from storage.outbox import Claimed


@dataclass(frozen=True)
class Repeats:
    """What stands beside a reminder: a `newer` one that waits or was told, an older one `told` since then."""

    newer: bool
    told: bool


RANK = "array_position(ARRAY['info', 'notice', 'urgent', 'critical'], coalesce({row}.severity, 'info')::text)"
# Every message judges only itself, under its own lock, so two processes never withdraw each other's.
FIND = f"""
SELECT coalesce(bool_or(other.id > m.id AND {RANK.format(row="other")} >= {RANK.format(row="m")}), false) AS newer,
       coalesce(bool_or(other.id < m.id AND other.state <> 'queued'
                        AND coalesce(other.finished_at, other.created_at) > $3
                        AND {RANK.format(row="other")} >= {RANK.format(row="m")}), false) AS told
  FROM message m JOIN message other ON other.case_id = m.case_id AND other.kind = m.kind AND other.id <> m.id
   AND other.person_id IS NOT DISTINCT FROM m.person_id AND other.participant_id IS NOT DISTINCT FROM m.participant_id
   AND other.account_id IS NOT DISTINCT FROM m.account_id AND other.address = m.address
   AND other.channel IS NOT DISTINCT FROM m.channel AND other.stand_in_for_id IS NOT DISTINCT FROM m.stand_in_for_id
   AND other.state IN ('queued', 'sent', 'bundled') AND other.created_at >= $4
 WHERE m.id = $1 AND m.created_at = $2 AND NOT EXISTS (
   SELECT FROM delivery d WHERE d.message_id = m.id AND d.created_at >= $5)
"""


async def beside(tx: Connection, message: Claimed, since: datetime) -> Repeats:
    """What the same recipient was told, or is to be told, of the same; nothing once a way was tried."""
    made_since = spans.around(min(since, message.created_at))
    of = (message.id, message.created_at, since, made_since, spans.after(message.created_at))
    row = await tx.fetchrow(FIND, *of)
    return Repeats(**dict(row)) if row else Repeats(newer=False, told=False)
