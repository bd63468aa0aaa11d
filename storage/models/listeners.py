"""Who is told beside the people of a case: groups and other systems; and the tokens that providers lend."""

from tortoise import fields
from tortoise.models import Model

from storage.models.indexes import WhereIndex
from storage.models.organisations import ChannelAccount, Organisation


class Listener(Model):
    """旁听: a group or another system that hears of the cases at and below an organisation."""

    id = fields.BigIntField(primary_key=True)
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "yishe.Organisation", related_name="listeners", on_delete=fields.RESTRICT
    )
    account: fields.ForeignKeyRelation[ChannelAccount] = fields.ForeignKeyField(
        "yishe.ChannelAccount", related_name="listeners", on_delete=fields.RESTRICT
    )
    address = fields.CharField(max_length=200, db_default="", description="within the account: a chat's id")
    name = fields.CharField(max_length=100)
    severities = fields.JSONField[list[str]](description="hears of these")
    workflows = fields.JSONField[list[str]](description="of these; empty for all")
    hears_steps = fields.BooleanField(db_default=False, description="of every step, told or not")
    version = fields.IntField(db_default=1)
    ended_at = fields.DatetimeField(null=True, description="real time")
    left_at = fields.DatetimeField(null=True, description="real time: ended then, until the bot is back")
    standing_at = fields.DatetimeField(null=True, description="the provider's time of what it said last")

    class Meta:
        table = "listener"
        indexes = (WhereIndex(fields=("organisation_id",), name="listener_active", where="ended_at IS NULL"),)


class ProviderToken(Model):
    """A token that a provider lends to an account, shared by all processes."""

    id = fields.BigIntField(primary_key=True)
    account: fields.ForeignKeyRelation[ChannelAccount] = fields.ForeignKeyField(
        "yishe.ChannelAccount", related_name="tokens", on_delete=fields.CASCADE
    )
    purpose = fields.CharField(max_length=64, description="access token, ticket, a medium's id")
    sealed = fields.BinaryField(description="sealed with the master key")
    taken_at = fields.DatetimeField(description="real time")
    expires_at = fields.DatetimeField(description="real time")

    class Meta:
        table = "provider_token"
        unique_together = (("account_id", "purpose"),)
