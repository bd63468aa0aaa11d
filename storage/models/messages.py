"""The outbox and its delivery ledger."""

from tortoise import fields
from tortoise.models import Model

from storage.models.cases import Case, Participant
from storage.models.indexes import WhereIndex
from storage.models.organisations import ChannelAccount
from storage.models.people import ContactPoint, Person


class Message(Model):
    """发件箱: one thing to tell one person. Partitioned by month of `created_at`."""

    id = fields.BigIntField(primary_key=True)
    created_at = fields.DatetimeField(description="real time")
    case: fields.ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "yishe.Case", related_name="messages", on_delete=fields.RESTRICT
    )
    case_version = fields.IntField(description="version of the case that the reader is shown")
    kind = fields.CharField(max_length=64)
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "yishe.Person", related_name="messages", null=True, on_delete=fields.RESTRICT
    )
    participant: fields.ForeignKeyNullableRelation[Participant] = fields.ForeignKeyField(
        "yishe.Participant", related_name="messages", null=True, on_delete=fields.RESTRICT
    )
    channel = fields.CharField(max_length=16, null=True, description="only on this kind; else by rank")
    lane = fields.CharField(
        max_length=64, description="case and recipient: messages of one lane keep their order"
    )
    variables = fields.JSONField[dict[str, object]](default=dict)
    valid_while = fields.IntField(null=True, description="entered_version of the case, or always")
    state = fields.CharField(max_length=16, db_default="queued", description="queued, sent, withdrawn, dead")
    attempts = fields.IntField(db_default=0)
    next_at = fields.DatetimeField(description="real time: next try, or end of the lease")
    finished_at = fields.DatetimeField(null=True, description="real time")
    reason = fields.CharField(max_length=300, db_default="")

    class Meta:
        table = "message"
        indexes = (
            WhereIndex(fields=("next_at", "id"), name="message_queued", where="state = 'queued'"),
            WhereIndex(fields=("lane", "id"), name="message_lane", where="state = 'queued'"),
            WhereIndex(fields=("finished_at",), name="message_dead", where="state = 'dead'"),
            ("case_id", "id"),
        )


class Delivery(Model):
    """投递台账: a message on one channel, with its frozen payload. Partitioned by month of `created_at`."""

    id = fields.BigIntField(primary_key=True)
    created_at = fields.DatetimeField(description="real time")
    message_id = fields.BigIntField()
    message_created_at = fields.DatetimeField()
    case: fields.ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "yishe.Case", related_name="deliveries", on_delete=fields.RESTRICT
    )
    contact_point: fields.ForeignKeyNullableRelation[ContactPoint] = fields.ForeignKeyField(
        "yishe.ContactPoint", related_name="deliveries", null=True, on_delete=fields.RESTRICT
    )
    account: fields.ForeignKeyRelation[ChannelAccount] = fields.ForeignKeyField(
        "yishe.ChannelAccount", related_name="deliveries", on_delete=fields.RESTRICT
    )
    channel = fields.CharField(max_length=16)
    address = fields.CharField(max_length=200)
    unique_id = fields.CharField(max_length=64, description="our id at the provider: task id, Message-ID")
    payload = fields.JSONField[dict[str, object]]()
    state = fields.CharField(max_length=16, description="waiting, sending, accepted, refused")
    tries = fields.IntField(db_default=0)
    tried_at = fields.DatetimeField(description="real time: begin of the last try")
    finished_at = fields.DatetimeField(null=True, description="real time")
    provider_id = fields.CharField(max_length=200, null=True)
    update_code = fields.CharField(max_length=300, null=True)
    updated_at = fields.DatetimeField(null=True, description="real time: the card shows the decision")
    update_next_at = fields.DatetimeField(null=True, description="real time: next try of that update")
    update_tries = fields.IntField(db_default=0)
    error_code = fields.CharField(max_length=64, db_default="")
    error = fields.CharField(max_length=300, db_default="")
    received_at = fields.DatetimeField(null=True, description="real time: the provider reported arrival")
    receipt = fields.CharField(
        max_length=64, db_default="", description="the provider's last report, as it came"
    )
    maybe_twice = fields.BooleanField(db_default=False, description="an earlier try may have arrived")

    class Meta:
        table = "delivery"
        indexes = (
            ("message_id",),
            ("unique_id", "account_id"),
            ("case_id", "id"),
            ("account_id", "address", "tried_at"),
            ("account_id", "tried_at"),
            WhereIndex(
                fields=("update_next_at", "id"),
                name="delivery_card_live",
                where="update_code IS NOT NULL AND updated_at IS NULL",
            ),
        )
