"""Limits that all processes share: uses counted within short slots of real time, one round trip a count.

What is counted may be a token, a name or an address: only its hash is kept. A use is remembered for the rate's
seconds and up to one slot longer, so that no window of that length ever holds more than the rate allows.
"""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from storage.clock import Clock
from storage.database import Database, Record

LONGEST_S = 3600
SLOTS = 12
REFUSALS_KEPT = 20_000
# The sums of earlier slots hardly change any more; the present slot's row is locked and read anew by the update,
# so that any number of uses at once gets no more than the rate allows. Sorted, so that no two wait for each other.
# The answer has a row for each key that is used up: none means that each was counted, any that none was, but for
# those of a burst that found room a moment before another key's last use was taken.
COUNT = """
WITH asked AS (SELECT * FROM unnest($1::text[], $2::int[], $3::timestamptz[], $4::interval[])
                         AS a(key, times, present, remembered)),
kept AS (SELECT a.*, w.slot, w.uses, sum(w.uses) OVER (PARTITION BY a.key ORDER BY w.slot DESC) AS up_to,
                sum(w.uses) OVER (PARTITION BY a.key) AS total
           FROM asked a JOIN rate_window w ON w.key = a.key AND w.slot > $5::timestamptz - a.remembered),
refused AS (SELECT key, min(slot + remembered) FILTER (WHERE up_to - uses < times) AS frees
              FROM kept WHERE total >= times GROUP BY key),
earlier AS (SELECT key, sum(uses) AS uses FROM kept WHERE slot < present GROUP BY key),
counted AS (
  INSERT INTO rate_window AS w (key, slot, uses)
  SELECT key, present, 1 FROM asked WHERE NOT EXISTS (SELECT FROM refused) ORDER BY key
  ON CONFLICT (key, slot) DO UPDATE SET uses = w.uses + 1
   WHERE w.uses + coalesce((SELECT e.uses FROM earlier e WHERE e.key = excluded.key), 0)
         < (SELECT a.times FROM asked a WHERE a.key = excluded.key)
  RETURNING key)
SELECT key, frees FROM refused
UNION ALL
SELECT key, present + remembered FROM asked
 WHERE NOT EXISTS (SELECT FROM refused) AND key NOT IN (SELECT key FROM counted)
"""

GIVE_BACK = """
UPDATE rate_window SET uses = uses - 1 WHERE key = $1 AND slot = (
  SELECT max(slot) FROM rate_window WHERE key = $1 AND uses > 0 AND slot > $2)
"""
FREES = """
SELECT min(slot) FILTER (WHERE total >= $3 AND up_to - uses < $3) AS slot FROM (
  SELECT slot, uses, sum(uses) OVER (ORDER BY slot DESC) AS up_to, sum(uses) OVER () AS total
    FROM rate_window WHERE key = $1 AND slot > $2) kept
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


@dataclass(frozen=True)
class Use:
    """One use of what `key` names ("sign-in 192.0.2.7"), which falls under `rate`."""

    rate: Rate
    key: str

    def hashed(self) -> str:
        """What is kept of the key; rates of different lengths do not share their slots."""
        text = f"{self.rate.times}/{self.rate.seconds} {self.key}"
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


async def count(db: Database, clock: Clock, rate: Rate, *keys: str) -> int | None:
    """Count one use for each key; `clock` is real time.

    Returns None, or the seconds to wait when a key has none left; then nothing is counted. Raises `DatabaseAway`.
    """
    now = clock.now()
    return _wait(now, [row["frees"] for row in await _count(db, now, [Use(rate, key) for key in keys])])


async def forget(db: Database, rate: Rate, *keys: str) -> None:
    """Take back all uses of the keys, as after a right password. Raises `DatabaseAway`."""
    hashes = [Use(rate, key).hashed() for key in keys]
    await db.execute("DELETE FROM rate_window WHERE key = ANY($1)", hashes)


async def give_back(db: Database, clock: Clock, rate: Rate, key: str) -> None:
    """Take back the use of the key that was counted last. Raises `DatabaseAway`."""
    await db.execute(GIVE_BACK, Use(rate, key).hashed(), clock.now() - timedelta(seconds=rate.seconds))


async def wait(db: Database, clock: Clock, rate: Rate, key: str) -> int | None:
    """The seconds until the key can be used again, or None; nothing is counted. Raises `DatabaseAway`."""
    now, remembered = clock.now(), timedelta(seconds=rate.seconds + rate.slot_s)
    row = await db.fetchrow(FREES, Use(rate, key).hashed(), now - remembered, rate.times)
    frees = [row["slot"] + remembered] if row and row["slot"] else []
    return _wait(now, frees)


async def look_after(db: Database, real_now: datetime) -> None:
    """Drop what no rate remembers any more. Safe to repeat."""
    await db.execute("DELETE FROM rate_window WHERE slot < $1", real_now - timedelta(seconds=2 * LONGEST_S))


class Limits:
    """Counts for a front door. Who was refused is remembered here, so that a flood costs the database nothing.

    `clock` is real time.
    """

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._refused: OrderedDict[str, datetime] = OrderedDict()

    async def wait(self, *uses: Use) -> int | None:
        """Count the uses in one round trip: None, or the seconds to wait when one is too many for its rate.

        Then none is counted. Raises `DatabaseAway`.
        """
        now = self._clock.now()
        known = [frees for use in uses if (frees := self._refused.get(use.hashed(), now)) > now]
        if known:
            return _wait(now, known)
        rows = await _count(self._db, now, uses)
        for row in rows:
            self._refused[row["key"]] = row["frees"]
            self._refused.move_to_end(row["key"])
        while len(self._refused) > REFUSALS_KEPT:
            self._refused.popitem(last=False)
        return _wait(now, [row["frees"] for row in rows])


async def _count(db: Database, now: datetime, uses: list[Use] | tuple[Use, ...]) -> list[Record]:
    asked = {use.hashed(): use.rate for use in uses}
    return await db.fetch(
        COUNT,
        list(asked),
        [rate.times for rate in asked.values()],
        [_slot(now, rate) for rate in asked.values()],
        [timedelta(seconds=rate.seconds + rate.slot_s) for rate in asked.values()],
        now,
    )


def _wait(now: datetime, frees: list[datetime]) -> int | None:
    """Whole seconds until the last of these instants, at least one; None when there is none."""
    return max(1, -int((now - max(frees)).total_seconds() // 1)) if frees else None


def _slot(now: datetime, rate: Rate) -> datetime:
    """The begin of the slot: the same in every process."""
    begun = now.timestamp() // rate.slot_s * rate.slot_s
    return datetime.fromtimestamp(begun, UTC)
