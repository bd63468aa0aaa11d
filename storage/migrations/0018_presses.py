"""A form that was sent twice by one press counts once."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("yishe", "0017_severity")]

    operations = [
        ops.CreateModel(
            name="Press",
            fields=[
                ("key", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64, description="SHA-256 of the page, the person and what was sent, hex")),
                ("request", fields.CharField(max_length=32, description="which of the requests with that key wrote")),
                ("led_to", fields.CharField(null=True, max_length=500, description="where the first answer led")),
                ("pressed_at", fields.DatetimeField(description="real time", auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "press",
                "app": "yishe",
                "pk_attr": "key",
                "indexes": [Index(fields=["pressed_at"])],
                "table_description": "A form of the administration that was taken, for when it comes once more.",
            },
            bases=["Model"],
        ),
    ]
