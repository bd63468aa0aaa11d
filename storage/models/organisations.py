"""The organisation tree and what hangs on it: channel accounts and policies."""

from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.models import Model

from storage.models.indexes import WhereIndex

if TYPE_CHECKING:
    from storage.models.people import Person


class Organisation(Model):
    """机构: nation, province, city, hospital or department."""

    id = fields.BigIntField(primary_key=True)
    parent: fields.ForeignKeyNullableRelation["Organisation"] = fields.ForeignKeyField(
        "yishe.Organisation", related_name="children", null=True, on_delete=fields.RESTRICT
    )
    kind = fields.CharField(max_length=16)
    name = fields.CharField(max_length=200)
    code = fields.CharField(
        max_length=32, null=True, description="GB/T 2260 region or unified social credit code"
    )
    path = fields.CharField(
        max_length=200, unique=True, description="ids from the root, '1.4.17.': below means begins with"
    )
    address = fields.CharField(max_length=300, db_default="")
    active = fields.BooleanField(db_default=True, description="closed ones keep their history")
    version = fields.IntField(db_default=1, description="counts changes; a form of an older one is refused")

    class Meta:
        table = "organisation"
        indexes = (("parent_id",),)


class ChannelAccount(Model):
    """渠道账号: a WeCom application or a mail sender, owned by an organisation, inherited downward."""

    id = fields.BigIntField(primary_key=True)
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "yishe.Organisation", related_name="channel_accounts", on_delete=fields.RESTRICT
    )
    kind = fields.CharField(max_length=16)
    name = fields.CharField(max_length=100)
    public_key = fields.CharField(
        max_length=32, unique=True, description="names the account in callback addresses"
    )
    settings = fields.JSONField[dict[str, object]](default=dict)
    sealed = fields.BinaryField(null=True, description="secrets, sealed with the master key")
    active = fields.BooleanField(default=True)
    version = fields.IntField(db_default=1)
    tested_at = fields.DatetimeField(null=True, description="real time of the last test message")
    test_result = fields.CharField(max_length=300, db_default="")

    class Meta:
        table = "channel_account"
        indexes = (("organisation_id", "kind"),)


class Policy(Model):
    """策略: a deadline, limit or threshold; the newest row of the nearest organisation counts."""

    id = fields.BigIntField(primary_key=True)
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "yishe.Organisation", related_name="policies", on_delete=fields.RESTRICT
    )
    name = fields.CharField(max_length=64)
    value = fields.JSONField[dict[str, object]]()
    source = fields.CharField(max_length=300)
    version = fields.IntField(default=1)
    valid_from = fields.DatetimeField()
    set_by: fields.ForeignKeyNullableRelation["Person"] = fields.ForeignKeyField(
        "yishe.Person", related_name="policies", null=True, on_delete=fields.RESTRICT
    )
    note = fields.CharField(max_length=500, db_default="", description="why it was set so")
    inherits = fields.BooleanField(
        db_default=False, description="from then on what stands above holds; the value is a copy of that"
    )
    applied_at = fields.DatetimeField(null=True, description="real time at which running timers followed it")

    class Meta:
        table = "policy"
        unique_together = (("organisation_id", "name", "version"),)
        indexes = (WhereIndex(fields=("valid_from",), name="policy_to_apply", where="applied_at IS NULL"),)
