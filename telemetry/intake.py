"""A batch of messages in ONE transaction: readings, states of the rules, cases, and what could not be read.

So a message is either taken whole or not at all, and may be acknowledged once this returns. A message that
comes again finds its readings stored and its rules further on: nothing is counted twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from storage import bands, readings
from storage.clock import Clock
from storage.database import Connection, Database
from storage.failpoints import FailPoints
from storage.readings import NewReading, Rejected, RuleRow, Source
from telemetry import topics
from telemetry.alarms import AlarmDesk
from telemetry.decode import Reading, decode
from telemetry.rules import Taken, on_value
from workflows.alarm.bands import Bands
from workflows.alarm.metrics import METRICS
from workflows.engine import Engine

UNKNOWN_TOPIC = "not a topic of ours"
UNKNOWN_GATEWAY = "unknown gateway"
UNKNOWN_DEVICE = "no device of this gateway's organisation"
RETIRED = "the device is retired"
UNKNOWN_METRIC = "unknown metric, and no band names it"

log = structlog.get_logger()


@dataclass(frozen=True)
class Arrived:
    """A message as it came."""

    topic: str
    payload: bytes


@dataclass(frozen=True)
class Tally:
    """What became of a batch."""

    stored: int
    rejected: int


@dataclass(frozen=True)
class _Said:
    """A reading with who said it."""

    source: Source
    device_id: int
    reading: Reading


class Intake:
    """Takes batches. Several may run at once, also in other processes: rules are locked in one order."""

    def __init__(self, db: Database, engine: Engine, real: Clock, fail: FailPoints) -> None:
        self._db = db
        self._engine = engine
        self._real = real
        self._fail = fail

    async def take(self, messages: Sequence[Arrived]) -> Tally:
        """Commit a batch; raises `DatabaseAway`, and then nothing was taken."""
        now = self._real.now()
        async with self._db.transaction() as tx:
            said, rejected = await self._read(tx, messages, now)
            stored = await self._judge(tx, said, now) if said else 0
            if rejected:
                await readings.set_aside(tx, rejected, now)
            self._fail.hit("telemetry.before_commit")
        self._fail.hit("telemetry.after_commit")
        if rejected:
            log.warning("telemetry_rejected", messages=len(rejected), first=rejected[0].reason)
        return Tally(stored, len(rejected))

    async def set_aside(self, message: Arrived, reason: str) -> None:
        """Put a message into quarantine that cannot be taken; raises `DatabaseAway`."""
        async with self._db.transaction() as tx:
            rejected = [Rejected(message.topic, message.payload, reason)]
            await readings.set_aside(tx, rejected, self._real.now())

    async def _read(
        self, tx: Connection, messages: Sequence[Arrived], now: datetime
    ) -> tuple[list[_Said], list[Rejected]]:
        """The readings of those that may speak, in the order in which they came."""
        addresses = [topics.parse(m.topic) for m in messages]
        known = await readings.sources(tx, [a for a in addresses if a is not None])
        metrics = METRICS.keys() | await bands.metrics(tx)
        said: list[_Said] = []
        rejected: list[Rejected] = []
        for message, address in zip(messages, addresses, strict=True):
            source = known[address] if address is not None else None
            fault = _stranger(source)
            if not fault and source is not None and source.device_id is not None:
                decoded = decode(message.payload, now)
                named = [r for r in decoded.readings if r.metric in metrics]
                said += [_Said(source, source.device_id, r) for r in named]
                fault = decoded.fault or (UNKNOWN_METRIC if len(named) < len(decoded.readings) else "")
            if fault:
                rejected.append(Rejected(message.topic, message.payload, fault))
        return said, rejected

    async def _judge(self, tx: Connection, said: Sequence[_Said], now: datetime) -> int:
        """Store the readings and move the rules on; how many readings were new."""
        rules = await readings.lock_rules(tx, [(s.device_id, s.reading.metric) for s in said])
        limits = await limits_of(tx, rules)
        desk = AlarmDesk(self._engine.within(tx), now, rules)
        rows: list[NewReading] = []
        for one in said:
            sensor, reading = (one.device_id, one.reading.metric), one.reading
            rule = desk.rule(sensor)
            band = limits.of(rule.device_id, rule.device_type, rule.metric)
            judged = on_value(rule.state, band, reading.at, reading.value)
            await desk.follow(sensor, band, judged)
            rows.append(NewReading(*sensor, reading.at, reading.value, judged.taken is Taken.LATE))
        await readings.save_rules(tx, await desk.settle())
        return await readings.store(tx, rows, now)


def _stranger(source: Source | None) -> str:
    """Why nothing is believed that comes from there."""
    if source is None:
        return UNKNOWN_TOPIC
    if source.gateway is None:
        return UNKNOWN_GATEWAY
    if source.device_id is None:
        return UNKNOWN_DEVICE
    return RETIRED if source.retired else ""


async def limits_of(tx: Connection, rules: Sequence[RuleRow]) -> Bands:
    """The bands that count for these rules."""
    return Bands(await bands.entered(tx, {r.device_id for r in rules}, {r.device_type for r in rules}))
