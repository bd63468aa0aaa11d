"""What the escalation auditor found, and that it is alive."""

from tortoise import fields
from tortoise.models import Model

from storage.models.cases import Case
from storage.models.indexes import WhereIndex


class PromiseMiss(Model):
    """漏办: a reminder or step that was promised and did not happen in time, or a message that reached nobody."""

    id = fields.BigIntField(primary_key=True)
    case: fields.ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "yishe.Case", related_name="promise_misses", on_delete=fields.CASCADE
    )
    what = fields.CharField(max_length=16, description="missing, late, nobody, untold")
    rule = fields.CharField(max_length=64, description="of the deadline, or the kind of the message")
    rung = fields.IntField(db_default=0)
    due_at = fields.DatetimeField(description="business time of what was promised; real time of a message")
    found_at = fields.DatetimeField(description="real time")
    told_at = fields.DatetimeField(null=True, description="real time: an alarm about it was taken")
    made_up_at = fields.DatetimeField(null=True, description="real time: it happened after all")

    class Meta:
        table = "promise_miss"
        unique_together = (("case_id", "what", "rule", "rung", "due_at"),)
        indexes = (
            WhereIndex(fields=("found_at",), name="promise_miss_to_tell", where="told_at IS NULL"),
            WhereIndex(fields=("case_id",), name="promise_miss_open", where="made_up_at IS NULL"),
        )


class AuditorRound(Model):
    """The auditor's last rounds, in one row."""

    id = fields.BigIntField(primary_key=True)
    ended_at = fields.DatetimeField(description="real time of the end of its last round")
    passed_at = fields.DatetimeField(null=True, description="real time at which it had seen every open case")
    after_case = fields.BigIntField(db_default=0, description="where the next round goes on")
    cases = fields.IntField(db_default=0, description="seen in the last round")
    promises = fields.IntField(db_default=0, description="that had come due among them")

    class Meta:
        table = "auditor_round"
