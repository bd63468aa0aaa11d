"""What lists of cases need after ten years: the open ones, those of an organisation, and numbers by their end."""

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from storage.models.indexes import WhereIndex

# A number is searched for by its last digits, which stand first when it is turned round.
BY_TAIL = "CREATE INDEX work_case_number_tail ON work_case (reverse(number) text_pattern_ops)"


class Migration(migrations.Migration):
    dependencies = [("yishe", "0023_refused")]

    operations = [
        ops.AddIndex(model_name="Case", index=Index(fields=["organisation_id", "id"])),
        ops.AddIndex(
            model_name="Case",
            index=WhereIndex(fields=["id"], name="work_case_open_ids", where="closed_at IS NULL"),
        ),
        ops.RunSQL(BY_TAIL, "DROP INDEX work_case_number_tail"),
    ]
