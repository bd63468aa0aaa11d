"""What rules notice becomes a case, or a step of one, in the transaction of the readings.

A device has one case "no data" at a time, however many of its sensors are silent: it begins with the first
and is over when the last one speaks again.

Helium and oxygen too low at once are one case as well, a suspected quench: the first opens it and is told of at once,
the second joins it whenever it comes, and the case is over when both are back.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from storage.bands import Band
from storage.readings import RuleRow, Sensor
from telemetry.rules import LOW, NORMAL, Event, Judged, What
from workflows.actor import SYSTEM_ACTOR
from workflows.alarm.forms import Side
from workflows.alarm.machine import ALARM, A
from workflows.alarm.meanings import QUENCHING, is_dangerous
from workflows.engine import Engine, Place
from workflows.errors import NotOpen

ANY_VERSION = 2**31 - 1  # a sensor does not look at the case before it speaks


@dataclass(frozen=True)
class _Ending:
    """A silence that is over, unless another sensor of the device is still silent."""

    rule: RuleRow
    case_id: int
    event: Event
    at: datetime


class AlarmDesk:
    """Moves locked rules on within one transaction. `engine` runs in it; `now` is real time.

    `rules` must hold every rule of each of their devices.
    """

    def __init__(self, engine: Engine, now: datetime, rules: Iterable[RuleRow]) -> None:
        self._engine = engine
        self._now = now
        self._read = {(rule.device_id, rule.metric): rule for rule in rules}
        self._rules = dict(self._read)
        self._endings: dict[int, _Ending] = {}

    def rule(self, sensor: Sensor) -> RuleRow:
        """The rule as it stands."""
        return self._rules[sensor]

    async def follow(self, sensor: Sensor, band: Band | None, judged: Judged) -> None:
        """Take over what became of a rule: open, worsen and clear cases."""
        rule, unit = replace(self._rules[sensor], state=judged.state), band.unit if band else ""
        for event in judged.events:
            rule = await self._follow(rule, unit, event)
        self._rules[sensor] = rule

    async def settle(self) -> list[RuleRow]:
        """End the silences that are over; the rules that have changed."""
        for device_id, ending in self._endings.items():
            await self._end_silence(ending, self._silent(device_id, ending.case_id))
        return [rule for sensor, rule in self._rules.items() if rule != self._read[sensor]]

    async def _end_silence(self, ending: _Ending, silent: Sequence[RuleRow]) -> None:
        """Over when nobody is `silent` any more; what was a danger until now is said not to be one."""
        rule, data = ending.rule, {"at": ending.at}
        if not silent:
            over = {**data, "value": ending.event.value}
            await self._act(rule, ending.case_id, A.CLEAR, ending.event, over)
        elif is_dangerous(rule.metric, Side.NO_DATA):
            named = {**data, "metric": rule.metric, "silent": silent[0].metric}
            await self._act(rule, ending.case_id, A.SPEAK, ending.event, named)

    async def _follow(self, rule: RuleRow, unit: str, event: Event) -> RuleRow:
        match event.what:
            case What.WARN | What.ALARM:
                return replace(rule, alarm_id=await self._raise(rule, unit, event))
            case What.WORSEN:
                return replace(rule, alarm_id=await self._worsen(rule, unit, event))
            case What.CLEAR:
                await self._clear(rule, event)
                return replace(rule, alarm_id=None)
            case What.FALL_SILENT:
                return replace(rule, no_data_alarm_id=await self._miss(rule, unit, event))
            case What.SPEAK_AGAIN:
                return self._hear(rule, event)

    async def _raise(self, rule: RuleRow, unit: str, event: Event) -> int:
        """A case of its own, or that of the other sign of a quench."""
        data, other = _excursion(rule, unit, event), self._other_sign(rule)
        case_id = other.alarm_id if other is not None and not event.high else None
        if case_id is not None and await self._act(rule, case_id, A.SUSPECT_QUENCH, event, data):
            return case_id
        return await self._open(rule, event, data)

    async def _clear(self, rule: RuleRow, event: Event) -> None:
        if rule.alarm_id is None:
            return
        other = self._other_sign(rule)
        if other is not None and other.alarm_id == rule.alarm_id:
            data = {"metric": rule.metric, "value": event.value, "at": event.at}
            await self._act(rule, rule.alarm_id, A.EASE, event, data)
            return
        data = {"value": event.value, "at": event.at}
        if event.limit is not None:
            data |= {"side": Side.HIGH if event.high else Side.LOW, "limit_value": event.limit}
        await self._act(rule, rule.alarm_id, A.CLEAR, event, data)

    def _other_sign(self, rule: RuleRow) -> RuleRow | None:
        """Of the same device, where both too low at once may be a quench: the other one, while it is too low."""
        if rule.metric not in QUENCHING:
            return None
        [metric] = QUENCHING - {rule.metric}
        other = self._rules.get((rule.device_id, metric))
        return (
            other if other is not None and other.state.level != NORMAL and other.state.side == LOW else None
        )

    async def _worsen(self, rule: RuleRow, unit: str, event: Event) -> int:
        """On the same case, or on a new one when somebody has ended it by hand."""
        data, case_id, other = _excursion(rule, unit, event), rule.alarm_id, self._other_sign(rule)
        action = A.DEEPEN if other is not None and other.alarm_id == case_id else A.WORSEN
        if case_id is not None and await self._act(rule, case_id, action, event, data):
            return case_id
        return await self._open(rule, event, data)

    async def _miss(self, rule: RuleRow, unit: str, event: Event) -> int:
        """On the case of another silent sensor of the device, else on a new one."""
        data = {"metric": rule.metric, "unit": unit, "value": event.value, "at": event.at}
        ending = self._endings.get(rule.device_id)
        for case_id in self._silent_cases(rule.device_id) | ({ending.case_id} if ending else set()):
            if await self._act(rule, case_id, A.MISS_MORE, event, data):
                return case_id
        return await self._open(rule, event, data)

    def _hear(self, rule: RuleRow, event: Event) -> RuleRow:
        if rule.no_data_alarm_id is not None:
            # What a gateway kept during a cut has old times: the silence lasted until it arrived here.
            known = self._read[rule.device_id, rule.metric].no_data_alarm_id is not None
            at = self._now if known else event.at
            self._endings[rule.device_id] = _Ending(rule, rule.no_data_alarm_id, event, at)
        return replace(rule, no_data_alarm_id=None)

    def _silent_cases(self, device_id: int) -> set[int]:
        """The cases "no data" that rules of the device still stand on."""
        rules = (rule for rule in self._rules.values() if rule.device_id == device_id)
        return {rule.no_data_alarm_id for rule in rules if rule.no_data_alarm_id is not None}

    def _silent(self, device_id: int, case_id: int) -> list[RuleRow]:
        """The rules of the device that still stand on that case "no data"."""
        rules = self._rules.values()
        return [r for r in rules if r.device_id == device_id and r.no_data_alarm_id == case_id]

    async def _open(self, rule: RuleRow, event: Event, data: dict[str, Any]) -> int:
        outcome = await self._engine.open(
            ALARM.name,
            A.ALARM if event.what is What.WORSEN else A(event.what),
            SYSTEM_ACTOR,
            data,
            place=Place(rule.organisation_id, rule.device_id),
            idempotency_key=_key(rule, event),
        )
        return outcome.case_id

    async def _act(self, rule: RuleRow, case_id: int, action: A, event: Event, data: dict[str, Any]) -> bool:
        """False when somebody has ended the case by hand."""
        try:
            await self._engine.act(
                case_id,
                action,
                SYSTEM_ACTOR,
                data,
                seen_version=ANY_VERSION,
                idempotency_key=_key(rule, event),
            )
        except NotOpen:
            return False
        return True


def _excursion(rule: RuleRow, unit: str, event: Event) -> dict[str, Any]:
    return {
        "metric": rule.metric,
        "unit": unit,
        "side": Side.HIGH if event.high else Side.LOW,
        "value": event.value,
        "limit_value": event.limit,
        "at": event.at,
    }


def _key(rule: RuleRow, event: Event) -> str:
    """One step for each thing that a rule noticed at one instant."""
    return f"sensor {rule.id} {event.what} {event.at.isoformat()}"
