"""Files by content, and where they are attached."""

from tortoise import fields
from tortoise.models import Model

from storage.models.cases import Case


class StoredFile(Model):
    """A file, named by what it contains."""

    sha256 = fields.CharField(max_length=64, primary_key=True)
    size = fields.IntField(description="bytes")
    media_type = fields.CharField(max_length=64)
    stored_at = fields.DatetimeField(description="real time")

    class Meta:
        table = "stored_file"


class Attachment(Model):
    """附件: a file that belongs to a case."""

    id = fields.BigIntField(primary_key=True)
    case: fields.ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "yishe.Case", related_name="attachments", on_delete=fields.RESTRICT
    )
    file: fields.ForeignKeyRelation[StoredFile] = fields.ForeignKeyField(
        "yishe.StoredFile", related_name="attachments", on_delete=fields.RESTRICT
    )
    version = fields.IntField(description="the step that brought it")
    name = fields.CharField(max_length=200)
    public_key = fields.CharField(max_length=32, unique=True)

    class Meta:
        table = "attachment"
        indexes = (("case_id", "version"),)
