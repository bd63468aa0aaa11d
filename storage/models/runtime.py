"""What all processes must agree on."""

from tortoise import fields
from tortoise.models import Model

from storage.models.cases import Case
from storage.models.people import Person


class BusinessTime(Model):
    """One row: how far business time is ahead of real time, and how far it is to go."""

    id = fields.IntField(primary_key=True, generated=False)
    offset_s = fields.FloatField(default=0.0)
    target_s = fields.FloatField(default=0.0)

    class Meta:
        table = "business_time"


class CalendarOverride(Model):
    """调休: a day whose working or free state differs from the library's calendar."""

    day = fields.DateField(primary_key=True)
    is_workday = fields.BooleanField()
    note = fields.CharField(max_length=200, default="")
    set_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "yishe.Person", related_name="calendar_overrides", null=True, on_delete=fields.RESTRICT
    )

    class Meta:
        table = "calendar_override"


class CalendarYear(Model):
    """A year whose make-up days (调休) are all entered: due times that reach into it are final."""

    id = fields.BigIntField(primary_key=True)
    year = fields.IntField(unique=True)
    set_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "yishe.Person", related_name="calendar_years", null=True, on_delete=fields.RESTRICT
    )

    class Meta:
        table = "calendar_year"


class Idempotency(Model):
    """The first answer to an action, for when the same action is asked for again."""

    key = fields.CharField(max_length=128, primary_key=True)
    fingerprint = fields.CharField(max_length=64, description="SHA-256 of actor, case and action, hex")
    case: fields.ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "yishe.Case", related_name="answers", on_delete=fields.RESTRICT
    )
    answer = fields.JSONField[dict[str, object]]()
    recorded_at = fields.DatetimeField(description="real time")

    class Meta:
        table = "idempotency"
        indexes = (("recorded_at",),)


class Press(Model):
    """A form of the administration that was taken, for when it comes once more."""

    key = fields.CharField(
        max_length=64,
        primary_key=True,
        description="SHA-256 of the page, the person and what was sent, hex",
    )
    request = fields.CharField(max_length=32, description="which of the requests with that key wrote")
    led_to = fields.CharField(max_length=500, null=True, description="where the first answer led")
    pressed_at = fields.DatetimeField(description="real time")

    class Meta:
        table = "press"
        indexes = (("pressed_at",),)


class RateWindow(Model):
    """Uses within short slots of time, for limits that all processes share. Unlogged: a crash forgets it."""

    id = fields.BigIntField(primary_key=True)
    key = fields.CharField(max_length=64, description="hash of what is limited")
    slot = fields.DatetimeField(description="real time: begin of the slot")
    uses = fields.IntField(db_default=0)

    class Meta:
        table = "rate_window"
        unique_together = (("key", "slot"),)


class OutboxSpan(Model):
    """One row: no message is queued or to be escalated that was made before that month."""

    id = fields.IntField(primary_key=True, generated=False)
    open_since = fields.DatetimeField(description="real time, the beginning of a month")

    class Meta:
        table = "outbox_span"


class CardLook(Model):
    """Whose cards may show buttons that are over: a case that went on, a storm that was read."""

    id = fields.BigIntField(primary_key=True)
    case_id = fields.BigIntField(null=True)
    message_id = fields.BigIntField(null=True, description="of a storm, which is about no case")
    since = fields.DatetimeField(null=True, description="real time: its cards are no older")
    look_at = fields.DatetimeField(null=True, description="real time; at once")
    looks = fields.IntField(db_default=0)

    class Meta:
        table = "card_look"
