"""Chats that take nothing for now: who blocked a bot, and groups that it was put out of."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

STANDING = "the provider's time of what it said last"


class Migration(migrations.Migration):
    dependencies = [("yishe", "0021_spans")]

    operations = [
        ops.AddField(
            model_name="ContactPoint",
            name="blocked_at",
            field=fields.DatetimeField(null=True, description="real time: ended then, until it is opened again"),
        ),
        ops.AddField(
            model_name="ContactPoint",
            name="standing_at",
            field=fields.DatetimeField(null=True, description=STANDING),
        ),
        ops.AddField(
            model_name="Listener",
            name="left_at",
            field=fields.DatetimeField(null=True, description="real time: ended then, until the bot is back"),
        ),
        ops.AddField(
            model_name="Listener",
            name="standing_at",
            field=fields.DatetimeField(null=True, description=STANDING),
        ),
    ]
