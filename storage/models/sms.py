"""What people answer by SMS, and which provider accounts are down."""

from tortoise import fields
from tortoise.models import Model

from storage.models.organisations import ChannelAccount


class SmsReply(Model):
    """短信回复: what somebody answered to an SMS, once for however often the provider pushes it."""

    id = fields.BigIntField(primary_key=True)
    account: fields.ForeignKeyRelation[ChannelAccount] = fields.ForeignKeyField(
        "yishe.ChannelAccount", related_name="sms_replies", on_delete=fields.RESTRICT
    )
    key = fields.CharField(max_length=64, description="by which the provider's repetitions are known")
    number = fields.CharField(max_length=20)
    extend = fields.CharField(max_length=32, db_default="", description="the digits it was sent to")
    words = fields.CharField(max_length=300)
    """As they were sent."""
    whole = fields.TextField(null=True, description="all of it, where `words` has no room for it")
    said_at = fields.DatetimeField(null=True, description="the provider's time")
    received_at = fields.DatetimeField(description="real time")
    outcome = fields.CharField(max_length=16, null=True, description="none: not dealt with yet")
    message_id = fields.BigIntField(null=True, description="the message that it answers")
    delivery_id = fields.BigIntField(null=True)

    class Meta:
        table = "sms_reply"
        unique_together = (("account_id", "key"),)
        indexes = (("number", "received_at"),)


class AccountCircuit(Model):
    """账户断路: a provider account that fails; no row while it works. A standby takes over while it is down."""

    account: fields.OneToOneRelation[ChannelAccount] = fields.OneToOneField(
        "yishe.ChannelAccount", related_name="circuit", on_delete=fields.CASCADE, primary_key=True
    )
    failing_since = fields.DatetimeField(null=True, description="real time: first of the failures in a row")
    failures = fields.IntField(db_default=0, description="in a row")
    blocked_since = fields.DatetimeField(null=True, description="real time: the provider refuses the account")
    code = fields.CharField(max_length=64, db_default="", description="the provider's, of the last failure")
    probe_at = fields.DatetimeField(description="real time: when one message may try whether it works again")

    class Meta:
        table = "account_circuit"
