"""An address that refused for good is known as no way by whoever picks recipients, without a look at the ledger."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("yishe", "0022_chat_standing")]

    operations = [
        ops.AddField(
            model_name="ContactPoint",
            name="refused_at",
            field=fields.DatetimeField(null=True, description="real time: refused for good, and nothing was taken there since", auto_now=False, auto_now_add=False),
        ),
    ]
