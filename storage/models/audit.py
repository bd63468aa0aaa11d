"""Audit rows: writes outside cases and looks at protected data. Partitioned by month of `at`; only ever appended."""

from tortoise import fields
from tortoise.models import Model

from storage.models.cases import Case
from storage.models.organisations import Organisation
from storage.models.people import Person


class Audit(Model):
    """审计: who looked at or changed what, when, from where."""

    id = fields.BigIntField(primary_key=True)
    at = fields.DatetimeField(description="real time")
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "yishe.Person", related_name="audit", null=True, on_delete=fields.RESTRICT
    )
    case: fields.ForeignKeyNullableRelation[Case] = fields.ForeignKeyField(
        "yishe.Case", related_name="audit", null=True, on_delete=fields.RESTRICT
    )
    door = fields.CharField(max_length=16)
    client = fields.CharField(max_length=100)
    action = fields.CharField(max_length=64)
    subject = fields.CharField(max_length=200)
    data = fields.JSONField[dict[str, object]](db_default={})
    organisation: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "yishe.Organisation", related_name="audit", null=True, on_delete=fields.RESTRICT
    )
    subject_kind = fields.CharField(max_length=32, db_default="", description="person, device, policy …")
    subject_id = fields.BigIntField(null=True)
    before = fields.JSONField[dict[str, object]](
        null=True, description="the fields that changed, as they were"
    )
    after = fields.JSONField[dict[str, object]](null=True, description="the same fields, as they are now")

    class Meta:
        table = "audit"
        indexes = (
            ("case_id", "at"),
            ("person_id", "at"),
            ("organisation_id", "at"),
            ("subject_kind", "subject_id", "at"),
            ("at", "id"),
            ("action", "organisation_id"),
        )
