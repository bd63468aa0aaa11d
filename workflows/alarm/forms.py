"""What the moves of an alarm bring along: the first three come from the rule of a sensor, the last from people."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar, cast

from pydantic import AwareDatetime, Field, StringConstraints

from storage.texts import N_
from workflows.alarm.metrics import METRICS
from workflows.definition import Form


class Level(StrEnum):
    """How far a value is off (报警级别)."""

    WARNING = "warning"
    ALARM = "alarm"


class Side(StrEnum):
    """On which side of the band, or that nothing comes at all."""

    LOW = "low"
    HIGH = "high"
    NO_DATA = "no_data"


LEVEL_LABELS: dict[str, str] = {Level.WARNING: N_("Warning"), Level.ALARM: N_("Alarm")}
SIDE_LABELS: dict[str, str] = {
    Side.LOW: N_("too low"),
    Side.HIGH: N_("too high"),
    Side.NO_DATA: N_("no data"),
}

METRIC_LABELS: dict[str, str] = {metric: look.label for metric, look in METRICS.items()}

Words = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=32)]


class Excursion(Form):
    """A value outside its band. `at` is the instant of the measurement that ended the hold."""

    metric: Name = Field(title=N_("What was measured"), json_schema_extra={"labels": dict(METRIC_LABELS)})
    unit: str = Field(max_length=16, title=N_("Unit of measure"))
    side: Side = Field(title=N_("Side"), json_schema_extra={"labels": dict(SIDE_LABELS)})
    value: float = Field(allow_inf_nan=False, title=N_("Value"))
    limit_value: float = Field(allow_inf_nan=False, title=N_("Limit"))
    at: AwareDatetime = Field(title=N_("Measured at"), json_schema_extra={"kind": "datetime"})


class Silence(Form):
    """No data. `at` is the last measurement plus the time-out; `value` is what was measured last."""

    metric: Name = Field(title=N_("What was measured"), json_schema_extra={"labels": dict(METRIC_LABELS)})
    unit: str = Field(max_length=16, title=N_("Unit of measure"))
    value: float | None = Field(default=None, allow_inf_nan=False, title=N_("Last value"))
    at: AwareDatetime = Field(title=N_("Silent since"), json_schema_extra={"kind": "datetime"})


class Recovery(Form):
    """Back inside the band, data again, or (`side`, with its `limit_value`) beyond the band on the other side."""

    value: float = Field(allow_inf_nan=False, title=N_("Value"))
    side: Side | None = Field(default=None, title=N_("Side"), json_schema_extra={"labels": dict(SIDE_LABELS)})
    limit_value: float | None = Field(default=None, allow_inf_nan=False, title=N_("Limit"))
    at: AwareDatetime = Field(title=N_("Measured at"), json_schema_extra={"kind": "datetime"})


class Easing(Form):
    """One of two values that an alarm is about is back inside its band."""

    metric: Name = Field(title=N_("What was measured"), json_schema_extra={"labels": dict(METRIC_LABELS)})
    value: float = Field(allow_inf_nan=False, title=N_("Value"))
    at: AwareDatetime = Field(title=N_("Measured at"), json_schema_extra={"kind": "datetime"})


class Speaking(Form):
    """A sensor speaks again, and another one of the device is still silent."""

    metric: Name = Field(title=N_("Sends data again"), json_schema_extra={"labels": dict(METRIC_LABELS)})
    silent: Name = Field(title=N_("Still no data"), json_schema_extra={"labels": dict(METRIC_LABELS)})
    at: AwareDatetime = Field(title=N_("Measured at"), json_schema_extra={"kind": "datetime"})


class Cause(Form):
    """Why it happened, for the next time."""

    photos: ClassVar[bool] = True

    cause: Words = Field(title=N_("What was the cause?"), json_schema_extra={"kind": "textarea"})


class Reason(Form):
    """A reason in words."""

    reason: Words = Field(title=N_("Why?"), json_schema_extra={"kind": "textarea"})


class Remark(Form):
    """A remark for everybody on the case."""

    photos: ClassVar[bool] = True

    remark: Words = Field(title=N_("Remark"), json_schema_extra={"kind": "textarea"})


def instant(value: object) -> datetime | None:
    """An instant of the detail row: as text when it was read, as it is when the step has just set it."""
    return datetime.fromisoformat(value) if isinstance(value, str) else cast("datetime | None", value)
