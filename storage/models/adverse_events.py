"""Adverse events of medical devices (医疗器械不良事件), with the patient's data sealed."""

from tortoise import fields
from tortoise.models import Model

from storage.models.cases import Case


class AdverseEvent(Model):
    """不良事件. The clocks run from `known_at`; a later, more serious knowledge starts its own."""

    case: fields.OneToOneRelation[Case] = fields.OneToOneField(
        "yishe.Case", related_name="adverse_event", primary_key=True, on_delete=fields.RESTRICT
    )
    outcome = fields.CharField(max_length=32, description="death, serious_injury, may_cause, other")
    is_group = fields.BooleanField(db_default=False, description="群体事件")
    happened_on = fields.DateField()
    known_at = fields.DatetimeField(description="discovered or learned of")
    knowledge = fields.JSONField[list[dict[str, str]]](
        db_default=[],
        description="what is still to be reported: outcome, and the instant at which it was known",
    )
    group_known_at = fields.DatetimeField(null=True, description="when it was known to be a group event")
    alarmed_at = fields.DatetimeField(null=True, description="when it last became one of high grade")
    acknowledged_at = fields.DatetimeField(null=True)
    manifestation = fields.TextField()
    device_measures = fields.TextField(db_default="")
    used_by = fields.CharField(max_length=32, db_default="")
    in_time_order = fields.CharField(max_length=8, db_default="", description="yes, no, unknown")
    of_known_kind = fields.CharField(max_length=8, db_default="", description="yes, no, unknown")
    otherwise_explained = fields.CharField(max_length=8, db_default="", description="yes, no, unknown")
    causality = fields.CharField(max_length=16, db_default="")
    grade = fields.CharField(
        max_length=4, db_default="", description="I to IV; a proposal until it is graded"
    )
    cause = fields.TextField(db_default="")
    handling = fields.TextField(db_default="")
    national_reported_at = fields.DatetimeField(null=True)
    province_told_at = fields.DatetimeField(null=True)
    each_reported_at = fields.DatetimeField(null=True)
    hospital_handled_at = fields.DatetimeField(null=True)
    sealed = fields.JSONField[dict[str, object]](
        db_default={}, description="the patient's fields, each with the id of its key"
    )

    class Meta:
        table = "adverse_event"
