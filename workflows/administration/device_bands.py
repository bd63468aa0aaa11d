"""Limits of what a device's sensors measure, as its maker's manual gives them: set, and left to the type's again.

An alarm that is open is judged by the new limits from the next value on.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from storage import bands, devices
from storage.bands import Band
from storage.texts import N_
from workflows.administration.device_forms import Right
from workflows.administration.devices import KIND, Seen, taken_up, told
from workflows.administration.office import By, Change, Desk, Office
from workflows.alarm.metrics import METRICS
from workflows.definition import Form
from workflows.errors import FormInvalid
from workflows.forms import fill_in

A_DAY_S = 86_400
Limit = Annotated[float, Field(allow_inf_nan=False, ge=-1_000_000, le=1_000_000)] | None
Seconds = Annotated[float, Field(allow_inf_nan=False, ge=0, le=A_DAY_S)]

NO_LIMIT = N_("Please give at least one limit.")
CROSSED = N_("The upper limit has to be above the lower limit.")
INSIDE_WARNING = N_("The alarm limit has to be outside the warning limit.")


class Limits(Form):
    """The limits of one metric (阈值)."""

    warning_low: Limit = Field(default=None, title=N_("Warning below"))
    warning_high: Limit = Field(default=None, title=N_("Warning above"))
    alarm_low: Limit = Field(default=None, title=N_("Alarm below"))
    alarm_high: Limit = Field(default=None, title=N_("Alarm above"))
    hysteresis: Annotated[float, Field(allow_inf_nan=False, ge=0, le=1_000_000)] = Field(
        default=0.0,
        title=N_("Over again"),
        description=N_("Margin within the limits before the alarm is over"),
    )
    hold_s: Seconds = Field(
        default=0.0,
        title=N_("Minimum duration (seconds)"),
        description=N_("Time outside the limits before anybody is notified"),
    )
    clear_hold_s: Seconds = Field(
        default=0.0,
        title=N_("Over after (seconds)"),
        description=N_("Time within the limits before the alarm is over; 0: at once"),
    )
    no_data_s: Annotated[float, Field(allow_inf_nan=False, ge=30, le=A_DAY_S)] | None = Field(
        default=None,
        title=N_("No data after (seconds)"),
        description=N_("Also applies to a sensor that never sent data; empty: no alarm for missing data"),
    )
    source: Annotated[str, StringConstraints(min_length=1, max_length=300)] = Field(
        title=N_("Source"), description=N_("The manual with its page, or who decided it")
    )


async def put(office: Office, by: By, seen: Seen, metric: str, data: Mapping[str, Any]) -> None:
    """Set a device's own limits. Raises `FormInvalid`, `NotPermitted`, `ChangedMeanwhile`, `NotVisible`."""
    form = fill_in(Limits, data)
    faults = _faults(form)
    if faults:
        raise FormInvalid({name: (text, {}) for name, text in faults.items()})
    async with office.writing(by) as desk:
        row = await taken_up(desk, seen, Right.BANDS)
        before = await bands.own(desk.connection, seen.id, metric)
        look = METRICS.get(metric)
        unit = look.unit if look else (before.unit if before else "")
        band = Band(metric=metric, unit=unit, **form.model_dump())
        await bands.put(desk.connection, seen.id, band, desk.clocks.real.now())
        await _record(desk, row, metric, before, band)


async def drop(office: Office, by: By, seen: Seen, metric: str) -> None:
    """Leave the limits to those of the device's type, or as shipped. Raises as `put` does."""
    async with office.writing(by) as desk:
        row = await taken_up(desk, seen, Right.BANDS)
        before = await bands.own(desk.connection, seen.id, metric)
        await bands.drop(desk.connection, seen.id, metric)
        await _record(desk, row, metric, before, None)


def _faults(form: Limits) -> dict[str, str]:
    """What no single limit can tell."""
    low, high = form.warning_low, form.warning_high
    if all(limit is None for limit in (low, high, form.alarm_low, form.alarm_high)):
        return {"warning_low": NO_LIMIT}
    faults = {}
    if low is not None and high is not None and low >= high:
        faults["warning_high"] = CROSSED
    if form.alarm_low is not None and form.alarm_high is not None and form.alarm_low >= form.alarm_high:
        faults["alarm_high"] = CROSSED
    if low is not None and form.alarm_low is not None and form.alarm_low > low:
        faults["alarm_low"] = INSIDE_WARNING
    if high is not None and form.alarm_high is not None and form.alarm_high < high:
        faults["alarm_high"] = INSIDE_WARNING
    return faults


async def _record(
    desk: Desk, row: Mapping[str, Any], metric: str, before: Band | None, after: Band | None
) -> None:
    await devices.change(desk.connection, row["id"], {})
    was, now = (told(asdict(band)) if band else {} for band in (before, after))
    was.pop("metric", None)  # so that the record names it, though it is the same
    about = {**now, "metric": metric}
    await desk.record(
        Change("device.bands", row["organisation_id"], KIND, row["id"], row["number"], was, about)
    )
