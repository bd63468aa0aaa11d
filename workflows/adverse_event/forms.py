"""What the actions on an adverse event ask for.

The fields follow sections A to D of the reporting form for suspected adverse events of medical devices
(可疑医疗器械不良事件报告表), a selection; the device's own data come from its record.
"""

import re
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from storage.clock import SHANGHAI
from storage.texts import N_
from workflows.definition import Form
from workflows.forms import fault

WRONG_DATE = N_("Please give a date, for example 2026-03-01.")
WRONG_INSTANT = N_("Please give date and time, for example 2026-03-01 14:30.")
WRONG_PHONE = N_("Please check the phone number.")
DAY = re.compile(r"20\d\d-\d\d-\d\d")
INSTANT = re.compile(r"20\d\d-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?")
PHONE = re.compile(r"\+?[0-9][0-9 ()-]{2,24}")


class Outcome(StrEnum):
    """What became of the patient (后果), from the least to the most serious."""

    OTHER = "other"
    MAY_CAUSE = "may_cause"
    SERIOUS_INJURY = "serious_injury"
    DEATH = "death"


OUTCOME_LABELS: dict[str, str] = {
    Outcome.DEATH: N_("Death"),
    Outcome.SERIOUS_INJURY: N_("Life-threatening or serious injury"),
    Outcome.MAY_CAUSE: N_("May cause serious injury or death"),
    Outcome.OTHER: N_("Other"),
}
SEVERITY = list(Outcome)


class Operator(StrEnum):
    """Who operated the device (操作人)."""

    PROFESSIONAL = "professional"
    LAY = "lay"
    PATIENT = "patient"
    OTHER = "other"


OPERATOR_LABELS: dict[str, str] = {
    Operator.PROFESSIONAL: N_("Professional"),
    Operator.LAY: N_("Not a professional"),
    Operator.PATIENT: N_("The patient"),
    Operator.OTHER: N_("Somebody else"),
}


class Tri(StrEnum):
    """An answer to a question of the causality assessment."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


TRI_LABELS: dict[str, str] = {Tri.YES: N_("Yes"), Tri.NO: N_("No"), Tri.UNKNOWN: N_("Not known")}


class Causality(StrEnum):
    """How likely the device caused it (关联性)."""

    VERY_LIKELY = "very_likely"
    POSSIBLE = "possible"
    UNLIKELY = "unlikely"
    UNDETERMINED = "undetermined"


CAUSALITY_LABELS: dict[str, str] = {
    Causality.VERY_LIKELY: N_("Very likely"),
    Causality.POSSIBLE: N_("Possibly related"),
    Causality.UNLIKELY: N_("Possibly unrelated"),
    Causality.UNDETERMINED: N_("Cannot be determined"),
}


class Grade(StrEnum):
    """The hospital's grade (分级)."""

    I = "I"  # noqa: E741 - that is what it is called
    II = "II"
    III = "III"
    IV = "IV"


GRADE_LABELS: dict[str, str] = {
    Grade.I: N_("I: sentinel event"),
    Grade.II: N_("II: adverse event"),
    Grade.III: N_("III: without consequence"),
    Grade.IV: N_("IV: hazard"),
}


class Sex(StrEnum):
    """The patient's sex."""

    FEMALE = "female"
    MALE = "male"


SEX_LABELS: dict[str, str] = {Sex.FEMALE: N_("Female"), Sex.MALE: N_("Male")}


def _iso(pattern: re.Pattern[str], wrong: str) -> BeforeValidator:
    """Only what is written as a date: pydantic would take a bare number for seconds since 1970."""

    def check(value: Any) -> Any:
        if isinstance(value, str) and not pattern.fullmatch(value.strip()):
            raise fault(wrong)
        return value

    return BeforeValidator(check)


def _in_shanghai(value: datetime) -> datetime:
    """A time without a zone is what the clock on the wall showed."""
    return value if value.tzinfo else value.replace(tzinfo=SHANGHAI)


def _phone(value: str) -> str:
    if value and not PHONE.fullmatch(value):
        raise fault(WRONG_PHONE)
    return value


