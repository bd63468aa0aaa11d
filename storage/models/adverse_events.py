"""Adverse events of medical devices (医疗器械不良事件), with the patient's data sealed."""

from tortoise import fields
from tortoise.models import Model

from storage.models.cases import Case


class AdverseEvent(Model):
    """不良事件. The statutory clocks run from `known_at`; a later, more serious knowledge has its own."""

    case: fields.OneToOneRelation[Case] = fields.OneToOneField(
        "yishe.Case", related_name="adverse_event", primary_key=True, on_delete=fields.RESTRICT
    )
    outcome = fields.CharField(max_length=32, description="death, serious_injury, may_cause, other")
    is_group = fields.BooleanField(db_default=False, description="群体事件")
    happened_on = fields.DateField()
    known_at = fields.DatetimeField(description="discovered or learned of")
    outcome_known_at = fields.DatetimeField(null=True, description="when it became as serious as it is now")
    manifestation = fields.TextField()
    device_measures = fields.TextField(db_default="")
    used_by = fields.CharField(max_length=32, db_default="")
    in_time_order = fields.BooleanField(null=True)
    of_known_kind = fields.BooleanField(null=True)
    otherwise_explained = fields.BooleanField(null=True)
    causality = fields.CharField(max_length=16, db_default="")
    grade = fields.CharField(max_length=4, db_default="", description="I to IV")
    cause = fields.TextField(db_default="")
    handling = fields.TextField(db_default="")
    national_reported_at = fields.DatetimeField(null=True)
    province_told_at = fields.DatetimeField(null=True)
    hospital_handled_at = fields.DatetimeField(null=True)
    sealed = fields.JSONField[dict[str, object]](
        db_default={}, description="the patient's fields: name, id of the key, sealed value"
    )

    class Meta:
        table = "adverse_event"
