"""How much I hear: a storm of alarms, my quiet hours and digest, and what I do not want to hear."""

from aiohttp import web

from h5_pages import error_pages
from h5_pages.forms import data_of, plain_inputs
from h5_pages.params import OfCase, OfId
from h5_pages.visit import SignInNeeded, Visit
from storage.access import own_notices as access
from storage.facts import Facts
from storage.kinds import UnknownKind
from workflows.acknowledging import Acknowledging
from workflows.actor import Door
from workflows.administration import own_notices
from workflows.administration.own_notices import QuietForm
from workflows.errors import FormInvalid

HERE = "/me/notices"
SNOOZES = {"snooze_1": 1, "snooze_3": 3, "snooze_7": 7}


async def page(_: web.Request, visit: Visit) -> web.StreamResponse:
    """My quiet hours, my digest, and what I stopped."""
    return await _show(visit)


async def choose(_: web.Request, visit: Visit) -> web.StreamResponse:
    """Other hours, or none of my own."""
    data = data_of(QuietForm, visit.typed.fields)
    try:
        await own_notices.choose(visit.services.office, visit.by, data)
    except FormInvalid as error:
        return await _show(visit, error)
    return _back(HERE)


async def hear_again(request: web.Request, visit: Visit) -> web.StreamResponse:
    """I want to hear that again."""
    await own_notices.hear_again(visit.services.office, visit.by, OfId.of(request).id)
    return _back(HERE)


async def storm(request: web.Request, visit: Visit) -> web.StreamResponse:
    """All alarms that one message told me of."""
    found = await access.storm(visit.services.db, visit.person, OfId.of(request).id)
    workflow = visit.services.cases.registry.named(found.subject)
    return visit.page("storm.html", storm=found, states=workflow.states)


async def acknowledge_all(request: web.Request, visit: Visit) -> web.StreamResponse:
    """I see to all of them; each case moves as if its own button had been pressed."""
    services = visit.services
    found = await access.storm(services.db, visit.person, OfId.of(request).id)
    desk = Acknowledging(services.db, services.engine, services.cases.registry, services.clocks)
    await desk.acknowledge(found.message_id, Door.PAGE, client=visit.client)
    return _back(f"/me/storms/{found.id}")


async def of_case(request: web.Request, visit: Visit) -> web.StreamResponse:
    """What I want to hear of one case; raises `NotVisible`."""
    facts = await _facts(request, visit)
    watching = await access.is_watching(visit.services.db, visit.person, facts.case_id)
    return visit.page("case_notices.html", facts=facts, watching=watching, spans=SNOOZES)


async def choose_of_case(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Tell me when it is over, or nothing for some days."""
    facts, office = await _facts(request, visit), visit.services.office
    case, wanted = own_notices.Of(facts.case_id, facts.number), visit.typed.text("do")
    if wanted in SNOOZES:
        await own_notices.snooze(office, visit.by, case, SNOOZES[wanted])
        return _back(HERE)
    await own_notices.watch(office, visit.by, case, wanted=wanted == "watch")
    return _back(f"/me/notices/cases/{facts.number}")


async def _facts(request: web.Request, visit: Visit) -> Facts:
    if visit.person.person_id is None:
        raise SignInNeeded
    view = await visit.services.cases.view(visit.person, OfCase.of(request).number)
    return view.page.facts


async def _show(visit: Visit, error: FormInvalid | None = None) -> web.Response:
    if visit.person.person_id is None:
        raise SignInNeeded
    wishes = await access.wishes(visit.services.db, visit.person, visit.services.clocks.real.now())
    known = {name: getattr(wishes, name) or "" for name in QuietForm.model_fields}
    return visit.page(
        "own_notices.html",
        error_pages.status_of(error) if error else 200,
        muted=[(mute, _title(visit, mute.kind)) for mute in wishes.muted],
        inputs=plain_inputs(visit, QuietForm, error, known),
        error=error,
    )


def _title(visit: Visit, kind: str | None) -> str:
    """What is muted, without the places that only a message fills."""
    if kind is None:
        return ""
    try:
        title = visit.services.cases.registry.vocabulary().kind(kind).title
    except UnknownKind:
        return kind
    return visit.gettext(title).format_map(_Blank())


class _Blank(dict[str, str]):
    def __missing__(self, _: str) -> str:
        return "…"


def _back(url: str) -> web.Response:
    return web.Response(status=303, headers={"Location": url})
