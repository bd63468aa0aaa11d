"""A message whose writer names no severity asks its reader to act."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("yishe", "0016_outbox")]

    operations = [
        ops.AlterField(
            model_name="Message",
            name="severity",
            field=fields.CharField(null=True, db_default="notice", max_length=16, description="info, notice, urgent, critical"),
        ),
    ]
