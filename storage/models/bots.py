"""What is handed to the process that holds a smart robot's connection."""

from tortoise import fields
from tortoise.models import Model

from storage.models.organisations import ChannelAccount


class BotErrand(Model):
    """机器人代发: a message for the process that holds the connection of a smart robot."""

    id = fields.BigIntField(primary_key=True)
    account: fields.ForeignKeyRelation[ChannelAccount] = fields.ForeignKeyField(
        "yishe.ChannelAccount", related_name="errands", on_delete=fields.CASCADE
    )
    body = fields.JSONField[dict[str, object]](description="of the message; emptied once it was sent")
    made_at = fields.DatetimeField(description="real time")
    expires_at = fields.DatetimeField(description="real time: nobody waits for it any longer")
    taken_at = fields.DatetimeField(null=True, description="real time: it may have been sent since")
    outcome = fields.JSONField[dict[str, object]](
        null=True, description="how it ended, for whoever handed it over"
    )

    class Meta:
        table = "bot_errand"
        indexes = (("account_id", "id"),)
