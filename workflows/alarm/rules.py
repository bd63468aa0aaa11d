"""Effects and variables of the alarm table. Pure."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from storage.clock import SHANGHAI
from storage.facts import Facts
from workflows.alarm.forms import (
    LEVEL_LABELS,
    SIDE_LABELS,
    Excursion,
    Level,
    Recovery,
    Side,
    Silence,
    instant,
)
from workflows.alarm.metrics import metric_look, shown


def warned(_: Facts, form: Excursion) -> Mapping[str, Any]:
    """Outside the warning limits."""
    return {**_excursion(form), "level": Level.WARNING, "raised_at": form.at}


def alarmed(_: Facts, form: Excursion) -> Mapping[str, Any]:
    """Outside the alarm limits."""
    return {**_excursion(form), "level": Level.ALARM, "raised_at": form.at}


def worsened(_: Facts, form: Excursion) -> Mapping[str, Any]:
    """From warning to alarm: when it began stays."""
    return {**_excursion(form), "level": Level.ALARM}


def fell_silent(_: Facts, form: Silence) -> Mapping[str, Any]:
    """Nothing comes any more: a warning, since nobody knows how it is."""
    return {
        "metric": form.metric,
        "unit": form.unit,
        "level": Level.WARNING,
        "side": Side.NO_DATA,
        "value": form.value,
        "limit_value": None,
        "raised_at": form.at,
    }


def recovered(_: Facts, form: Recovery) -> Mapping[str, Any]:
    """When it ended; the value that was out of its band stays."""
    return {"cleared_at": form.at}


def _excursion(form: Excursion) -> dict[str, Any]:
    return {
        "metric": form.metric,
        "unit": form.unit,
        "side": form.side,
        "value": form.value,
        "limit_value": form.limit_value,
    }


def only_a_warning(facts: Facts) -> bool:
    """Warnings climb no higher than the head of equipment."""
    return facts.detail.get("level") != Level.ALARM


def title(form: Excursion | Silence) -> str:
    """What happened in symbols that every language reads, such as `T 31.2 °C > 28 °C`."""
    symbol = metric_look(form.metric).symbol
    if isinstance(form, Silence):
        return f"{symbol} –"
    sign = ">" if form.side is Side.HIGH else "<"
    return f"{symbol} {shown(form.value, form.unit)} {sign} {shown(form.limit_value, form.unit)}"


def time_in_alarm(detail: Mapping[str, Any]) -> timedelta | None:
    """From raised to cleared, by the sensor's own times; None while it lasts."""
    raised, cleared = instant(detail.get("raised_at")), instant(detail.get("cleared_at"))
    return cleared - raised if raised and cleared else None


def variables(facts: Facts) -> Mapping[str, Any]:
    """What the messages of an alarm may speak of. Keys ending in `_text` are source texts."""
    detail = facts.detail
    unit = str(detail.get("unit", ""))
    look = metric_look(str(detail.get("metric", "")), unit)
    raised, lasted = instant(detail.get("raised_at")), time_in_alarm(detail)
    last = facts.last()
    return {
        "number": facts.number,
        "device": facts.device.get("name", ""),
        "device_number": facts.device.get("number", ""),
        "place": facts.device.get("location", ""),
        "department": facts.organisation_name,
        "metric_text": look.label,
        "level_text": LEVEL_LABELS.get(str(detail.get("level")), ""),
        "side_text": SIDE_LABELS.get(str(detail.get("side")), ""),
        "value": shown(detail.get("value"), unit),
        "limit": shown(detail.get("limit_value"), unit),
        "since": raised.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S") if raised else "",
        "lasted": _span(lasted) if lasted is not None else "",
        "last": last.name if last else "",
    }


def _span(lasted: timedelta) -> str:
    """Hours, minutes and seconds."""
    minutes, seconds = divmod(round(lasted.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
