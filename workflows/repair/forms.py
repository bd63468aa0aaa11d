"""What the actions of a repair ask for."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from storage.texts import N_
from workflows.definition import Form


class Urgency(StrEnum):
    """How soon the repair is needed (紧急程度)."""

    NORMAL = "normal"
    URGENT = "urgent"
    CRITICAL = "critical"


URGENCY_LABELS: dict[str, str] = {
    Urgency.NORMAL: N_("Normal"),
    Urgency.URGENT: N_("Urgent"),
    Urgency.CRITICAL: N_("Critical: patients are waiting"),
}

Words = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
PersonId = Annotated[int, Field(gt=0, lt=2**63)]
Money = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]


class FaultReport(Form):
    """A fault as the person at the machine sees it."""

    photos: ClassVar[bool] = True

    fault: Words = Field(title=N_("What is wrong?"), json_schema_extra={"kind": "textarea"})
    device_down: bool = Field(default=False, title=N_("The device cannot be used"))
    patients_wait: bool = Field(default=False, title=N_("Patients are waiting"))


class Triage(Form):
    """The engineer's assessment (分派)."""

    urgency: Urgency = Field(
        default=Urgency.NORMAL, title=N_("Urgency"), json_schema_extra={"labels": dict(URGENCY_LABELS)}
    )
    diagnosis: Words = Field(title=N_("First assessment"), json_schema_extra={"kind": "textarea"})
    estimate: Money = Field(title=N_("Estimated cost (CNY)"), description=N_("0 if nothing is to be bought"))
    technician: PersonId | None = Field(
        default=None, title=N_("Who repairs?"), json_schema_extra={"kind": "person"}
    )


class Estimate(Form):
    """A new estimate, with its reason."""

    estimate: Money = Field(title=N_("Estimated cost (CNY)"))
    reason: Words = Field(title=N_("Why?"), json_schema_extra={"kind": "textarea"})


class WorkDone(Form):
    """What was done and what it cost."""

    photos: ClassVar[bool] = True

    work_done: Words = Field(title=N_("What was done?"), json_schema_extra={"kind": "textarea"})
    cost: Money = Field(title=N_("Actual cost (CNY)"))


class Cost(Form):
    """The cost anew, with what there is to say for it."""

    cost: Money = Field(title=N_("Actual cost (CNY)"))
    reason: Words = Field(title=N_("Why?"), json_schema_extra={"kind": "textarea"})


class Satisfaction(StrEnum):
    """How the reporter finds the repair (满意度)."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    NOT_SAID = "not_said"


class Speed(StrEnum):
    """Whether it came in time (及时性)."""

    IN_TIME = "in_time"
    SLOW = "slow"
    NOT_SAID = "not_said"


SATISFACTION_LABELS: dict[str, str] = {
    Satisfaction.GOOD: N_("Good"),
    Satisfaction.FAIR: N_("Fair"),
    Satisfaction.POOR: N_("Poor"),
    Satisfaction.NOT_SAID: N_("Not specified"),
}
SPEED_LABELS: dict[str, str] = {
    Speed.IN_TIME: N_("In time"),
    Speed.SLOW: N_("Too slow"),
    Speed.NOT_SAID: N_("Not specified"),
}
HOW_WAS_IT, IN_TIME = N_("How was the repair?"), N_("Did it come in time?")


class Confirmation(Form):
    """How it was, if the reporter wants to say so. The answers stand in the step."""

    satisfaction: Satisfaction = Field(
        default=Satisfaction.NOT_SAID,
        title=HOW_WAS_IT,
        json_schema_extra={"labels": dict(SATISFACTION_LABELS)},
    )
    speed: Speed = Field(
        default=Speed.NOT_SAID, title=IN_TIME, json_schema_extra={"labels": dict(SPEED_LABELS)}
    )


class Reason(Form):
    """A reason in words."""

    reason: Words = Field(title=N_("Why?"), json_schema_extra={"kind": "textarea"})


class Assign(Form):
    """Who repairs from now on."""

    technician: PersonId = Field(title=N_("Who repairs?"), json_schema_extra={"kind": "person"})


class HandedBack(Form):
    """Who has left, so that somebody else must take it on."""

    left: Words = Field(title=N_("Has left the organisation"))


class AlsoSeen(Form):
    """What somebody else has to say of a fault that was reported already."""

    photos: ClassVar[bool] = True

    remark: Annotated[str, StringConstraints(max_length=1000)] = Field(
        default="", title=N_("Anything to add? (optional)"), json_schema_extra={"kind": "textarea"}
    )


class Remark(Form):
    """A remark for everybody on the case."""

    photos: ClassVar[bool] = True

    remark: Words = Field(title=N_("Remark"), json_schema_extra={"kind": "textarea"})
