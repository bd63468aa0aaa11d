"""The calendar of working days: which days differ, and is next year entered?"""

from aiohttp import web

from h5_pages import error_pages
from h5_pages.admin_forms import go_to
from h5_pages.forms import data_of, plain_inputs
from h5_pages.params_calendar import AnyYear, OfDay, OfYear
from h5_pages.visit import Visit
from storage.access import calendar
from storage.clock import SHANGHAI
from workflows.administration import calendar_keeping
from workflows.administration.calendar_keeping import DayLines
from workflows.errors import FormInvalid


async def page(request: web.Request, visit: Visit) -> web.StreamResponse:
    """The days of a year that differ."""
    return await _page(visit, AnyYear.of(request).year)


async def enter(_: web.Request, visit: Visit) -> web.StreamResponse:
    """Enter days as they were pasted."""
    data = data_of(DayLines, visit.typed.fields)
    try:
        changed = await calendar_keeping.enter(visit.services.office, visit.by, data)
    except FormInvalid as error:
        return await _page(visit, None, error)
    return go_to(_address(min(changed).year) if changed else _address(None))


async def remove(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Take a day back."""
    day = OfDay.of(request).day
    await calendar_keeping.remove(visit.services.office, visit.by, day)
    return go_to(_address(day.year))


async def complete(request: web.Request, visit: Visit) -> web.StreamResponse:
    """All days of the year are entered, or not yet after all."""
    asked = OfYear.model_validate({**visit.typed.fields, **request.match_info})
    await calendar_keeping.set_complete(visit.services.office, visit.by, asked.year, complete=asked.complete)
    return go_to(_address(asked.year))


async def _page(visit: Visit, year: int | None, error: FormInvalid | None = None) -> web.Response:
    asked_for = calendar_keeping.asks_for(visit.services.clocks.calendar, visit.now)
    shown = year or asked_for or visit.now.astimezone(SHANGHAI).year
    db, viewer = visit.services.db, visit.person
    return visit.page(
        "calendar.html",
        error_pages.status_of(error) if error else 200,
        year=shown,
        page=await calendar.year(db, viewer, shown),
        keeps=await calendar_keeping.keeps(visit.services.office, viewer),
        asked_for=asked_for,
        inputs=plain_inputs(visit, DayLines, error),
        error=error,
    )


def _address(year: int | None) -> str:
    return f"/admin/calendar?year={year}" if year else "/admin/calendar"
