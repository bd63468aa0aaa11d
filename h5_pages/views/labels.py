"""QR codes and label sheets."""

import asyncio
from dataclasses import replace

from aiohttp import web

from h5_pages import qr
from h5_pages.label_layouts import LAYOUTS
from h5_pages.labels import Label, label_sheet
from h5_pages.lists import ListView
from h5_pages.params import OfId
from h5_pages.params_devices import LabelQuery
from h5_pages.views.device_list import columns, filters
from h5_pages.views.devices import MAY_PRINT_LABELS, may_print
from h5_pages.visit import Visit
from storage.access import NotVisible, device_lists, devices
from storage.access.devices import DeviceRecord
from storage.clock import SHANGHAI
from storage.paging import Page
from storage.texts import N_
from workflows.administration import printing
from workflows.errors import NotPermitted, WorkflowError

MOST_LABELS = 1000
PRINT_LABELS = N_("print labels")
HINT = N_("Scan to report a fault")
NOTE = N_("Label {generation}, printed {day}")


class NothingTicked(WorkflowError):
    """No device was chosen."""

    text = N_("Please tick at least one device.")


async def svg(request: web.Request, visit: Visit) -> web.StreamResponse:
    """A device's code, for the screen."""
    return web.Response(text=qr.svg(await _url(request, visit)), content_type="image/svg+xml")


async def png(request: web.Request, visit: Visit) -> web.StreamResponse:
    """A device's code, for documents."""
    return web.Response(body=qr.png(await _url(request, visit)), content_type="image/png")


async def choose(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Which devices, on which paper."""
    _check(visit)
    query = LabelQuery.of(request)
    page = await device_lists.listed(visit.services.db, visit.person, query.wanted, query.order())
    rows = [device for device in page.rows if device.token and may_print(visit, device)]
    view = ListView("/labels", query, Page(rows, page.total, page.next), columns(visit), await filters(visit))
    return visit.page(
        "labels.html", view=view, many=device_lists.MOST_COUNTED, layouts=LAYOUTS, most=MOST_LABELS
    )


async def sheet(request: web.Request, visit: Visit) -> web.StreamResponse:
    """The labels of the chosen devices, or of all that the filters let through."""
    _check(visit)
    query = LabelQuery.of(request)
    if query.boxes and query.ids is None:
        raise NothingTicked
    order = replace(query.order(MOST_LABELS), after=None)
    found = await device_lists.listed(visit.services.db, visit.person, query.wanted, order)
    chosen = [d for d in found.rows if d.token and may_print(visit, d)]
    if not chosen:
        raise NotVisible
    await printing.note(visit.services.office, visit.by, chosen)
    labels = [_label(visit, device) for device in chosen]
    content = await asyncio.to_thread(label_sheet, labels, LAYOUTS[query.layout])
    headers = {"Content-Disposition": 'inline; filename="labels.pdf"'}
    return web.Response(body=content, content_type="application/pdf", headers=headers)


def _check(visit: Visit) -> None:
    if not any(grant.role in MAY_PRINT_LABELS for grant in visit.person.grants):
        raise NotPermitted(action_text=PRINT_LABELS)


async def _url(request: web.Request, visit: Visit) -> str:
    device = await devices.record(visit.services.db, visit.person, OfId.of(request).id)
    if device.token is None:
        raise NotVisible
    return label_url(visit, device.token)


def label_url(visit: Visit, token: str) -> str:
    """What the QR code says."""
    return f"{visit.services.settings.public_url.rstrip('/')}/d/{token}"


def _label(visit: Visit, device: DeviceRecord) -> Label:
    url = label_url(visit, device.token or "")
    hint, day = visit.gettext(HINT), visit.now.astimezone(SHANGHAI).date()
    note = visit.gettext(NOTE).format(generation=device.generation, day=day)
    return Label(url, device.name, device.number, device.department_name, device.hospital_name, hint, note)
