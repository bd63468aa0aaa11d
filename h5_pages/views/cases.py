"""Cases of signed-in people: to-do list, lists, the case page and its actions."""

from aiohttp import web

from h5_pages.case_desk import CaseDesk, act, ask, show
from h5_pages.params import OfCase, OfCaseAction
from h5_pages.sensors import concerned, gauges
from h5_pages.visit import Visit
from storage.access.sensors import of_alarm
from workflows.acknowledging import read


async def home(_: web.Request, __: Visit) -> web.StreamResponse:
    """The first page is the to-do list."""
    return web.Response(status=303, headers={"Location": "/todo"})


async def todo(_: web.Request, visit: Visit) -> web.StreamResponse:
    """What the viewer has to do, the most urgent first."""
    lines = await visit.services.cases.todo(visit.person)
    return visit.page("todo.html", lines=lines, cases=visit.services.cases)


async def case(request: web.Request, visit: Visit) -> web.StreamResponse:
    """One case."""
    desk = await _desk(visit, OfCase.of(request).number)
    page = await show(visit, desk)
    await read(visit.services.db, visit.services.clocks, desk.view.page.facts.case_id, visit.actor)
    return page


async def sensors(request: web.Request, visit: Visit) -> web.StreamResponse:
    """What the sensors say now that an open alarm is about: a part of its page, which asks for it by itself."""
    if visit.viewer is None:
        return web.Response(status=204, headers={"HX-Refresh": "true"})  # the page then asks for sign-in
    number = OfCase.of(request).number
    shown = gauges(await of_alarm(visit.services.db, visit.viewer, number))
    return visit.page("alarm_now.html", number=number, gauges=shown)


async def action_form(request: web.Request, visit: Visit) -> web.StreamResponse:
    """What an action asks for."""
    wanted = OfCaseAction.of(request)
    return await ask(visit, await _desk(visit, wanted.number), wanted.action)


async def action(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Do an action."""
    wanted = OfCaseAction.of(request)
    return await act(visit, await _desk(visit, wanted.number), wanted.action)


async def _desk(visit: Visit, number: str) -> CaseDesk:
    view = await visit.services.cases.view(visit.person, number)
    now = await concerned(visit.services.db, visit.person, view)
    return CaseDesk(view, visit.person, visit.actor, f"/cases/{number}", "/files", now)
