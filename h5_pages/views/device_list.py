"""The list of devices: search, filters, order, and the same as a spreadsheet."""

from aiohttp import web

from h5_pages import look
from h5_pages.lists import Column, Filter, ListView
from h5_pages.params_devices import DeviceQuery
from h5_pages.views.devices import prints_any
from h5_pages.visit import Visit
from h5_pages.xlsx import export as as_spreadsheet
from storage.access import device_lists
from storage.access.devices import DeviceRecord
from storage.device_types import DEVICE_TYPE_LABELS
from storage.texts import N_
from workflows.administration.device_forms import RIGHTS, Right

PATH = "/devices"


def columns(visit: Visit) -> list[Column[DeviceRecord]]:
    """What the list shows, and what an export writes."""

    def hidden(label: str, name: str, sort: str = "") -> Column[DeviceRecord]:
        return Column(label, sort, lambda d: getattr(d, name), hidden=True)

    def words(label: str) -> str:
        return visit.gettext(label)

    return [
        Column(N_("Number"), "number", lambda d: d.number, hidden=True),
        Column(N_("Device"), "name", lambda d: d.name),
        Column(N_("Type"), "type", lambda d: words(look.device_type(d.type)), hidden=True),
        Column(N_("Maker"), "maker", lambda d: d.maker),
        hidden(N_("Brand"), "brand"),
        hidden(N_("Model"), "model"),
        hidden(N_("Ladder type"), "ladder_type"),
        hidden(N_("Serial number"), "serial"),
        hidden(N_("UDI"), "udi"),
        Column(N_("Category"), "", lambda d: d.category and words(look.category(d.category)), hidden=True),
        hidden(N_("Licence"), "licence_number"),
        hidden(N_("Asset number"), "asset_number"),
        Column(N_("Department"), "department", lambda d: d.department_name),
        hidden(N_("Place"), "location"),
        hidden(N_("Hospital"), "hospital_name"),
        Column(N_("State"), "status", lambda d: words(look.status(d.status))),
        Column(N_("Stopped by a fault"), "", lambda d: words(N_("Yes")) if d.stopped else "", hidden=True),
        hidden(N_("Made on"), "made_on"),
        hidden(N_("Purchased on"), "purchased_on"),
        Column(N_("Installed on"), "installed_on", lambda d: d.installed_on),
        hidden(N_("Reported on"), "reported_on"),
        hidden(N_("Warranty until"), "warranty_until"),
        hidden(N_("Retired on"), "retired_on"),
        hidden(N_("Price (CNY)"), "price", "price"),
        hidden(N_("Supplier"), "supplier"),
        hidden(N_("Service company"), "service_vendor"),
        hidden(N_("Service phone"), "service_phone"),
        hidden(N_("Remarks"), "remarks"),
    ]


async def search(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Devices in scope, by words and filters."""
    query = DeviceQuery.of(request)
    page = await device_lists.listed(visit.services.db, visit.person, query.wanted, query.order())
    view = ListView(PATH, query, page, columns(visit), await filters(visit), export=f"{PATH}/export.xlsx")
    return visit.page(
        "devices.html",
        view=view,
        many=device_lists.MOST_COUNTED,
        may_print=prints_any(visit),
        may_enter=_enters_any(visit),
    )


async def export(request: web.Request, visit: Visit) -> web.StreamResponse:
    """The whole of it as a spreadsheet."""
    query, db, viewer = DeviceQuery.of(request), visit.services.db, visit.person
    return await as_spreadsheet(
        visit,
        "devices",
        query,
        columns(visit),
        lambda order: device_lists.listed(db, viewer, query.wanted, order),
    )


def _enters_any(visit: Visit) -> bool:
    return any(grant.role in RIGHTS[Right.EDIT] for grant in visit.person.grants)


async def filters(visit: Visit) -> list[Filter]:
    """What the list can be narrowed by, for this viewer."""
    db, viewer, t = visit.services.db, visit.person, visit.gettext
    units = await device_lists.units(db, viewer)
    makers = await device_lists.makers(db, viewer)
    found = [
        Filter("type", t(N_("Type")), [(str(k), t(label)) for k, label in DEVICE_TYPE_LABELS.items()]),
        Filter("status", t(N_("State")), [(k, t(label)) for k, label in look.STATUS_LABELS.items()]),
        Filter("category", t(N_("Category")), [(k, t(label)) for k, label in look.CATEGORY_LABELS.items()]),
        Filter("maker", t(N_("Maker")), [(maker, maker) for maker in makers]),
        Filter("unit", t(N_("Organisation")), [(str(unit.id), unit.name) for unit in units]),
    ]
    return [f for f in found if f.name in ("type", "status", "category") or len(f.choices) > 1]
