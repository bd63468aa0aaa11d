"""What the page of the audit needs with a million rows: both tables in the order of time, audit rows by action."""

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("yishe", "0005_roles")]

    operations = [
        ops.AddIndex(model_name="Audit", index=Index(fields=["at", "id"])),
        ops.AddIndex(model_name="Audit", index=Index(fields=["action", "organisation_id"])),
        ops.AddIndex(model_name="Step", index=Index(fields=["recorded_at", "id"])),
        ops.AddIndex(model_name="Step", index=Index(fields=["person_id", "recorded_at"])),
    ]
