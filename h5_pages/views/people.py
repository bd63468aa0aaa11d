"""The list of people, as administrators see it: search, filters, order, and the same as a spreadsheet."""

from collections.abc import Sequence

from aiohttp import web

from h5_pages import look
from h5_pages.lists import Column, Filter, ListView
from h5_pages.params_people import PeopleQuery
from h5_pages.people_desk import ADMIN, MOST_CHOICES, PATH
from h5_pages.visit import Visit
from h5_pages.xlsx import export as as_spreadsheet
from storage.access import organisations, staff
from storage.access.staff import StaffLine
from storage.texts import N_
from workflows.administration.office import ADMINISTER
from workflows.administration.organisation_kinds import Kind
from workflows.errors import NotPermitted
from workflows.identity.roles import ROLE_LABELS

STATES = {"active": N_("Active"), "left": N_("Left")}
LACKS = {"way": N_("Cannot be notified: no working address"), "sign_in": N_("Cannot sign in: no user name")}


def columns(visit: Visit) -> list[Column[StaffLine]]:
    """What the list shows, and what an export writes."""
    t = visit.gettext
    return [
        Column(N_("Full name"), "name", lambda p: p.name),
        Column(N_("Title"), "", lambda p: p.title, hidden=True),
        Column(N_("Roles"), "", lambda p: roles(visit, p.roles)),
        Column(N_("Organisation"), "organisation", lambda p: p.organisation),
        Column(N_("Hospital"), "", lambda p: p.hospital, hidden=True),
        Column(N_("Staff number"), "number", lambda p: p.staff_number),
        Column(N_("User name"), "username", lambda p: p.username),
        Column(N_("Phone"), "", lambda p: p.phone, hidden=True),
        Column(N_("Contact methods"), "", lambda p: p.ways, hidden=True),
        Column(N_("State"), "", lambda p: t(_state(p))),
    ]


def _state(person: StaffLine) -> str:
    return STATES["active"] if person.active else STATES["left"]


def roles(visit: Visit, held: Sequence[str]) -> str:
    """The names of roles in the reader's language; one that this version does not know stays as it is."""
    known = {str(role): label for role, label in ROLE_LABELS.items()}
    return ", ".join(visit.gettext(known.get(role, role)) for role in held)


def check_administers_any(visit: Visit) -> None:
    """Raises `NotPermitted` for who administers nothing."""
    if not look.administers(visit.person):
        raise NotPermitted(action_text=ADMINISTER)


async def search(request: web.Request, visit: Visit) -> web.StreamResponse:
    """People of the administered organisations, by words and filters."""
    check_administers_any(visit)
    query, db = PeopleQuery.of(request), visit.services.db
    page = await staff.listed(db, visit.person, ADMIN, query.wanted(visit.now), query.order())
    view = ListView(PATH, query, page, columns(visit), await _filters(visit), export=f"{PATH}/export.xlsx")
    return visit.page(
        "people.html",
        view=view,
        many=staff.MOST_COUNTED,
        states=STATES,
        roles=lambda held: roles(visit, held),
    )


async def export(request: web.Request, visit: Visit) -> web.StreamResponse:
    """The whole of it as a spreadsheet."""
    check_administers_any(visit)
    query, db, viewer = PeopleQuery.of(request), visit.services.db, visit.person
    wanted = query.wanted(visit.now)
    return await as_spreadsheet(
        visit, "people", query, columns(visit), lambda order: staff.listed(db, viewer, ADMIN, wanted, order)
    )


async def _filters(visit: Visit) -> list[Filter]:
    t = visit.gettext
    found = [
        Filter("role", t(N_("Role")), [(str(role), t(label)) for role, label in ROLE_LABELS.items()]),
        Filter("state", t(N_("State")), [(name, t(label)) for name, label in STATES.items()]),
        Filter("lacks", t(N_("Without")), [(name, t(label)) for name, label in LACKS.items()]),
        Filter("unit", t(N_("Organisation")), await _units(visit)),
    ]
    return [f for f in found if f.choices]


async def _units(visit: Visit) -> list[tuple[str, str]]:
    """Organisations to narrow the list by; of many no departments, which the tree leads to."""
    found = await organisations.choices(visit.services.db, visit.person, ADMIN)
    if len(found) > MOST_CHOICES:
        found = [place for place in found if place.kind != Kind.DEPARTMENT]
    return [(str(place.id), place.name) for place in found[:MOST_CHOICES]]
