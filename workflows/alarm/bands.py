"""Default limits by type of device, and which band counts: the device's own, its type's, or the default.

The limits that makers and guides name differ by model: a hospital enters its own from the manuals, and
`docs/telemetry.md` says how. Each default names its source; "house value" means that no source binds it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from storage.bands import Band, BandRow
from storage.device_types import DeviceType
from workflows.alarm.metrics import METRICS, Metric

T = DeviceType
M = Metric

HOLD_S = 120.0
NO_DATA_S = 600.0

HVAC_GUIDE = "Chinese HVAC guide for imaging rooms (www.pbcccrc.com/hangye/432.html)"
GE_MR = "site requirements of GE Signa Creator, MR equipment room (manualshive 128687, p. 15)"
CT_GUIDE = "CT site guides (blockimaging.com, tecenet.com/zixun/show-2790.html)"
TOMO = "TomoHD vault, site planning (scribd 182353919)"
CHILLED = "typical chilled water of 6 to 15 °C (xrayn-web.pages.dev/wiki/site-requirements/chilled-water)"
OXYGEN = "oxygen alarm below 19.5 % (usual limit of oxygen monitors in MR rooms)"
HOUSE = "house value, to be replaced from the model's manual"


def _band(
    metric: Metric,
    source: str,
    warning: tuple[float | None, float | None] = (None, None),
    alarm: tuple[float | None, float | None] = (None, None),
    hysteresis: float = 0.0,
) -> Band:
    return Band(metric, METRICS[metric].unit, source, *warning, *alarm, hysteresis, HOLD_S, NO_DATA_S)


def _at_once(band: Band) -> Band:
    """A band that is judged by every single value."""
    return replace(band, hold_s=0.0)


_MR = (
    _band(M.ROOM_TEMPERATURE, f"warning: {HVAC_GUIDE}; alarm: {GE_MR}", (18, 24), (15, 28), 0.5),
    _band(M.ROOM_HUMIDITY, f"warning: {HVAC_GUIDE}; alarm: {GE_MR}", (40, 60), (30, 75), 2),
    _band(M.CHILLED_WATER_TEMPERATURE, f"warning: {CHILLED}; alarm: {HOUSE}", (6, 15), (4, 20), 0.5),
    _band(M.CHILLED_WATER_FLOW, HOUSE, (60, None), (40, None), 5),
    _band(M.HELIUM_LEVEL, HOUSE, (65, None), (60, None), 1),
    _at_once(_band(M.OXYGEN, OXYGEN, alarm=(19.5, None), hysteresis=0.3)),
)
_CT = (
    _band(M.ROOM_TEMPERATURE, f"warning: {HVAC_GUIDE}; alarm: {CT_GUIDE}", (20, 24), (18, 28), 0.5),
    _band(M.ROOM_HUMIDITY, f"warning: {HVAC_GUIDE}; alarm: {CT_GUIDE}", (40, 60), (30, 70), 2),
)
_PET_CT = (
    _band(M.ROOM_TEMPERATURE, HOUSE, (20, 24), (18, 26), 0.5),
    _band(M.ROOM_HUMIDITY, HOUSE, (30, 60), (20, 70), 2),
)
_LINAC = (
    _band(M.ROOM_TEMPERATURE, HOUSE, (20, 26), (18, 28), 0.5),
    _band(M.ROOM_HUMIDITY, HOUSE, (30, 70), (20, 80), 2),
    _band(M.CHILLED_WATER_TEMPERATURE, f"warning: {CHILLED}; alarm: {HOUSE}", (6, 15), (4, 20), 0.5),
)
_TOMO = (
    _band(M.ROOM_TEMPERATURE, f"warning: {TOMO}; alarm: {HOUSE}", (20, 24), (18, 26), 0.5),
    _band(M.ROOM_HUMIDITY, f"warning: {TOMO}; alarm: {HOUSE}", (30, 60), (20, 70), 2),
)

DEFAULT_BANDS: Mapping[str, tuple[Band, ...]] = {
    T.CT: _CT,
    T.MR: _MR,
    T.PET_CT: _PET_CT,
    T.PET_MR: _MR,
    T.LINAC: _LINAC,
    T.TOMOTHERAPY: _TOMO,
    T.MR_LINAC: _MR,
}


class Bands:
    """Which band counts, of those that were entered and the defaults."""

    def __init__(self, entered: Sequence[BandRow]) -> None:
        self._of_device = {(r.device_id, r.band.metric): r.band for r in entered if r.device_id is not None}
        self._of_type = {(r.device_type, r.band.metric): r.band for r in entered if r.device_id is None}
        self._defaults = {(kind, b.metric): b for kind, bands in DEFAULT_BANDS.items() for b in bands}

    def of(self, device_id: int, device_type: str, metric: str) -> Band | None:
        """The band of a device's metric; None when nothing is judged there."""
        return (
            self._of_device.get((device_id, metric))
            or self._of_type.get((device_type, metric))
            or self._defaults.get((device_type, metric))
        )
