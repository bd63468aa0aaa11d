"""The sensors of the demo: a gateway of the first hospital, and bands that answer within a minute."""

from storage.bands import Band
from storage.database import Connection
from storage.device_types import DeviceType
from telemetry.simulator.room import Room
from workflows.alarm.bands import DEFAULT_BANDS

GATEWAY = "demo-h1"
GATEWAY_NAME = "影像中心机房采集网关（演示）"
HOSPITAL = "h1"
ROOMS = {"MR-101": DeviceType.MR, "CT-101": DeviceType.CT, "LA-101": DeviceType.LINAC}
STORY_DEVICE = "MR-101"
HOLD_S = 10.0
NO_DATA_S = 30.0
SOURCE = "演示：与默认阈值相同，但很快报警。"

BAND = """
INSERT INTO band (device_id, metric, unit, warning_low, warning_high, alarm_low, alarm_high, hysteresis, hold_s,
                  no_data_s, source)
SELECT d.id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 FROM device d WHERE d.number = $1
"""


async def add_sensors(tx: Connection, hospital: int) -> None:
    """The gateway at the hospital of that id, and the bands of the devices behind it."""
    await tx.execute(
        "INSERT INTO gateway (organisation_id, key, name) VALUES ($1, $2, $3)",
        hospital,
        GATEWAY,
        GATEWAY_NAME,
    )
    for number, kind in ROOMS.items():
        for band in DEFAULT_BANDS[kind]:
            await tx.execute(BAND, number, *_quick(band))


def rooms(seed: int) -> list[Room]:
    """The simulated rooms, all quiet."""
    return [Room(number, kind, seed) for number, kind in ROOMS.items()]


def _quick(band: Band) -> tuple[object, ...]:
    return (
        band.metric,
        band.unit,
        band.warning_low,
        band.warning_high,
        band.alarm_low,
        band.alarm_high,
        band.hysteresis,
        min(band.hold_s, HOLD_S),
        NO_DATA_S,
        SOURCE,
    )
