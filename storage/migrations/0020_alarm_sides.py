"""Sides of an alarm, a clearing that takes time, sensors that never spoke, suspected quenches, a bounded quarantine."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

# What is raised keeps its side; a hold that runs learns its own with the next value.
SIDES = """
UPDATE sensor_rule r SET side = a.side FROM alarm a WHERE a.case_id = r.alarm_id AND a.side IN ('low', 'high')
"""


class Migration(migrations.Migration):
    dependencies = [("yishe", "0019_receipt_times")]

    operations = [
        ops.CreateModel(
            name="QuarantineCount",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("hour", fields.DatetimeField(description="real time, its first moment", auto_now=False, auto_now_add=False)),
                ("fault", fields.CharField(max_length=32)),
                ("messages", fields.BigIntField()),
            ],
            options={
                "table": "quarantine_count",
                "app": "yishe",
                "unique_together": (("hour", "fault"),),
                "pk_attr": "id",
                "table_description": "How many messages were not taken, by hour and kind of reason: all of them, also those that are not kept.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Alarm",
            name="suspected_quench",
            field=fields.BooleanField(description="helium and oxygen were too low at once", db_default=False),
        ),
        ops.AddField(
            model_name="Alarm",
            name="with_metric",
            field=fields.CharField(null=True, description="what is out of its band as well", max_length=32),
        ),
        ops.AddField(model_name="Alarm", name="with_unit", field=fields.CharField(null=True, max_length=16)),
        ops.AddField(model_name="Alarm", name="with_value", field=fields.FloatField(null=True)),
        ops.AddField(model_name="Alarm", name="with_limit_value", field=fields.FloatField(null=True)),
        ops.AddField(model_name="Alarm", name="cleared_value", field=fields.FloatField(null=True)),
        ops.AddField(
            model_name="Alarm",
            name="turned_to",
            field=fields.CharField(null=True, description="low, high: it ended on the other side of the band", max_length=4),
        ),
        ops.AddField(
            model_name="Band",
            name="clear_hold_s",
            field=fields.FloatField(description="so long inside before it is over", db_default=0.0),
        ),
        ops.AddField(
            model_name="Band",
            name="placed_at",
            field=fields.DatetimeField(null=True, description="real time: since when the device's own sensor is expected; at first unknown", auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Quarantine",
            name="fault",
            field=fields.CharField(description="the kind of reason, as it is counted", db_default="", max_length=32),
        ),
        ops.AddIndex(model_name="Quarantine", index=Index(fields=["fault", "id"])),
        ops.AddField(
            model_name="SensorRule",
            name="inside_since",
            field=fields.DatetimeField(null=True, description="measured: well inside again since then", auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="SensorRule",
            name="side",
            field=fields.CharField(null=True, description="low, high: where the value was outside, for level and holds", max_length=4),
        ),
        ops.RunSQL(SIDES, ""),
    ]
