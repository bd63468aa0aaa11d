"""What a configuration licence (大型医用设备配置许可证) says: clause 6.3.1 of the standard."""

from tortoise import fields
from tortoise.models import Model

from storage.models.cases import Case


class Licence(Model):
    """配置许可证: original (正本) and, once issued, duplicate (副本). One licence per device."""

    case: fields.OneToOneRelation[Case] = fields.OneToOneField(
        "yishe.Case", related_name="licence", primary_key=True, on_delete=fields.RESTRICT
    )
    licence_number = fields.CharField(max_length=32, unique=True)
    category = fields.CharField(max_length=8, description="A (甲) or B (乙)")
    unit_name = fields.CharField(max_length=200)
    legal_representative = fields.CharField(max_length=100)
    ownership = fields.CharField(max_length=100)
    device_address = fields.CharField(max_length=300)
    credit_code = fields.CharField(max_length=18, description="unified social credit code")
    device_name = fields.CharField(max_length=200, description="licensed device")
    ladder_type = fields.CharField(max_length=100, db_default="", description="阶梯配置机型")
    issuing_authority = fields.CharField(max_length=200)
    issued_on = fields.DateField()
    limit_on = fields.DateField(description="last day of the time limit; an extension moves it")
    public_key = fields.CharField(max_length=32, unique=True, description="in the licence's QR code")
    purchased_on = fields.DateField(null=True)
    contract = fields.CharField(max_length=200, db_default="")
    maker = fields.CharField(max_length=100, db_default="")
    model = fields.CharField(max_length=100, db_default="")
    duplicate_ladder_type = fields.CharField(
        max_length=100, db_default="", description="阶梯配置机型 as the duplicate says it"
    )
    serial = fields.CharField(max_length=100, db_default="")
    installed_on = fields.DateField(null=True)
    reported_on = fields.DateField(null=True)
    duplicate_issued_on = fields.DateField(null=True)
    remarks = fields.TextField(db_default="")
    planned_on = fields.DateField(null=True, description="the unit's own plan, given with an acknowledgement")
    acknowledged_stage = fields.CharField(max_length=8, db_default="")

    proposal = fields.JSONField[dict[str, object]](
        null=True, description="a correction that waits for the issuing authority, with both sides"
    )
    proposed_at = fields.DatetimeField(null=True, description="business time")

    class Meta:
        table = "licence"
        indexes = (("limit_on",),)
