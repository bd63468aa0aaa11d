"""How much people hear, and when: quiet hours and digests, what they do not want, duty, storms."""

from tortoise import fields
from tortoise.models import Model

from storage.models.cases import Case
from storage.models.indexes import WhereIndex
from storage.models.organisations import Organisation
from storage.models.people import Person


class NoticePreference(Model):
    """提醒偏好: what somebody wants otherwise than the policy says. Times are 'HH:MM' in Asia/Shanghai."""

    id = fields.BigIntField(primary_key=True)
    person: fields.OneToOneRelation[Person] = fields.OneToOneField(
        "yishe.Person", related_name="notice_preference", on_delete=fields.CASCADE
    )
    quiet_from = fields.CharField(max_length=5, null=True)
    quiet_to = fields.CharField(max_length=5, null=True)
    digest_at = fields.CharField(max_length=5, null=True, description="once a day, what is for information")
    version = fields.IntField(db_default=1)
    set_at = fields.DatetimeField(description="real time")

    class Meta:
        table = "notice_preference"


class Mute(Model):
    """不再提醒: reminders of a kind, or of a case, that somebody wants to hear no more, or not until then."""

    id = fields.BigIntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "yishe.Person", related_name="mutes", on_delete=fields.CASCADE
    )
    kind = fields.CharField(max_length=64, null=True, description="of message; any when there is none")
    case: fields.ForeignKeyNullableRelation[Case] = fields.ForeignKeyField(
        "yishe.Case", related_name="mutes", null=True, on_delete=fields.RESTRICT
    )
    until = fields.DatetimeField(null=True, description="real time; for good when there is none")
    made_at = fields.DatetimeField(description="real time")
    way = fields.CharField(max_length=16, description="channel or door")
    ended_at = fields.DatetimeField(null=True, description="real time")

    class Meta:
        table = "mute"
        indexes = (WhereIndex(fields=("person_id",), name="mute_active", where="ended_at IS NULL"),)


class Watch(Model):
    """办结告知: somebody wants to be told when a case is over."""

    id = fields.BigIntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "yishe.Person", related_name="watches", on_delete=fields.CASCADE
    )
    case: fields.ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "yishe.Case", related_name="watches", on_delete=fields.RESTRICT
    )
    made_at = fields.DatetimeField(description="real time")
    told_at = fields.DatetimeField(null=True, description="real time")

    class Meta:
        table = "watch"
        unique_together = (("person_id", "case_id"),)
        indexes = (WhereIndex(fields=("case_id",), name="watch_open", where="told_at IS NULL"),)


class DutyShift(Model):
    """值班: somebody is on duty for an organisation, in whatever role they hold there."""

    id = fields.BigIntField(primary_key=True)
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "yishe.Organisation", related_name="duty_shifts", on_delete=fields.RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "yishe.Person", related_name="duty_shifts", on_delete=fields.RESTRICT
    )
    starts_at = fields.DatetimeField(description="business time")
    ends_at = fields.DatetimeField(description="business time")
    note = fields.CharField(max_length=200, db_default="")
    ended_at = fields.DatetimeField(null=True, description="real time: called off")

    class Meta:
        table = "duty_shift"
        indexes = (("organisation_id", "ends_at"), ("person_id", "ends_at"))


class Storm(Model):
    """告警风暴: so many messages for one person that one tells of them all, until it is over."""

    id = fields.BigIntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "yishe.Person", related_name="storms", on_delete=fields.CASCADE
    )
    subject = fields.CharField(max_length=64, description="what it is a storm of: a workflow")
    began_at = fields.DatetimeField(description="real time")
    last_at = fields.DatetimeField(description="real time of the newest message in it")
    count = fields.IntField(db_default=0)
    message_id = fields.BigIntField(null=True, description="the message that tells of it")
    ended_at = fields.DatetimeField(null=True, description="real time")

    class Meta:
        table = "storm"
        indexes = (WhereIndex(fields=("person_id", "subject"), name="storm_on", where="ended_at IS NULL"),)


class MorningReminder(Model):
    """晨间提醒: a reminder that waits for its person's one message of a morning."""

    id = fields.BigIntField(primary_key=True)
    created_at = fields.DatetimeField(description="real time")
    day = fields.DateField(description="business day on which it was due")
    case: fields.ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "yishe.Case", related_name="morning_reminders", on_delete=fields.RESTRICT
    )
    case_version = fields.IntField()
    kind = fields.CharField(max_length=64)
    severity = fields.CharField(max_length=16)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "yishe.Person", related_name="morning_reminders", on_delete=fields.RESTRICT
    )
    variables = fields.JSONField[dict[str, object]](default=dict)
    valid_while = fields.IntField(null=True, description="entered_version of the case, or always")

    class Meta:
        table = "morning_reminder"
        indexes = (("person_id", "id"),)


class MorningTold(Model):
    """The last business day on which somebody had their message of the morning."""

    person: fields.OneToOneRelation[Person] = fields.OneToOneField(
        "yishe.Person", related_name="morning_told", primary_key=True, on_delete=fields.RESTRICT
    )
    day = fields.DateField()

    class Meta:
        table = "morning_told"
