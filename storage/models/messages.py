"""The outbox and its delivery ledger."""

from datetime import UTC, datetime

from tortoise import fields
from tortoise.models import Model

from storage.models.cases import Case, Participant
from storage.models.indexes import WhereIndex
from storage.models.organisations import ChannelAccount, Organisation
from storage.models.people import ContactPoint, Person


class Message(Model):
    """发件箱: one thing to tell one person. Partitioned by month of `created_at`."""

    id = fields.BigIntField(primary_key=True)
    created_at = fields.DatetimeField(description="real time")
    case: fields.ForeignKeyNullableRelation[Case] = fields.ForeignKeyField(
        "yishe.Case", related_name="messages", null=True, on_delete=fields.RESTRICT
    )
    case_version = fields.IntField(description="version of the case that the reader is shown")
    organisation: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "yishe.Organisation", related_name="messages", null=True, on_delete=fields.RESTRICT
    )
    """Whose affair it is where it is about no case: a digest, a notice of the house."""
    kind = fields.CharField(max_length=64)
    severity = fields.CharField(
        max_length=16, null=True, db_default="notice", description="info, notice, urgent, critical"
    )
    """Who names none leaves it to the database: it may be the reader's turn, so it does not wait for a digest."""
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "yishe.Person", related_name="messages", null=True, on_delete=fields.RESTRICT
    )
    participant: fields.ForeignKeyNullableRelation[Participant] = fields.ForeignKeyField(
        "yishe.Participant", related_name="messages", null=True, on_delete=fields.RESTRICT
    )
    account: fields.ForeignKeyNullableRelation[ChannelAccount] = fields.ForeignKeyField(
        "yishe.ChannelAccount", related_name="messages", null=True, on_delete=fields.RESTRICT
    )
    """The recipient itself where nobody in person is told: a group, another system."""
    address = fields.CharField(max_length=200, db_default="", description="within that account: a chat's id")
    stand_in_for: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "yishe.Person", related_name="messages_to_stand_ins", null=True, on_delete=fields.RESTRICT
    )
    """Whom it was for, when a deputy or head is told because they could not be."""
    channel = fields.CharField(max_length=16, null=True, description="only on this kind; else by rank")
    lane = fields.CharField(
        max_length=64, description="case and recipient: messages of one lane keep their order"
    )
    variables = fields.JSONField[dict[str, object]](default=dict)
    valid_while = fields.IntField(null=True, description="entered_version of the case, or always")
    state = fields.CharField(max_length=16, db_default="queued", description="queued, sent, withdrawn, dead")
    """Also `bundled`: told along with others, by the message that `bundle_id` names."""
    attempts = fields.IntField(db_default=0)
    next_at = fields.DatetimeField(description="real time: next try, or end of the lease")
    due_at = fields.DatetimeField(
        db_default=datetime(1970, 1, 1, tzinfo=UTC), description="real time: next try"
    )
    """Never later than `next_at`, and indexed in its place, so that a claim need not touch an index."""
    finished_at = fields.DatetimeField(null=True, description="real time")
    reason = fields.CharField(max_length=300, db_default="")
    held = fields.CharField(
        max_length=16, db_default="", description="why it waits until next_at: quiet, digest, snooze, budget"
    )
    bundle_id = fields.BigIntField(null=True, description="the message that tells of it along with others")
    escalate_at = fields.DatetimeField(
        null=True, description="real time: the next way is taken unless it was delivered or acknowledged"
    )
    acknowledged_at = fields.DatetimeField(null=True, description="real time")
    acknowledged_way = fields.CharField(max_length=16, db_default="", description="channel or door")

    class Meta:
        table = "message"
        indexes = (
            WhereIndex(fields=("due_at", "id"), name="message_due", where="state = 'queued'"),
            WhereIndex(fields=("lane", "id"), name="message_lane", where="state = 'queued'"),
            WhereIndex(fields=("finished_at",), name="message_dead", where="state = 'dead'"),
            ("case_id", "id"),
            ("person_id", "id"),
            WhereIndex(fields=("bundle_id",), name="message_bundled", where="bundle_id IS NOT NULL"),
            WhereIndex(
                fields=("escalate_at",),
                name="message_to_escalate",
                where="escalate_at IS NOT NULL AND acknowledged_at IS NULL",
            ),
        )


class Delivery(Model):
    """投递台账: a message on one channel, with its frozen payload. Partitioned by month of `created_at`."""

    id = fields.BigIntField(primary_key=True)
    created_at = fields.DatetimeField(description="real time")
    message_id = fields.BigIntField()
    message_created_at = fields.DatetimeField()
    case: fields.ForeignKeyNullableRelation[Case] = fields.ForeignKeyField(
        "yishe.Case", related_name="deliveries", null=True, db_constraint=False, on_delete=fields.RESTRICT
    )
    contact_point: fields.ForeignKeyNullableRelation[ContactPoint] = fields.ForeignKeyField(
        "yishe.ContactPoint",
        related_name="deliveries",
        null=True,
        db_constraint=False,
        on_delete=fields.RESTRICT,
    )
    account: fields.ForeignKeyRelation[ChannelAccount] = fields.ForeignKeyField(
        "yishe.ChannelAccount", related_name="deliveries", db_constraint=False, on_delete=fields.RESTRICT
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
    receipt_untimed = fields.BooleanField(
        db_default=False, description="the provider told no time: received_at is when its report came"
    )
    receipt_unknown = fields.BooleanField(
        db_default=False, description="the report says neither that it arrived nor that it did not"
    )
    maybe_twice = fields.BooleanField(db_default=False, description="an earlier try may have arrived")
    verdict = fields.CharField(max_length=16, db_default="", description="of the last failure")
    parts = fields.IntField(null=True, description="messages that the provider counts: parts of an SMS")
    cost = fields.DecimalField(max_digits=10, decimal_places=4, null=True, description="CNY")
    opened_at = fields.DatetimeField(null=True, description="real time: read, or its link opened")
    acted_at = fields.DatetimeField(null=True, description="real time: answered by this very delivery")
    acted = fields.CharField(max_length=64, db_default="", description="the action, or 'acknowledge'")
    recalled_at = fields.DatetimeField(null=True, description="real time: taken back at the provider")
    extend_code = fields.CharField(max_length=12, null=True, description="by which a reply names this SMS")

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
            WhereIndex(
                fields=("account_id", "extend_code"),
                name="delivery_extend_code",
                where="extend_code IS NOT NULL",
            ),
        )


class RoutingNote(Model):
    """投递经过: what happened on a message's way that its deliveries do not tell. Partitioned by month of `at`.

    `what`: failed, held, passed_over, stand_in, escalated, bundled, muted, reply, receipt, recalled …
    """

    id = fields.BigIntField(primary_key=True)
    at = fields.DatetimeField(description="real time")
    message_id = fields.BigIntField()
    delivery_id = fields.BigIntField(null=True)
    account: fields.ForeignKeyNullableRelation[ChannelAccount] = fields.ForeignKeyField(
        "yishe.ChannelAccount", related_name="routing_notes", null=True, on_delete=fields.RESTRICT
    )
    what = fields.CharField(max_length=16)
    code = fields.CharField(max_length=64, db_default="")
    reason = fields.CharField(max_length=300, db_default="", description="a source text")
    data = fields.JSONField[dict[str, object]](db_default="{}")

    class Meta:
        table = "routing_note"
        indexes = (("message_id", "id"),)
