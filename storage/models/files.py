"""Files by content, and where they are attached."""

from tortoise import fields
from tortoise.models import Model

from storage.models.cases import Case
from storage.models.devices import Device
from storage.models.people import Person


class StoredFile(Model):
    """A file, named by what it contains."""

    sha256 = fields.CharField(max_length=64, primary_key=True)
    size = fields.IntField(description="bytes")
    media_type = fields.CharField(max_length=64)
    stored_at = fields.DatetimeField(description="real time")
    thumbnail = fields.CharField(max_length=64, null=True, description="SHA-256 of the small picture of it")

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


class DeviceFile(Model):
    """档案附件: a photo or document in a device's record."""

    id = fields.BigIntField(primary_key=True)
    device: fields.ForeignKeyRelation[Device] = fields.ForeignKeyField(
        "yishe.Device", related_name="files", on_delete=fields.RESTRICT
    )
    file: fields.ForeignKeyRelation[StoredFile] = fields.ForeignKeyField(
        "yishe.StoredFile", related_name="device_files", on_delete=fields.RESTRICT
    )
    kind = fields.CharField(max_length=16, description="photo, manual, contract, certificate, other")
    name = fields.CharField(max_length=200)
    public_key = fields.CharField(max_length=32, unique=True)
    added_by: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "yishe.Person", related_name="device_files", on_delete=fields.RESTRICT
    )
    added_at = fields.DatetimeField(description="business time")
    removed_at = fields.DatetimeField(null=True, description="business time")

    class Meta:
        table = "device_file"
        indexes = (("device_id",),)
