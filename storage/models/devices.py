"""Equipment and the QR labels stuck on it."""

from tortoise import fields
from tortoise.models import Model

from storage.models.organisations import Organisation


class Device(Model):
    """大型医用设备. Unique by maker and serial number; closed when retired, never deleted."""

    id = fields.BigIntField(primary_key=True)
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "yishe.Organisation", related_name="devices", on_delete=fields.RESTRICT
    )
    number = fields.CharField(max_length=40, unique=True, description="设备编号, printed on the label")
    type = fields.CharField(max_length=32)
    name = fields.CharField(max_length=200)
    maker = fields.CharField(max_length=100)
    model = fields.CharField(max_length=100)
    serial = fields.CharField(max_length=100)
    udi = fields.CharField(max_length=200, null=True)
    location = fields.CharField(max_length=200, default="")
    status = fields.CharField(max_length=16, default="in_use")
    licence_number = fields.CharField(max_length=32, null=True)
    installed_on = fields.DateField(null=True)
    retired_on = fields.DateField(null=True)
    category = fields.CharField(max_length=8, db_default="", description="A (甲), B (乙) or neither")
    brand = fields.CharField(max_length=100, db_default="")
    ladder_type = fields.CharField(max_length=100, db_default="", description="阶梯配置机型")
    asset_number = fields.CharField(max_length=64, db_default="", description="固定资产编号")
    made_on = fields.DateField(null=True)
    purchased_on = fields.DateField(null=True)
    reported_on = fields.DateField(null=True, description="上报日期")
    warranty_until = fields.DateField(null=True)
    price = fields.DecimalField(max_digits=14, decimal_places=2, null=True, description="CNY")
    supplier = fields.CharField(max_length=200, db_default="")
    service_vendor = fields.CharField(max_length=200, db_default="", description="who repairs under contract")
    service_phone = fields.CharField(max_length=32, db_default="")
    remarks = fields.CharField(max_length=1000, db_default="")
    version = fields.IntField(db_default=1)

    class Meta:
        table = "device"
        unique_together = (("maker", "serial"),)
        indexes = (("organisation_id",),)


class DeviceLabel(Model):
    """二维码标签: the token in the QR code; a new generation revokes the old ones."""

    token = fields.CharField(max_length=32, primary_key=True, description="random 128 bits, base64url")
    device: fields.ForeignKeyRelation[Device] = fields.ForeignKeyField(
        "yishe.Device", related_name="labels", on_delete=fields.RESTRICT
    )
    generation = fields.IntField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "device_label"
        unique_together = (("device_id", "generation"),)
