"""Effects and variables of the alarm table. Pure."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from storage.clock import SHANGHAI
from storage.facts import Facts
from storage.texts import N_, Gettext
from workflows.alarm.forms import (
    LEVEL_LABELS,
    SIDE_LABELS,
    Easing,
    Excursion,
    Level,
    Recovery,
    Side,
    Silence,
    Speaking,
    instant,
)
from workflows.alarm.meanings import Meaning, is_dangerous, meaning
from workflows.alarm.metrics import METRICS, metric_look, shown, shown_limit

AFTER_DANGER = N_("Measure the oxygen before anybody goes in.")


def warned(_: Facts, form: Excursion) -> Mapping[str, Any]:
    """Outside the warning limits."""
    return {**_excursion(form), "level": Level.WARNING, "raised_at": form.at}


def alarmed(_: Facts, form: Excursion) -> Mapping[str, Any]:
    """Outside the alarm limits."""
    return {**_excursion(form), "level": Level.ALARM, "raised_at": form.at}


def worsened(facts: Facts, form: Excursion) -> Mapping[str, Any]:
    """From warning to alarm: when it began stays."""
    also = form.metric == facts.detail.get("with_metric")
    return {**(_with(form) if also else _excursion(form)), "level": Level.ALARM}


def quenched(_: Facts, form: Excursion) -> Mapping[str, Any]:
    """The other of helium and oxygen is too low as well: an alarm, whatever each alone would be."""
    return {**_with(form), "level": Level.ALARM, "suspected_quench": True}


def eased(facts: Facts, form: Easing) -> Mapping[str, Any]:
    """What is still outside stands on the case; that it may be a quench is as true as before."""
    return {**(_other(facts) if form.metric == facts.detail.get("metric") else {}), **dict.fromkeys(WITH)}


def fell_silent(_: Facts, form: Silence) -> Mapping[str, Any]:
    """Nothing comes any more: a warning, since nobody knows how it is."""
    return {
        **_silence(form),
        "level": Level.WARNING,
        "side": Side.NO_DATA,
        "limit_value": None,
        "raised_at": form.at,
    }


def missed_graver(_: Facts, form: Silence) -> Mapping[str, Any]:
    """The case speaks of the one whose silence is a danger."""
    return _silence(form)


def speaks(facts: Facts, form: Speaking) -> Mapping[str, Any]:
    """The case speaks of one that is still silent."""
    if form.metric != facts.detail.get("metric"):
        return {}
    return {"metric": form.silent, "unit": metric_look(form.silent).unit, "value": None}


def recovered(_: Facts, form: Recovery) -> Mapping[str, Any]:
    """When it ended, at which value and side; the value that was out of its band stays."""
    return {"cleared_at": form.at, "cleared_value": form.value, "turned_to": form.side}


def is_danger(_: Facts, form: Excursion) -> bool:
    """Is it a danger to whoever goes in?"""
    return is_dangerous(form.metric, form.side)


def is_quench(facts: Facts, _: Excursion) -> bool:
    """Is a quench suspected already?"""
    return bool(facts.detail.get("suspected_quench"))


def is_graver(facts: Facts, form: Silence) -> bool:
    """Is the silence of this one a danger, and not that of the one that the case speaks of?"""
    known = is_dangerous(str(facts.detail.get("metric", "")), Side.NO_DATA)
    return not known and is_dangerous(form.metric, Side.NO_DATA)


def has_turned(_: Facts, form: Recovery) -> bool:
    """Did it end on the other side of the band?"""
    return form.side is not None


WITH = ("with_metric", "with_unit", "with_value", "with_limit_value")


def _excursion(form: Excursion) -> dict[str, Any]:
    return {
        "metric": form.metric,
        "unit": form.unit,
        "side": form.side,
        "value": form.value,
        "limit_value": form.limit_value,
    }


def _with(form: Excursion) -> dict[str, Any]:
    return dict(zip(WITH, (form.metric, form.unit, form.value, form.limit_value), strict=True))


def _other(facts: Facts) -> dict[str, Any]:
    return {name.removeprefix("with_"): facts.detail.get(name) for name in WITH}


def _silence(form: Silence) -> dict[str, Any]:
    return {"metric": form.metric, "unit": form.unit, "value": form.value}


def only_a_warning(facts: Facts) -> bool:
    """Warnings climb no higher than the head of equipment."""
    return facts.detail.get("level") != Level.ALARM


def title(form: Excursion | Silence) -> str:
    """What happened in symbols that every language reads, such as `T 31.2 °C > 28 °C`."""
    symbol = metric_look(form.metric).symbol
    if isinstance(form, Silence):
        return f"{symbol} –"
    return f"{symbol} {_beyond(form.value, form.limit_value, form.unit)}"


def title_words(title: str, gettext: Gettext) -> str:
    """The same with the name of what was measured: `Room temperature 31.2 °C > 28 °C`."""
    symbol, _, value = title.partition(" ")
    label = next((look.label for look in METRICS.values() if look.symbol == symbol), "")
    return f"{gettext(label)} {value}" if label else title


def time_in_alarm(detail: Mapping[str, Any]) -> timedelta | None:
    """From raised to cleared, by the sensor's own times; None while it lasts."""
    raised, cleared = instant(detail.get("raised_at")), instant(detail.get("cleared_at"))
    return cleared - raised if raised and cleared else None


