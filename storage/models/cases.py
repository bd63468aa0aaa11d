"""Cases of every workflow: the row, its own detail, who takes part, its history and its timers."""

from tortoise import fields
from tortoise.models import Model

from storage.models.devices import Device
from storage.models.indexes import WhereIndex
from storage.models.organisations import Organisation
from storage.models.people import Person


class Case(Model):
    """案件: one run of a workflow. Its state is written by `workflows.engine` alone."""

    id = fields.BigIntField(primary_key=True)
    number = fields.CharField(max_length=24, unique=True)
    workflow = fields.CharField(max_length=32)
    definition_version = fields.IntField()
    state = fields.CharField(max_length=32)
    version = fields.IntField(description="counts every step")
    entered_version = fields.IntField(description="version at which the present state was entered")
    entered_at = fields.DatetimeField(description="business time")
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "yishe.Organisation", related_name="cases", on_delete=fields.RESTRICT
    )
    device: fields.ForeignKeyNullableRelation[Device] = fields.ForeignKeyField(
        "yishe.Device", related_name="cases", null=True, on_delete=fields.RESTRICT
    )
    parent: fields.ForeignKeyNullableRelation["Case"] = fields.ForeignKeyField(
        "yishe.Case", related_name="children", null=True, on_delete=fields.RESTRICT
    )
    title = fields.CharField(max_length=200)
    opened_at = fields.DatetimeField(description="business time")
    closed_at = fields.DatetimeField(null=True, description="business time")
    began_at = fields.DatetimeField(null=True, description="real time of the first step, where it is known")
    last_at = fields.DatetimeField(null=True, description="real time of the newest step, where it is known")
    """With `began_at` these lead to the few partitions that hold the case: see `storage.spans`."""

    class Meta:
        table = "work_case"
        indexes = (
            ("device_id",),
            ("organisation_id", "id"),
            WhereIndex(
                fields=("organisation_id", "workflow"), name="work_case_open", where="closed_at IS NULL"
            ),
            WhereIndex(fields=("id",), name="work_case_open_ids", where="closed_at IS NULL"),
        )


class Repair(Model):
    """维修: what a repair knows beyond the case."""

    case: fields.OneToOneRelation[Case] = fields.OneToOneField(
        "yishe.Case", related_name="repair", primary_key=True, on_delete=fields.RESTRICT
    )
    fault = fields.TextField()
    urgency = fields.CharField(max_length=16, db_default="normal")
    device_down = fields.BooleanField(db_default=False)
    diagnosis = fields.TextField(db_default="")
    estimate = fields.DecimalField(max_digits=12, decimal_places=2, null=True, description="CNY")
    approved_amount = fields.DecimalField(max_digits=12, decimal_places=2, null=True, description="CNY")
    work_done = fields.TextField(db_default="")
    cost = fields.DecimalField(max_digits=12, decimal_places=2, null=True, description="CNY")

    class Meta:
        table = "repair"


class Participant(Model):
    """参与人: who takes part in this one case, with or without an account."""

    id = fields.BigIntField(primary_key=True)
    case: fields.ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "yishe.Case", related_name="participants", on_delete=fields.RESTRICT
    )
    part = fields.CharField(max_length=16, description="reporter, technician …")
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "yishe.Person", related_name="parts", null=True, on_delete=fields.RESTRICT
    )
    name = fields.CharField(max_length=100)
    phone = fields.CharField(max_length=32, db_default="")
    email = fields.CharField(max_length=200, db_default="")
    language = fields.CharField(
        max_length=8, null=True, description="in which somebody without an account reads"
    )
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "participant"
        indexes = (("case_id", "part"), ("person_id",))


class Step(Model):
    """历史: one thing that happened to a case. Partitioned by month of `recorded_at`; only ever appended."""

    id = fields.BigIntField(primary_key=True)
    case: fields.ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "yishe.Case", related_name="steps", on_delete=fields.RESTRICT
    )
    version = fields.IntField(description="the case's version after the step")
    action = fields.CharField(max_length=32)
    source = fields.CharField(max_length=32, null=True)
    target = fields.CharField(max_length=32)
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "yishe.Person", related_name="steps", null=True, on_delete=fields.RESTRICT
    )
    participant: fields.ForeignKeyNullableRelation[Participant] = fields.ForeignKeyField(
        "yishe.Participant", related_name="steps", null=True, on_delete=fields.RESTRICT
    )
    actor_name = fields.CharField(max_length=100)
    door = fields.CharField(max_length=16)
    entered = fields.BooleanField(description="a state was entered (anew)")
    data = fields.JSONField[dict[str, object]](default=dict)
    at = fields.DatetimeField(description="business time")
    recorded_at = fields.DatetimeField(description="real time")
    client = fields.CharField(
        max_length=100, db_default="", description="network address, where there is one"
    )

    class Meta:
        table = "step"
        indexes = (("case_id", "id"), ("recorded_at", "id"), ("person_id", "recorded_at"))


class Timer(Model):
    """计时: a promise that something happens at a business time, unless the state was left before."""

    id = fields.BigIntField(primary_key=True)
    case: fields.ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "yishe.Case", related_name="timers", on_delete=fields.RESTRICT
    )
    rule = fields.CharField(max_length=64)
    rung = fields.IntField()
    entered_version = fields.IntField()
    due_at = fields.DatetimeField(description="business time")
    fired_at = fields.DatetimeField(null=True, description="business time")
    outcome = fields.CharField(max_length=16, null=True, description="done, moot")
    next_try_at = fields.DatetimeField(null=True, description="real time, after a failed try")
    tries = fields.IntField(db_default=0)

    class Meta:
        table = "timer"
        unique_together = (("case_id", "rule", "rung", "entered_version", "due_at"),)
        indexes = (WhereIndex(fields=("due_at", "id"), name="timer_waiting", where="fired_at IS NULL"),)
