"""Policies that go back to what holds above, and when running timers followed a policy."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from storage.models.indexes import WhereIndex

# What held before this was applied to every timer as it was armed.
APPLIED = "UPDATE policy SET applied_at = now()"


class Migration(migrations.Migration):
    dependencies = [("yishe", "0007_calendar_years")]

    operations = [
        ops.AddField(
            model_name="Policy",
            name="inherits",
            field=fields.BooleanField(
                db_default=False, description="from then on what stands above holds; the value is a copy of that"
            ),
        ),
        ops.AddField(
            model_name="Policy",
            name="applied_at",
            field=fields.DatetimeField(
                null=True, description="real time at which running timers followed it", auto_now=False, auto_now_add=False
            ),
        ),
        ops.RunSQL(APPLIED, ""),
        ops.AddIndex(
            model_name="Policy",
            index=WhereIndex(fields=["valid_from"], name="policy_to_apply", where="applied_at IS NULL"),
        ),
    ]
