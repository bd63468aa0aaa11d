"""Reports of providers without a readable time or of an unknown status, and replies as they were sent."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("yishe", "0018_presses")]

    operations = [
        ops.AddField(
            model_name="Delivery",
            name="receipt_untimed",
            field=fields.BooleanField(
                db_default=False, description="the provider told no time: received_at is when its report came"
            ),
        ),
        ops.AddField(
            model_name="Delivery",
            name="receipt_unknown",
            field=fields.BooleanField(
                db_default=False, description="the report says neither that it arrived nor that it did not"
            ),
        ),
        ops.AddField(
            model_name="SmsReply",
            name="whole",
            field=fields.TextField(null=True, description="all of it, where `words` has no room for it"),
        ),
        ops.AddField(
            model_name="SmsReply",
            name="said_at",
            field=fields.DatetimeField(null=True, description="the provider's time"),
        ),
    ]
