"""The last errors of a channel account, without reading all that it ever sent."""

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("yishe", "0008_policies")]

    operations = [
        ops.AddIndex(model_name="Delivery", index=Index(fields=["account_id", "tried_at"])),
    ]
