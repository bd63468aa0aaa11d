"""People, their posts (roles at an organisation), how they are reached, and their sign-ins."""

from tortoise import fields
from tortoise.models import Model

from storage.models.indexes import WhereIndex
from storage.models.organisations import ChannelAccount, Organisation


class Person(Model):
    """人员. A leaver is made inactive, never deleted: history points here."""

    id = fields.BigIntField(primary_key=True)
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "yishe.Organisation", related_name="people", on_delete=fields.RESTRICT
    )
    name = fields.CharField(max_length=100)
    title = fields.CharField(max_length=100, default="")
    username = fields.CharField(max_length=64, unique=True, null=True)
    password_hash = fields.CharField(max_length=200, null=True)
    language = fields.CharField(max_length=8, null=True)
    active = fields.BooleanField(default=True)
    failed_sign_ins = fields.IntField(default=0)
    locked_until = fields.DatetimeField(null=True)
    staff_number = fields.CharField(
        max_length=64, null=True, description="工号, by which an import knows them"
    )
    phone = fields.CharField(max_length=32, db_default="")
    left_at = fields.DatetimeField(null=True, description="real time")
    password_changed_at = fields.DatetimeField(null=True, description="real time")
    must_change_password = fields.BooleanField(db_default=False)
    version = fields.IntField(db_default=1)

    class Meta:
        table = "person"
        indexes = (("organisation_id",),)


class Post(Model):
    """岗位: one role at one organisation, for a time."""

    id = fields.BigIntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "yishe.Person", related_name="posts", on_delete=fields.RESTRICT
    )
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "yishe.Organisation", related_name="posts", on_delete=fields.RESTRICT
    )
    role = fields.CharField(max_length=32)
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField(null=True)

    class Meta:
        table = "post"
        unique_together = (("person_id", "organisation_id", "role", "starts_at"),)
        indexes = (("organisation_id", "role"),)


class ContactPoint(Model):
    """联系方式: person × channel account × address."""

    id = fields.BigIntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "yishe.Person", related_name="contact_points", on_delete=fields.RESTRICT
    )
    account: fields.ForeignKeyRelation[ChannelAccount] = fields.ForeignKeyField(
        "yishe.ChannelAccount", related_name="contact_points", on_delete=fields.RESTRICT
    )
    address = fields.CharField(max_length=200)
    rank = fields.IntField(default=1, description="the lowest is tried first")
    ended_at = fields.DatetimeField(null=True, description="real time: nothing is sent there any more")
    blocked_at = fields.DatetimeField(
        null=True, description="real time: ended then, until it is opened again"
    )
    standing_at = fields.DatetimeField(null=True, description="the provider's time of what it said last")
    refused_at = fields.DatetimeField(
        null=True, description="real time: refused for good, and nothing was taken there since"
    )

    class Meta:
        table = "contact_point"
        unique_together = (("account_id", "address"),)
        indexes = (("person_id", "rank", "id"),)


class LinkCode(Model):
    """A one-time code with which a person links a chat account. Only a hash of it is kept."""

    code_hash = fields.CharField(max_length=64, primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "yishe.Person", related_name="link_codes", on_delete=fields.CASCADE
    )
    kind = fields.CharField(max_length=16, description="kind of channel")
    expires_at = fields.DatetimeField(description="real time")
    used_at = fields.DatetimeField(null=True, description="real time")

    class Meta:
        table = "link_code"
        indexes = (("person_id",),)


class WebSession(Model):
    """A signed-in browser. Only a hash of the cookie is kept."""

    id = fields.CharField(max_length=64, primary_key=True, description="SHA-256 of the cookie, hex")
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "yishe.Person", related_name="sessions", on_delete=fields.CASCADE
    )
    created_at = fields.DatetimeField()
    seen_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    client = fields.CharField(max_length=200, default="")
    way = fields.CharField(max_length=16, db_default="password", description="how they signed in")
    address = fields.CharField(max_length=64, db_default="", description="network address")

    class Meta:
        table = "web_session"
        indexes = (WhereIndex(fields=("person_id",), name="web_session_live", where="ended_at IS NULL"),)


class Absence(Model):
    """缺勤与代理: while somebody is away, the deputy acts and is told in their stead."""

    id = fields.BigIntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "yishe.Person", related_name="absences", on_delete=fields.RESTRICT
    )
    deputy: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "yishe.Person", related_name="deputising", null=True, on_delete=fields.RESTRICT
    )
    starts_at = fields.DatetimeField(description="business time")
    ends_at = fields.DatetimeField(description="business time")
    note = fields.CharField(max_length=200, db_default="")
    ended_at = fields.DatetimeField(null=True, description="real time: called off, or back early")

    class Meta:
        table = "absence"
        indexes = (("person_id", "ends_at"), ("deputy_id", "ends_at"))


class PasswordLink(Model):
    """A one-time link with which somebody sets a password. Only a hash of it is kept."""

    token_hash = fields.CharField(max_length=64, primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "yishe.Person", related_name="password_links", on_delete=fields.CASCADE
    )
    issued_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "yishe.Person", related_name="issued_password_links", null=True, on_delete=fields.SET_NULL
    )
    issued_at = fields.DatetimeField(description="real time")
    expires_at = fields.DatetimeField(description="real time")
    used_at = fields.DatetimeField(null=True, description="real time")

    class Meta:
        table = "password_link"
        indexes = (("person_id",),)
