"""Limits that all processes share: uses counted within short slots of real time, one round trip a count.

What is counted may be a token, a name or an address: only its hash is kept. A use is remembered for the rate's
seconds and up to one slot longer, so that no window of that length ever holds more than the rate allows.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from storage.clock import Clock
from storage.database import Database

LONGEST_S = 3600
SLOTS = 12
# The sums of earlier slots hardly change any more; the present slot's row is locked and read anew by the update,
# so that any number of uses at once gets no more than the rate allows. Sorted, so that no two wait for each other.
COUNT = """
WITH asked AS (SELECT unnest($1::text[]) AS key),
kept AS (SELECT key, slot, uses,
                sum(uses) OVER (PARTITION BY key ORDER BY slot DESC) AS up_to,
                sum(uses) OVER (PARTITION BY key) AS total
           FROM rate_window WHERE key = ANY($1) AND slot > $2),
refused AS (SELECT key, min(slot) FILTER (WHERE up_to - uses < $4) AS frees
              FROM kept WHERE total >= $4 GROUP BY key),
earlier AS (SELECT key, sum(uses) AS uses FROM kept WHERE slot < $3 GROUP BY key),
counted AS (
  INSERT INTO rate_window AS w (key, slot, uses)
  SELECT key, $3, 1 FROM asked WHERE NOT EXISTS (SELECT FROM refused) ORDER BY key
  ON CONFLICT (key, slot) DO UPDATE SET uses = w.uses + 1
   WHERE w.uses + coalesce((SELECT e.uses FROM earlier e WHERE e.key = excluded.key), 0) < $4
  RETURNING key)
SELECT (SELECT max(frees) FROM refused) AS frees,
       (SELECT count(*) FROM asked) = (SELECT count(*) FROM counted) AS allowed
"""


@dataclass(frozen=True)
class Rate:
    """At most `times` within `seconds`, which are at most `LONGEST_S`."""

    times: int
    seconds: int

    def __post_init__(self) -> None:
        if not (self.times >= 1 and 1 <= self.seconds <= LONGEST_S):
            raise ValueError(f"a rate needs at least one use within 1 to {LONGEST_S} seconds")

    @property
    def slot_s(self) -> float:
        """How long a slot is, in seconds."""
        return self.seconds / SLOTS


async def count(db: Database, clock: Clock, rate: Rate, *keys: str) -> int | None:
    """Count one use for each key. `clock` is real time, a key says what it counts ("sign-in 192.0.2.7").

    Returns None, or the seconds to wait when a key has none left; then nothing is counted. Raises `DatabaseAway`.
    """
    now = clock.now()
    slot = _slot(now, rate)
    forgotten = timedelta(seconds=rate.seconds + rate.slot_s)
    hashes = sorted({_hashed(rate, key) for key in keys})
    row = await db.fetchrow(COUNT, hashes, now - forgotten, slot, rate.times)
    if row is None or row["allowed"]:
        return None
    frees = row["frees"] or slot  # others took the last uses at this very moment
    return max(1, -int(-(frees + forgotten - now).total_seconds() // 1))


async def forget(db: Database, rate: Rate, *keys: str) -> None:
    """Take back all uses of the keys, as after a right password. Raises `DatabaseAway`."""
    await db.execute("DELETE FROM rate_window WHERE key = ANY($1)", [_hashed(rate, key) for key in keys])


async def look_after(db: Database, real_now: datetime) -> None:
    """Drop what no rate remembers any more. Safe to repeat."""
    await db.execute("DELETE FROM rate_window WHERE slot < $1", real_now - timedelta(seconds=2 * LONGEST_S))


def _slot(now: datetime, rate: Rate) -> datetime:
    """The begin of the slot: the same in every process."""
    begun = now.timestamp() // rate.slot_s * rate.slot_s
    return datetime.fromtimestamp(begun, UTC)


def _hashed(rate: Rate, key: str) -> str:
    """Rates of different lengths do not share their slots."""
    return hashlib.sha256(f"{rate.times}/{rate.seconds} {key}".encode("utf-8", "surrogatepass")).hexdigest()