def variables(facts: Facts) -> Mapping[str, Any]:
    """What the messages of an alarm may speak of. Keys ending in `_text` are source texts."""
    detail, device = facts.detail, facts.device
    unit, limit = str(detail.get("unit", "")), detail.get("limit_value")
    raised, lasted = instant(detail.get("raised_at")), time_in_alarm(detail)
    last = facts.last()
    return {
        "number": facts.number,
        "device": device.get("name", ""),
        "device_number": device.get("number", ""),
        "place": device.get("location", ""),
        "department": facts.organisation_name,
        "service_vendor": device.get("service_vendor", ""),
        "service_phone": device.get("service_phone", ""),
        **_meaning(detail),
        **_also(detail),
        "metric_text": metric_look(str(detail.get("metric", "")), unit).label,
        "level_text": LEVEL_LABELS.get(str(detail.get("level")), ""),
        "side_text": SIDE_LABELS.get(str(detail.get("side")), ""),
        "turned_text": SIDE_LABELS.get(str(detail.get("turned_to")), ""),
        "value": shown(detail.get("value"), unit, limit),
        "limit": shown_limit(limit, unit) if limit is not None else "",
        "cleared_value": shown(detail.get("cleared_value"), unit, limit),
        "since": raised.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S") if raised else "",
        "lasted": _span(lasted) if lasted is not None else "",
        "last": last.name if last else "",
    }


def meaning_of(detail: Mapping[str, Any]) -> Meaning:
    """What an alarm means as it stands now."""
    quench = bool(detail.get("suspected_quench"))
    return meaning(str(detail.get("metric", "")), str(detail.get("side", "")), quench=quench)


def _meaning(detail: Mapping[str, Any]) -> dict[str, str]:
    found = meaning_of(detail)
    return {
        "what_text": found.what,
        "brief_text": found.brief,
        "means_text": found.means,
        "first_text": found.first,
        "call_text": found.call,
        "after_text": AFTER_DANGER if found.danger else "",
    }


def _also(detail: Mapping[str, Any]) -> dict[str, str]:
    """The second value of an alarm that is about two."""
    metric, unit = str(detail.get("with_metric") or ""), str(detail.get("with_unit") or "")
    if not metric:
        return {"with_text": "", "with_value": ""}
    value, limit = detail.get("with_value"), detail.get("with_limit_value")
    return {"with_text": metric_look(metric, unit).label, "with_value": _beyond(value, limit, unit)}


def _beyond(value: float | None, limit: float | None, unit: str) -> str:
    """Such as `31.2 °C > 28 °C`."""
    sign = ">" if (value or 0) > (limit or 0) else "<"
    return f"{shown(value, unit, limit)} {sign} {shown_limit(limit, unit)}"


def _span(lasted: timedelta) -> str:
    """Hours, minutes and seconds."""
    minutes, seconds = divmod(round(lasted.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
