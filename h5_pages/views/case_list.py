"""The list of cases: search, filters, order, and the same as a spreadsheet."""

from aiohttp import web

from h5_pages import look
from h5_pages.lists import Column, Filter, ListView
from h5_pages.params_cases import CaseQuery
from h5_pages.visit import Visit
from h5_pages.xlsx import export as as_spreadsheet
from storage.access import case_lists
from storage.access.case_lists import ListedCase
from storage.texts import N_

PATH = "/cases"
EXPORT = f"{PATH}/export.xlsx"


async def search(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Cases in scope, the newest first: open ones unless closed ones are asked for as well."""
    query = CaseQuery.of(request)
    page = await case_lists.listed(visit.services.db, visit.person, query.wanted, query.order())
    view = ListView(PATH, query, page, _columns(visit), await _filters(visit, query), export=EXPORT)
    newest = case_lists.MOST_SEARCHED if case_lists.is_bounded(query.wanted, query.order().sort) else 0
    return visit.page(
        "cases.html", view=view, cases=visit.services.cases, many=case_lists.MOST_COUNTED, newest=newest
    )


async def export(request: web.Request, visit: Visit) -> web.StreamResponse:
    """The whole of it as a spreadsheet."""
    query, db, viewer = CaseQuery.of(request), visit.services.db, visit.person
    return await as_spreadsheet(
        visit,
        "cases",
        query,
        _columns(visit),
        lambda order: case_lists.listed(db, viewer, query.wanted, order),
    )


def _columns(visit: Visit) -> list[Column[ListedCase]]:
    t, cases = visit.gettext, visit.services.cases
    return [
        Column(N_("Number"), "opened", lambda c: c.number, hidden=True),
        Column(N_("Case"), "title", lambda c: cases.workflow(c.workflow).title_words(c.title, t)),
        Column(N_("Kind"), "", lambda c: t(cases.workflow(c.workflow).label), hidden=True),
        Column(N_("State"), "state", lambda c: t(cases.workflow(c.workflow).states[c.state])),
        Column(N_("Level"), "level", lambda c: t(look.LIST_LEVELS[c.level][1]) if c.level else ""),
        Column(N_("Device"), "", lambda c: c.device_name),
        Column(N_("Device number"), "", lambda c: c.device_number, hidden=True),
        Column(N_("Organisation"), "", lambda c: c.organisation_name, hidden=True),
        Column(N_("Opened"), "", lambda c: c.opened_at, hidden=True),
        Column(N_("Since"), "entered", lambda c: c.entered_at),
        Column(N_("Deadline"), "due", lambda c: c.due_at),
        Column(N_("Closed"), "", lambda c: c.closed_at, hidden=True),
    ]


async def _filters(visit: Visit, query: CaseQuery) -> list[Filter]:
    t, registry = visit.gettext, visit.services.cases.registry
    workflow = registry.named(query.workflow) if query.workflow else None
    found = [
        Filter("workflow", t(N_("Kind")), [(w.name, t(w.label)) for w in registry]),
        Filter("level", t(N_("Level")), [(str(n), t(word)) for n, (_, word) in look.LIST_LEVELS.items()]),
        Filter("all", t(N_("Closed")), [("True", t(N_("Include closed cases")))]),
    ]
    if workflow is not None:  # the states of one kind mean nothing for another
        states = [(name, t(label)) for name, label in workflow.states.items()]
        found.insert(1, Filter("state", t(N_("State")), states))
    units = await case_lists.units(visit.services.db, visit.person)
    if len(units) > 1:
        found.append(Filter("unit", t(N_("Organisation")), [(str(unit), name) for unit, name in units]))
    return found
