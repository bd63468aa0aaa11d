"""The language in which a reporter without an account reads."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("yishe", "0010_kept_keys")]

    operations = [
        ops.AddField(
            model_name="Participant",
            name="language",
            field=fields.CharField(
                null=True, description="in which somebody without an account reads", max_length=8
            ),
        ),
    ]
