"""Limits of a device's sensors: which count and where they come from, set for this device, and left again."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web
from pydantic import ValidationError

from h5_pages import error_pages
from h5_pages.forms import data_of, plain_inputs
from h5_pages.intake import PressBroken
from h5_pages.params import OfId
from h5_pages.params_devices import DevicePress, OfBand
from h5_pages.visit import Visit
from storage.access import NotVisible, devices
from storage.access.devices import DeviceRecord
from storage.access.sensors import DeviceSensors, SensorLine, of_device
from storage.bands import Band
from storage.texts import N_
from workflows.administration import device_bands
from workflows.administration.device_bands import Limits
from workflows.administration.device_forms import RIGHT_LABELS, RIGHTS, Right
from workflows.administration.devices import Seen
from workflows.alarm.bands import DEFAULT_BANDS, Bands
from workflows.alarm.metrics import METRICS, MetricLook, metric_look, shown_limit
from workflows.errors import FormInvalid, NotPermitted, WorkflowError

WHOSE = {
    "device": N_("this device's own"),
    "type": N_("of the type, as entered"),
    "default": N_("default for the type"),
}


HEARD = N_("sends values")
MISSED = N_("has not sent anything yet; its silence becomes an alarm")
NOT_MISSED = N_(
    "has never sent data, and no alarm is set for that: if there is a sensor, set limits for this device"
)


@dataclass(frozen=True)
class BandLine:
    """The limits of one metric; None where nothing is judged. `whose` is a source text, `heard` its sensor, if any."""

    metric: str
    look: MetricLook
    band: Band | None
    whose: str
    heard: SensorLine | None = None

    @property
    def sensor(self) -> str:
        """Whether a sensor speaks there, and whether it is missed where it does not: a source text."""
        if self.heard is not None and self.heard.at is not None:
            return HEARD
        missed = self.is_own and self.band is not None and self.band.no_data_s is not None
        return MISSED if missed else NOT_MISSED

    @property
    def is_own(self) -> bool:
        """Were they entered for this device alone?"""
        return self.whose == WHOSE["device"]

    def between(self, low: float | None, high: float | None) -> str:
        """Two limits, such as `18 °C – 24 °C`."""
        if self.band is None or (low is None and high is None):
            return ""
        return " – ".join(
            "…" if limit is None else shown_limit(limit, self.band.unit) for limit in (low, high)
        )


async def show(request: web.Request, visit: Visit) -> web.StreamResponse:
    """The limits of everything that is measured."""
    device_id = OfId.of(request).id
    device = await devices.record(visit.services.db, visit.person, device_id)
    lines = _lines(await of_device(visit.services.db, visit.person, device_id))
    return visit.page("device_bands.html", device=device, lines=lines, may_set=_may_set(visit, device))


async def form(request: web.Request, visit: Visit) -> web.StreamResponse:
    """The form of one metric."""
    return await _form(visit, OfBand.of(request))


async def put(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Set them, or say what is wrong."""
    wanted = OfBand.of(request)
    await _line(visit, wanted)
    data = data_of(Limits, visit.typed.fields)
    try:
        await device_bands.put(visit.services.office, visit.by, _seen(visit, wanted), wanted.metric, data)
    except ValidationError:
        return await _form(visit, wanted, PressBroken())
    except WorkflowError as error:
        return await _form(visit, wanted, error)
    return _back(wanted)


async def drop(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Leave them to the type again."""
    wanted = OfBand.of(request)
    await _line(visit, wanted)
    try:
        await device_bands.drop(visit.services.office, visit.by, _seen(visit, wanted), wanted.metric)
    except ValidationError:
        return await _form(visit, wanted, PressBroken())
    except WorkflowError as error:
        return await _form(visit, wanted, error)
    return _back(wanted)


def _seen(visit: Visit, wanted: OfBand) -> Seen:
    return Seen(wanted.id, DevicePress.model_validate(visit.typed.fields).version)


def _back(wanted: OfBand) -> web.Response:
    return web.Response(status=303, headers={"Location": f"/devices/{wanted.id}/bands"})


async def _form(visit: Visit, wanted: OfBand, error: WorkflowError | None = None) -> web.Response:
    """Raises `NotVisible`, `NotPermitted`."""
    device = await devices.record(visit.services.db, visit.person, wanted.id)
    if not _may_set(visit, device):
        raise NotPermitted(action_text=RIGHT_LABELS[Right.BANDS])
    line = await _line(visit, wanted)
    return visit.page(
        "device_band.html",
        error_pages.status_of(error) if error else 200,
        device=device,
        line=line,
        inputs=plain_inputs(visit, Limits, error if isinstance(error, FormInvalid) else None, _known(line)),
        error=error,
    )


async def _line(visit: Visit, wanted: OfBand) -> BandLine:
    """Raises `NotVisible` for what nobody measures."""
    lines = _lines(await of_device(visit.services.db, visit.person, wanted.id))
    found = next((line for line in lines if line.metric == wanted.metric), None)
    if found is None:
        raise NotVisible
    return found


def _lines(sensors: DeviceSensors) -> list[BandLine]:
    """Every metric that is known, and what this device's sensors or bands name besides."""
    bands = Bands(sensors.bands)
    own = {row.band.metric for row in sensors.bands if row.device_id is not None}
    of_type = {row.band.metric for row in sensors.bands if row.device_id is None}
    named = dict.fromkeys(
        [*map(str, METRICS), *(line.metric for line in sensors.lines), *sorted(own | of_type)]
    )
    heard = {line.metric: line for line in sensors.lines}
    shipped = {band.metric for band in DEFAULT_BANDS.get(sensors.device_type, ())}

    def line(metric: str) -> BandLine:
        band = bands.of(sensors.device_id, sensors.device_type, metric)
        from_here = {"device": own, "type": of_type, "default": shipped}
        whose = next((WHOSE[name] for name, metrics in from_here.items() if metric in metrics), "")
        return BandLine(
            metric, metric_look(metric, band.unit if band else ""), band, whose, heard.get(metric)
        )

    return [line(metric) for metric in named]


def _known(line: BandLine) -> Mapping[str, str]:
    """The limits that count now; where they come from is asked for anew, unless they are this device's own."""
    if line.band is None:
        return {"hold_s": "120", "no_data_s": "600", "clear_hold_s": "0"}
    values = {name: getattr(line.band, name) for name in Limits.model_fields}
    known = {
        name: f"{v:g}" if isinstance(v, float) else str(v) for name, v in values.items() if v is not None
    }
    return known if line.is_own else {**known, "source": ""}


def _may_set(visit: Visit, device: DeviceRecord) -> bool:
    return visit.person.holds(RIGHTS[Right.BANDS], device.path)
