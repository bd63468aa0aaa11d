"""A batch of messages in ONE transaction: readings, states of the rules, cases, and what could not be read.

So a message is either taken whole or not at all, and may be acknowledged once this returns. A message that
comes again finds its readings stored and its rules further on: nothing is counted twice.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from storage import bands, quarantine, readings
from storage.clock import Clock
from storage.database import Connection, Database
from storage.failpoints import FailPoints
from storage.quarantine import Fault, Rejected
from storage.readings import NewReading, RuleRow, Source
from telemetry import topics
from telemetry.alarms import AlarmDesk
from telemetry.decode import Decoded, Reading, decode
from telemetry.rules import Taken, on_value
from workflows.alarm.bands import Bands
from workflows.alarm.metrics import METRICS, is_possible, metric_look
from workflows.engine import Engine

WORDS = {
    Fault.FOREIGN_TOPIC: "not a topic of ours",
    Fault.UNKNOWN_GATEWAY: "unknown gateway",
    Fault.UNKNOWN_DEVICE: "no device of this gateway's organisation",
    Fault.RETIRED: "the device is retired",
    Fault.UNKNOWN_METRIC: "unknown metric, and no band names it",
    Fault.NOT_TAKEN: "could not be taken; the log says why",
}

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
                await quarantine.set_aside(tx, rejected, now)
            self._fail.hit("telemetry.before_commit")
        self._fail.hit("telemetry.after_commit")
        if rejected:
            log.warning("telemetry_rejected", messages=len(rejected), first=rejected[0].reason)
        return Tally(stored, len(rejected))

    async def set_aside(self, messages: Sequence[Arrived], fault: Fault, more: int = 0) -> None:
        """Put messages into quarantine that cannot be taken, and count `more` of them; raises `DatabaseAway`."""
        now = self._real.now()
        async with self._db.transaction() as tx:
            rejected = [Rejected(m.topic, m.payload, fault, WORDS[fault]) for m in messages]
            await quarantine.set_aside(tx, rejected, now)
            await quarantine.count(tx, fault, more, now)

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
            fault, words = _stranger(source), ""
            if fault is None and source is not None and source.device_id is not None:
                taken, fault, words = _sifted(decode(message.payload, now), metrics)
                said += [_Said(source, source.device_id, reading) for reading in taken]
            if fault is not None:
                rejected.append(Rejected(message.topic, message.payload, fault, words or WORDS[fault]))
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


def _stranger(source: Source | None) -> Fault | None:
    """Why nothing is believed that comes from there."""
    if source is None:
        return Fault.FOREIGN_TOPIC
    if source.gateway is None:
        return Fault.UNKNOWN_GATEWAY
    if source.device_id is None:
        return Fault.UNKNOWN_DEVICE
    return Fault.RETIRED if source.retired else None


def _sifted(decoded: Decoded, metrics: Collection[str]) -> tuple[list[Reading], Fault | None, str]:
    """The readings that can be judged, and the first thing that is wrong with the others, in words."""
    known = [r for r in decoded.readings if r.metric in metrics]
    taken = [r for r in known if is_possible(r.metric, r.value)]
    if decoded.fault:
        return taken, Fault.UNREADABLE, decoded.fault
    if len(known) < len(decoded.readings):
        return taken, Fault.UNKNOWN_METRIC, ""
    if len(taken) < len(known):
        return taken, Fault.IMPOSSIBLE, _beyond(next(r.metric for r in known if r not in taken))
    return taken, None, ""


def _beyond(metric: str) -> str:
    look = metric_look(metric)
    return f"{metric}: beyond what can be measured, {look.possible[0]:g} to {look.possible[1]:g} {look.unit}".strip()


async def limits_of(tx: Connection, rules: Sequence[RuleRow]) -> Bands:
    """The bands that count for these rules."""
    return Bands(await bands.entered(tx, {r.device_id for r in rules}, {r.device_type for r in rules}))
