"""Devices: what a scanned label shows, the record, the search."""

from aiohttp import web

from h5_pages import device_look, error_pages
from h5_pages.params import OfId, OfToken
from h5_pages.sensors import gauges
from h5_pages.views.device_admin import steps_for
from h5_pages.visit import Visit
from storage.access import NotVisible, device_page, devices, open_faults
from storage.access.device_page import DevicePage
from storage.access.devices import DeviceRecord, PublicDevice
from storage.access.sensors import of_device
from storage.clock import SHANGHAI
from workflows.administration.device_forms import RIGHTS, Right
from workflows.repair.machine import REPAIR

MAY_PRINT_LABELS = RIGHTS[Right.LABEL]
KEEPERS = RIGHTS[Right.FILES]
SHOWN_HISTORY = 5


async def by_label(request: web.Request, visit: Visit) -> web.StreamResponse:
    """The page behind the QR code: the minimum for anybody, the record for those in whose scope it lies."""
    token = OfToken.of(request).token
    if (found := await _labelled(visit, token)) is not None:
        return _show(visit, found, token)
    try:
        device = await labelled(visit, token)
    except NotVisible:
        return await no_label(visit, token)
    if device.status == "retired":
        return error_pages.trouble(visit, error_pages.DEVICE_RETIRED)
    faults = await open_faults.of_device(visit.services.db, device.id)
    return visit.page("device_public.html", device=device, token=token, faults=faults, repair=REPAIR)


async def record(request: web.Request, visit: Visit) -> web.StreamResponse:
    """The record of a device in scope."""
    found = await device_page.page(
        visit.services.db, visit.person, OfId.of(request).id, KEEPERS, SHOWN_HISTORY
    )
    return _show(visit, found, found.device.token)


async def sensors(request: web.Request, visit: Visit) -> web.StreamResponse:
    """What the sensors of a device say now: a part of its page, which asks for it by itself."""
    if visit.viewer is None:
        return web.Response(status=204, headers={"HX-Refresh": "true"})  # the page then asks for sign-in
    wanted = OfId.of(request).id
    shown = gauges(await of_device(visit.services.db, visit.viewer, wanted))
    return visit.page("sensors.html", device_id=wanted, gauges=shown)


async def labelled(visit: Visit, token: str) -> PublicDevice:
    """The device of a valid label; raises `NotVisible`."""
    return await devices.by_label(visit.services.db, token)


async def no_label(visit: Visit, token: str) -> web.Response:
    """What a label says that leads nowhere: it was replaced, or never was one of ours."""
    replaced = await devices.was_replaced(visit.services.db, token)
    return error_pages.trouble(visit, error_pages.LABEL_REPLACED if replaced else error_pages.LABEL_UNKNOWN)


def may_print(visit: Visit, device: DeviceRecord) -> bool:
    """May the viewer print this device's label?"""
    return visit.person.holds(MAY_PRINT_LABELS, device.path)


def prints_any(visit: Visit) -> bool:
    """May the viewer print labels anywhere?"""
    return any(grant.role in MAY_PRINT_LABELS for grant in visit.person.grants)


async def _labelled(visit: Visit, token: str) -> DevicePage | None:
    if visit.viewer is None:
        return None
    try:
        return await device_page.labelled(visit.services.db, visit.viewer, token, KEEPERS, SHOWN_HISTORY)
    except NotVisible:
        return None


def _show(visit: Visit, found: DevicePage, token: str | None) -> web.Response:
    device = found.device
    today = visit.services.clocks.business.now().astimezone(SHANGHAI).date()
    return visit.page(
        "device.html",
        device=device,
        udi_parts=device_look.udi_parts(device.udi, today),
        steps=steps_for(visit, device),
        history=found.history,
        files=found.files,
        licence_case=found.licence_case,
        device_id=device.id,
        gauges=gauges(found.sensors),
        token=token,
        lines=visit.services.cases.with_limits(found.cases),
        closed=found.closed,
        cases=visit.services.cases,
        may_print=may_print(visit, device),
    )
