"""What somebody wants to hear no more, or not until then. Real times."""

from dataclasses import dataclass
from datetime import datetime

from storage.database import Connection


@dataclass(frozen=True)
class Muting:
    """A kind of message that a person stops; in one case where there is one. `way` is the channel or door."""

    person_id: int
    kind: str
    until: datetime | None
    way: str
    case_id: int | None = None


MUTE = """
INSERT INTO mute (person_id, kind, case_id, until, made_at, way)
SELECT $1::bigint, $2::varchar, $3::bigint, $4::timestamptz, $5, $6 WHERE NOT EXISTS (
  SELECT FROM mute WHERE person_id = $1 AND kind = $2 AND case_id IS NOT DISTINCT FROM $3 AND ended_at IS NULL
                     AND (until IS NULL OR until >= $4))
"""


async def mute(tx: Connection, muting: Muting, now: datetime) -> None:
    """From now on; nothing changes where it is stopped for as long already."""
    of = muting
    await tx.execute(MUTE, of.person_id, of.kind, of.case_id, of.until, now, of.way)
