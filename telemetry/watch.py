"""Notices sensors that have fallen silent: by their own clock, and by ours, should theirs be slow.

A sensor that never spoke is expected where a device has limits of its own: they are entered for what is there, and
count from then on. What is shipped or entered for a type says nothing of what hangs in one room.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from storage import readings
from storage.bands import Band
from storage.clock import Clock
from storage.database import Connection, Database
from storage.readings import RuleRow, Sensor
from telemetry.alarms import AlarmDesk
from telemetry.intake import limits_of
from telemetry.rules import on_time
from workflows.alarm.bands import Bands
from workflows.alarm.forms import Side
from workflows.alarm.meanings import is_dangerous
from workflows.engine import Engine


class Watch:
    """Looks for silence while the listener hears: who is deaf cannot tell who is silent.

    `hears` is False while the broker is away, or messages still wait to be taken. /readyz tells of that.
    """

    def __init__(self, db: Database, engine: Engine, real: Clock, hears: Callable[[], bool]) -> None:
        self._db = db
        self._engine = engine
        self._real = real
        self._hears = hears

    async def round(self) -> int:
        """See to every sensor that has newly fallen silent; how many."""
        if not self._hears():
            return 0
        now = self._real.now()
        async with self._db.transaction() as tx:
            found = await readings.silent_before(tx, now)
            limits = await limits_of(tx, found)
            due = [(rule.device_id, rule.metric) for rule in found if _silent(rule, limits, now)]
            placed = await readings.never_spoke(tx, now)
            if not due and not placed:
                return 0
            return await self._tell(tx, await readings.lock_rules(tx, [*due, *placed]), placed, now)

    async def _tell(
        self, tx: Connection, locked: list[RuleRow], placed: Mapping[Sensor, datetime], now: datetime
    ) -> int:
        """Those that are silent still, now that nobody else can write them."""
        desk = AlarmDesk(self._engine.within(tx), now, locked)
        heard = await readings.heard_at(tx, locked)
        limits = await limits_of(tx, locked)
        told = 0
        for rule in sorted(locked, key=lambda rule: not is_dangerous(rule.metric, Side.NO_DATA)):
            band = limits.of(rule.device_id, rule.device_type, rule.metric)
            judged = on_time(rule.state, band, now, placed.get((rule.device_id, rule.metric)))
            if judged.events and not _heard_lately(heard.get(rule.id), band, now):
                await desk.follow((rule.device_id, rule.metric), band, judged)
                told += 1
        await readings.save_rules(tx, await desk.settle())
        return told


def _silent(rule: RuleRow, limits: Bands, now: datetime) -> bool:
    band = limits.of(rule.device_id, rule.device_type, rule.metric)
    return bool(on_time(rule.state, band, now).events)


def _heard_lately(at: datetime | None, band: Band | None, now: datetime) -> bool:
    """Did a value arrive within the time-out, whatever the sensor's clock says?"""
    if at is None or band is None or band.no_data_s is None:
        return False
    return now <= at + timedelta(seconds=band.no_data_s)
