"""The audit: who did what, when, from where; with filters, and as a spreadsheet."""

from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from h5_pages.lists import Column, Filter, ListView
from h5_pages.params_audit import SHOWN_DAYS, AuditQuery
from h5_pages.trail_look import Told, told
from h5_pages.visit import Visit
from h5_pages.xlsx import export as as_spreadsheet
from storage.access import trail
from storage.access.trail import MOST_COUNTED
from storage.paging import Order, Page
from storage.texts import N_
from workflows.administration import trail_words
from workflows.administration.trail import AUDITORS, check_audits, looked

PATH = "/admin/audit"
CHOICES_OF = timedelta(days=366)
"""What was done in the last year can be chosen."""
PERSON, DEVICE, CASE = N_("Person"), N_("Device"), N_("Case")
SINCE, UNTIL = N_("From"), N_("Until")


@dataclass(frozen=True)
class Reading:
    """One visitor's reading of the trail."""

    visit: Visit
    query: AuditQuery

    async def part(self, order: Order) -> Page[Told]:
        """A part of it, in the reader's language."""
        db, viewer = self.visit.services.db, self.visit.person
        found = await trail.listed(
            db, viewer, AUDITORS, self.query.wanted(self.visit.services.clocks.real.now()), order
        )
        return found.of(lambda line: told(self.visit, line))


async def search(request: web.Request, visit: Visit) -> web.StreamResponse:
    """A part of the trail. That it was looked at is on record before it is shown."""
    check_audits(visit.person)
    query = AuditQuery.of(request)
    page = await Reading(visit, query).part(query.order())
    await looked(visit.services.office, visit.by, query.told)
    filters = [*await _filters(visit), *_bounds(visit, query)]
    view = ListView(PATH, query, page, _columns(visit), filters, export=f"{PATH}/export.xlsx")
    return visit.page(
        "audit.html", view=view, many=MOST_COUNTED, days=SHOWN_DAYS, real_now=visit.services.clocks.real.now()
    )


async def export(request: web.Request, visit: Visit) -> web.StreamResponse:
    """The whole of it as a spreadsheet."""
    check_audits(visit.person)
    query = AuditQuery.of(request)
    return await as_spreadsheet(visit, "audit", query, _columns(visit), Reading(visit, query).part)


def _columns(visit: Visit) -> list[Column[Told]]:
    t = visit.gettext
    return [
        Column(N_("Time"), "at", lambda row: row.line.at),
        Column(N_("Who"), "", lambda row: row.line.person_name),
        Column(N_("What was done"), "", lambda row: row.done),
        Column(N_("Code"), "", lambda row: row.line.action, hidden=True),
        Column(N_("Kind"), "", lambda row: trail_words.kind(row.line.subject_kind, t), hidden=True),
        Column(N_("To what"), "", lambda row: row.subject),
        Column(N_("Case"), "", lambda row: row.line.case_number, hidden=True),
        Column(N_("Before and after"), "", lambda row: row.changes),
        Column(N_("Organisation"), "", lambda row: row.line.organisation_name),
        Column(N_("Via"), "", lambda row: row.door, hidden=True),
        Column(N_("From where"), "", lambda row: row.line.client),
        Column(N_("Table"), "", lambda row: row.line.origin, hidden=True),
        Column(N_("Row"), "", lambda row: row.line.id, hidden=True),
    ]


async def _filters(visit: Visit) -> list[Filter]:
    db, viewer, t = visit.services.db, visit.person, visit.gettext
    since = visit.services.clocks.real.now() - CHOICES_OF
    codes = await trail.actions(db, viewer, AUDITORS, since)
    units = await trail.units(db, viewer, AUDITORS)
    return [
        Filter(
            "kind", t(N_("Kind")), sorted(((k, t(w)) for k, w in trail_words.KINDS.items()), key=_by_words)
        ),
        Filter(
            "action",
            t(N_("What was done")),
            sorted(((c, trail_words.told(c, t)) for c in codes), key=_by_words),
        ),
        Filter("unit", t(N_("Organisation")), [(str(unit.id), unit.name) for unit in units]),
    ]


def _bounds(visit: Visit, query: AuditQuery) -> list[Filter]:
    """What narrows the list without a choice of its own: shown as what can be left out again."""
    t = visit.gettext
    given = {"person": PERSON, "device": DEVICE, "case": CASE, "since": SINCE, "until": UNTIL}
    return [Filter(name, t(label), []) for name, label in given.items() if name in query.filters]


def _by_words(choice: tuple[str, str]) -> str:
    return choice[1]
