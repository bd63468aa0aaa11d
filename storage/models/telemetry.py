"""Machine-room sensors: gateways, bands, readings, the state of each rule, and what could not be read."""

from tortoise import fields
from tortoise.models import Model

from storage.models.cases import Case
from storage.models.devices import Device
from storage.models.organisations import Organisation


class Gateway(Model):
    """采集网关: one MQTT client of a hospital; its key is the user name and the second level of its topics."""

    id = fields.BigIntField(primary_key=True)
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "yishe.Organisation", related_name="gateways", on_delete=fields.RESTRICT
    )
    key = fields.CharField(max_length=32, unique=True)
    name = fields.CharField(max_length=100)
    active = fields.BooleanField(db_default=True)

    class Meta:
        table = "gateway"


class Band(Model):
    """阈值: limits of one metric, for one device, or as the default of a device type."""

    id = fields.BigIntField(primary_key=True)
    device: fields.ForeignKeyNullableRelation[Device] = fields.ForeignKeyField(
        "yishe.Device", related_name="bands", null=True, on_delete=fields.RESTRICT
    )
    device_type = fields.CharField(max_length=32, null=True)
    metric = fields.CharField(max_length=32)
    unit = fields.CharField(max_length=16)
    warning_low = fields.FloatField(null=True)
    warning_high = fields.FloatField(null=True)
    alarm_low = fields.FloatField(null=True)
    alarm_high = fields.FloatField(null=True)
    hysteresis = fields.FloatField(db_default=0.0)
    hold_s = fields.FloatField(db_default=0.0)
    no_data_s = fields.FloatField(null=True)
    clear_hold_s = fields.FloatField(db_default=0.0, description="so long inside before it is over")
    placed_at = fields.DatetimeField(
        null=True, description="real time: since when the device's own sensor is expected; at first unknown"
    )
    source = fields.CharField(max_length=300)

    class Meta:
        table = "band"
        unique_together = (("device_id", "device_type", "metric"),)


class Reading(Model):
    """读数: one value of one metric at one moment, kept once. Partitioned by month of `measured_at`."""

    id = fields.BigIntField(primary_key=True)
    device_id = fields.BigIntField()
    metric = fields.CharField(max_length=32)
    measured_at = fields.DatetimeField()
    value = fields.FloatField()
    received_at = fields.DatetimeField(description="real time")
    late = fields.BooleanField(
        db_default=False, description="older than one that was taken before: stored, not judged"
    )

    class Meta:
        table = "reading"


class SensorRule(Model):
    """State of the rule of one metric of one device: survives a restart, committed with the readings."""

    id = fields.BigIntField(primary_key=True)
    device: fields.ForeignKeyRelation[Device] = fields.ForeignKeyField(
        "yishe.Device", related_name="sensor_rules", on_delete=fields.RESTRICT
    )
    metric = fields.CharField(max_length=32)
    level = fields.CharField(max_length=8, db_default="normal", description="normal, warning, alarm")
    warning_since = fields.DatetimeField(
        null=True, description="measured: outside the warning limits since then"
    )
    alarm_since = fields.DatetimeField(null=True, description="measured: outside the alarm limits since then")
    side = fields.CharField(
        max_length=4, null=True, description="low, high: where the value was outside, for level and holds"
    )
    inside_since = fields.DatetimeField(null=True, description="measured: well inside again since then")
    last_at = fields.DatetimeField(null=True)
    last_value = fields.FloatField(null=True)
    no_data = fields.BooleanField(db_default=False)
    alarm: fields.ForeignKeyNullableRelation[Case] = fields.ForeignKeyField(
        "yishe.Case", related_name="sensor_rules", null=True, on_delete=fields.RESTRICT
    )
    no_data_alarm: fields.ForeignKeyNullableRelation[Case] = fields.ForeignKeyField(
        "yishe.Case", related_name="silent_sensor_rules", null=True, on_delete=fields.RESTRICT
    )

    class Meta:
        table = "sensor_rule"
        unique_together = (("device_id", "metric"),)


class Quarantine(Model):
    """A message that could not be read, with the reason. Kept for a while, bounded in size."""

    id = fields.BigIntField(primary_key=True)
    received_at = fields.DatetimeField(description="real time")
    topic = fields.CharField(max_length=200)
    payload = fields.BinaryField()
    reason = fields.CharField(max_length=200)
    fault = fields.CharField(max_length=32, db_default="", description="the kind of reason, as it is counted")

    class Meta:
        table = "quarantine"
        indexes = (("received_at",), ("fault", "id"))


class QuarantineCount(Model):
    """How many messages were not taken, by hour and kind of reason: all of them, also those that are not kept."""

    id = fields.BigIntField(primary_key=True)
    hour = fields.DatetimeField(description="real time, its first moment")
    fault = fields.CharField(max_length=32)
    messages = fields.BigIntField()

    class Meta:
        table = "quarantine_count"
        unique_together = (("hour", "fault"),)


class Alarm(Model):
    """机房报警: what the case of an alarm knows beyond the case."""

    case: fields.OneToOneRelation[Case] = fields.OneToOneField(
        "yishe.Case", related_name="alarm_detail", primary_key=True, on_delete=fields.RESTRICT
    )
    metric = fields.CharField(max_length=32)
    unit = fields.CharField(max_length=16)
    level = fields.CharField(max_length=8, description="warning, alarm")
    side = fields.CharField(max_length=8, description="low, high, no_data")
    value = fields.FloatField(null=True)
    limit_value = fields.FloatField(null=True)
    suspected_quench = fields.BooleanField(
        db_default=False, description="helium and oxygen were too low at once"
    )
    with_metric = fields.CharField(max_length=32, null=True, description="what is out of its band as well")
    with_unit = fields.CharField(max_length=16, null=True)
    with_value = fields.FloatField(null=True)
    with_limit_value = fields.FloatField(null=True)
    raised_at = fields.DatetimeField(description="measured")
    cleared_at = fields.DatetimeField(null=True, description="measured")
    cleared_value = fields.FloatField(null=True)
    turned_to = fields.CharField(
        max_length=4, null=True, description="low, high: it ended on the other side of the band"
    )

    class Meta:
        table = "alarm"
