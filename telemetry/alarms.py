"""What a rule noticed becomes a case, or a step of one, in the transaction of the readings."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from storage.bands import Band
from storage.readings import RuleRow
from telemetry.rules import Event, What
from workflows.actor import SYSTEM_ACTOR
from workflows.alarm.forms import Side
from workflows.alarm.machine import ALARM, A
from workflows.engine import Engine, Place
from workflows.errors import NotOpen

ANY_VERSION = 2**31 - 1  # a sensor does not look at the case before it speaks


class AlarmDesk:
    """Follows rules within one transaction. `engine` runs in it; `now` is real time."""

    def __init__(self, engine: Engine, now: datetime) -> None:
        self._engine = engine
        self._now = now

    async def follow(self, rule: RuleRow, band: Band, events: tuple[Event, ...]) -> RuleRow:
        """Open, worsen and clear cases; the rule with the cases that are open now."""
        silent_before = rule.no_data_alarm_id
        for event in events:
            match event.what:
                case What.WARN | What.ALARM:
                    rule = replace(rule, alarm_id=await self._open(rule, event, _excursion(band, event)))
                case What.WORSEN:
                    rule = replace(rule, alarm_id=await self._worsen(rule, band, event))
                case What.CLEAR:
                    await self._clear(rule, rule.alarm_id, event, event.at)
                    rule = replace(rule, alarm_id=None)
                case What.FALL_SILENT:
                    opened = await self._open(rule, event, _silence(band, event))
                    rule = replace(rule, no_data_alarm_id=opened)
                case What.SPEAK_AGAIN:
                    # What a gateway kept during a cut has old times: the silence lasted until it arrived here.
                    at = event.at if silent_before is None else self._now
                    await self._clear(rule, rule.no_data_alarm_id, event, at)
                    rule = replace(rule, no_data_alarm_id=None)
        return rule

    async def _open(self, rule: RuleRow, event: Event, data: dict[str, Any]) -> int:
        action = A.ALARM if event.what is What.WORSEN else A(event.what)
        outcome = await self._engine.open(
            ALARM.name,
            action,
            SYSTEM_ACTOR,
            {"metric": rule.metric, **data},
            place=Place(rule.organisation_id, rule.device_id),
            idempotency_key=_key(rule, event),
        )
        return outcome.case_id

    async def _worsen(self, rule: RuleRow, band: Band, event: Event) -> int:
        """On the same case, or on a new one when somebody has ended it by hand."""
        data = _excursion(band, event)
        if rule.alarm_id is not None and await self._act(
            rule, rule.alarm_id, A.WORSEN, event, {"metric": rule.metric, **data}
        ):
            return rule.alarm_id
        return await self._open(rule, event, data)

    async def _clear(self, rule: RuleRow, case_id: int | None, event: Event, at: datetime) -> None:
        if case_id is not None:
            await self._act(rule, case_id, A.CLEAR, event, {"value": event.value, "at": at})

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


def _excursion(band: Band, event: Event) -> dict[str, Any]:
    side = Side.HIGH if event.high else Side.LOW
    return {
        "unit": band.unit,
        "side": side,
        "value": event.value,
        "limit_value": event.limit,
        "at": event.at,
    }


def _silence(band: Band, event: Event) -> dict[str, Any]:
    return {"unit": band.unit, "value": event.value, "at": event.at}


def _key(rule: RuleRow, event: Event) -> str:
    """One step for each thing that a rule noticed at one instant."""
    return f"sensor {rule.id} {event.what} {event.at.isoformat()}"
