"""Keys that are kept in the database, sealed with the master key."""

from tortoise import fields
from tortoise.models import Model


class KeptKey(Model):
    """A key of its own for one purpose, which outlives a change of the master key."""

    purpose = fields.CharField(max_length=32, primary_key=True)
    sealed = fields.BinaryField(description="sealed with the master key")
    made_at = fields.DatetimeField(description="real time")

    class Meta:
        table = "kept_key"
