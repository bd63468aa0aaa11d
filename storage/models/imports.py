"""Imports from spreadsheets: a preview first, then all rows or none, and a way back."""

from tortoise import fields
from tortoise.models import Model

from storage.models.files import StoredFile
from storage.models.organisations import Organisation
from storage.models.people import Person


class ImportBatch(Model):
    """导入批次: one file that was brought in."""

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(max_length=16, description="devices, people, organisations")
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "yishe.Organisation", related_name="imports", on_delete=fields.RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "yishe.Person", related_name="imports", on_delete=fields.RESTRICT
    )
    file: fields.ForeignKeyNullableRelation[StoredFile] = fields.ForeignKeyField(
        "yishe.StoredFile", related_name="imports", null=True, on_delete=fields.RESTRICT
    )
    name = fields.CharField(max_length=200)
    state = fields.CharField(max_length=16, description="preview, running, done, failed, undone")
    total = fields.IntField(db_default=0)
    done = fields.IntField(db_default=0)
    report = fields.JSONField[dict[str, object]](default=dict, description="counts, and errors row by row")
    created_at = fields.DatetimeField(description="real time")
    finished_at = fields.DatetimeField(null=True, description="real time")
    undone_at = fields.DatetimeField(null=True, description="real time")

    class Meta:
        table = "import_batch"
        indexes = (("organisation_id", "id"),)


class ImportRow(Model):
    """What one row of a file made or changed, so that it can be taken back."""

    id = fields.BigIntField(primary_key=True)
    batch: fields.ForeignKeyRelation[ImportBatch] = fields.ForeignKeyField(
        "yishe.ImportBatch", related_name="rows", on_delete=fields.RESTRICT
    )
    row_number = fields.IntField(description="line in the sheet")
    subject_kind = fields.CharField(max_length=32)
    subject_id = fields.BigIntField()
    made_version = fields.IntField(
        description="version of the subject after the import; another one bars undo"
    )
    before = fields.JSONField[dict[str, object]](null=True, description="None: the row made it")

    class Meta:
        table = "import_row"
        unique_together = (("batch_id", "row_number", "subject_kind"),)
