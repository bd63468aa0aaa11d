"""Keys that outlive a change of the master key."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("yishe", "0009_delivery_errors")]

    operations = [
        ops.CreateModel(
            name="KeptKey",
            fields=[
                ("purpose", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=32)),
                ("sealed", fields.BinaryField(description="sealed with the master key")),
                ("made_at", fields.DatetimeField(description="real time", auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "kept_key",
                "app": "yishe",
                "pk_attr": "purpose",
                "table_description": "A key of its own for one purpose, which outlives a change of the master key.",
            },
            bases=["Model"],
        ),
    ]