Day = Annotated[date, _iso(DAY, WRONG_DATE)]
Instant = Annotated[datetime, _iso(INSTANT, WRONG_INSTANT), AfterValidator(_in_shanghai)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
MoreWords = Annotated[str, StringConstraints(max_length=1000)]
LONG: dict[str, Any] = {"kind": "textarea"}


class Circumstances(Form):
    """What happened around the device, what speaks for it as the cause, and the patient."""

    manifestation: Words = Field(
        title=N_("What happened?"),
        description=N_("No names here: the patient has fields of their own below."),
        json_schema_extra=LONG,
    )
    device_measures: MoreWords = Field(default="", title=N_("What was done at once?"), json_schema_extra=LONG)
    used_by: Operator = Field(
        default=Operator.PROFESSIONAL,
        title=N_("Who operated the device?"),
        json_schema_extra={"labels": dict(OPERATOR_LABELS)},
    )
    in_time_order: Tri = Field(
        default=Tri.UNKNOWN,
        title=N_("Was the device used before the event occurred?"),
        json_schema_extra={"labels": dict(TRI_LABELS)},
    )
    of_known_kind: Tri = Field(
        default=Tri.UNKNOWN,
        title=N_("Is such harm known for devices of this kind?"),
        json_schema_extra={"labels": dict(TRI_LABELS)},
    )
    otherwise_explained: Tri = Field(
        default=Tri.UNKNOWN,
        title=N_("Can it be explained by something else (illness, medicine, other devices)?"),
        json_schema_extra={"labels": dict(TRI_LABELS)},
    )
    patient_name: Annotated[str, StringConstraints(max_length=50)] = Field(
        default="",
        repr=False,
        title=N_("Patient's name"),
        description=N_("All patient data is encrypted; only the safety officer can view it."),
    )
    patient_age: Annotated[str, StringConstraints(max_length=20)] = Field(
        default="", repr=False, title=N_("Age or date of birth")
    )
    patient_sex: Sex | None = Field(
        default=None, repr=False, title=N_("Sex"), json_schema_extra={"labels": dict(SEX_LABELS)}
    )
    patient_phone: Annotated[str, AfterValidator(_phone)] = Field(
        default="", repr=False, title=N_("Patient's phone")
    )
    patient_record: Annotated[str, StringConstraints(max_length=40)] = Field(
        default="", repr=False, title=N_("Number of the patient's record")
    )

    sealed: ClassVar[frozenset[str]] = frozenset(
        {"patient_name", "patient_age", "patient_sex", "patient_phone", "patient_record"}
    )
    photos: ClassVar[bool] = True


class Known(Form):
    """How serious it is, and since when that is known."""

    outcome: Outcome = Field(title=N_("Outcome"), json_schema_extra={"labels": dict(OUTCOME_LABELS)})
    is_group: bool = Field(default=False, title=N_("Group event: several patients were harmed"))
    known_at: Instant = Field(
        title=N_("When was it discovered or learned of?"),
        description=N_("The statutory deadlines start here."),
    )


class Found(Known):
    """When it happened, and when it was found."""

    happened_on: Day = Field(title=N_("When did it happen?"))


class EventReport(Circumstances, Found):
    """The report of an event."""


class Check(Form):
    """The safety officer's check; the causality was computed from the answers."""

    causality: Causality = Field(title=N_("Causality"), json_schema_extra={"labels": dict(CAUSALITY_LABELS)})


class Grading(Form):
    """The hospital's grade."""

    grade: Grade = Field(title=N_("Grade"), json_schema_extra={"labels": dict(GRADE_LABELS)})


class Raised(Known):
    """It became known to be more serious."""

    reason: Words = Field(title=N_("How do you know?"), json_schema_extra=LONG)


class Handling(Form):
    """What the hospital found and did."""

    photos: ClassVar[bool] = True

    cause: Words = Field(title=N_("What was the cause?"), json_schema_extra=LONG)
    handling: Words = Field(
        title=N_("What was done, so that it does not happen again?"), json_schema_extra=LONG
    )


class NationalReport(Form):
    """A report in the national system."""

    national_reported_at: Instant = Field(title=N_("When was it reported?"))
    report_code: Annotated[str, StringConstraints(max_length=60)] = Field(
        default="", title=N_("Code of the report")
    )


class ProvinceTold(Form):
    """The province was told by phone or fax."""

    province_told_at: Instant = Field(title=N_("When was the province notified?"))
    told_whom: Annotated[str, StringConstraints(max_length=100)] = Field(
        default="", title=N_("Who was informed?")
    )


class EachReported(Form):
    """Each case of a group event was reported."""

    each_reported_at: Instant = Field(title=N_("When was the last case reported?"))


class Reason(Form):
    """A reason in words."""

    reason: Words = Field(title=N_("Why?"), json_schema_extra=LONG)


class Remark(Form):
    """A remark for everybody on the case."""

    photos: ClassVar[bool] = True

    remark: Words = Field(title=N_("Remark"), json_schema_extra=LONG)
