"""How much I hear: a storm of alarms, my quiet hours and digest, what I stopped, and a test whether I hear at all."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from aiohttp import web

from h5_pages import error_pages, look
from h5_pages.forms import data_of, plain_inputs
from h5_pages.intake import Typed
from h5_pages.limits import TooOften
from h5_pages.params import OfCase, OfId
from h5_pages.visit import SignInNeeded, Visit
from notifier.trial import Trial
from storage.access import own_notices as access
from storage.access.own_notices import OwnWay, StormPage
from storage.facts import Facts
from storage.rates import Rate
from storage.texts import N_
from workflows.acknowledging import Acknowledged, Acknowledging, NotAll
from workflows.actor import Door
from workflows.administration import own_notices
from workflows.administration.own_notices import QuietForm
from workflows.errors import FormInvalid, WorkflowError

HERE = "/me/notices"
SNOOZES = {"snooze_1": 1, "snooze_3": 3, "snooze_7": 7}
TESTS = Rate(3, 600)


class NoWay(WorkflowError):
    """There is nowhere to send a test to."""

    text = N_("You have no working channel, so nothing was sent. Please contact your administrator.")


@dataclass(frozen=True)
class Tried:
    """A way, and how the test by it ended; None where none was sent."""

    way: OwnWay
    trial: Trial | None = None


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


async def test(_: web.Request, visit: Visit) -> web.StreamResponse:
    """A test by each of my ways, at once, past quiet hours and all else that could hold it up."""
    try:
        return await _show(visit, tried=await _tests(visit))
    except (NoWay, TooOften) as error:
        return await _show(visit, error)


async def _tests(visit: Visit) -> Sequence[Tried]:
    """Raises `NoWay`, `TooOften`."""
    db, person = visit.services.db, visit.person
    ways = await access.ways(db, person)
    working = [way for way in ways if way.works]
    if not working:
        raise NoWay
    await visit.site.window.count(TESTS, f"own test {person.person_id}")
    trials = dict(zip(working, await asyncio.gather(*(_sent(visit, way) for way in working)), strict=True))
    result = " · ".join(
        f"{way.kind} {'ok' if trial.passed else f'failed {trial.code}'.strip()}"
        for way, trial in trials.items()
    )
    await own_notices.tested(visit.services.office, visit.by, result)
    return [Tried(way, trials.get(way)) for way in ways]


async def _sent(visit: Visit, way: OwnWay) -> Trial:
    return await visit.services.trials.send(
        way.kind, way.account_id, way.address, visit.language, visit.gettext
    )


async def hear_again(request: web.Request, visit: Visit) -> web.StreamResponse:
    """I want to hear that again."""
    await own_notices.hear_again(visit.services.office, visit.by, OfId.of(request).id)
    return _back(HERE)


async def storm(request: web.Request, visit: Visit) -> web.StreamResponse:
    """All alarms that one message told me of."""
    return _storm(visit, await access.storm(visit.services.db, visit.person, OfId.of(request).id))


async def acknowledge_all(request: web.Request, visit: Visit) -> web.StreamResponse:
    """I see to all of them; each case moves as if its own button had been pressed."""
    services = visit.services
    found = await access.storm(services.db, visit.person, OfId.of(request).id)
    desk = Acknowledging(services.db, services.engine, services.cases.registry, services.clocks)
    came_of_it = await desk.acknowledge(found.message_id, Door.PAGE, client=visit.client)
    if came_of_it is Acknowledged.REFUSED:
        return _storm(visit, await access.storm(services.db, visit.person, found.id), NotAll())
    return _back(f"/me/storms/{found.id}")


def _storm(visit: Visit, found: StormPage, error: WorkflowError | None = None) -> web.Response:
    workflow = visit.services.cases.registry.named(found.subject)
    return visit.page("storm.html", 409 if error else 200, storm=found, states=workflow.states, error=error)


async def of_case(request: web.Request, visit: Visit) -> web.StreamResponse:
    """What I want to hear of one case; raises `NotVisible`."""
    facts = await _facts(request, visit)
    now = visit.services.clocks.real.now()
    wanted = await access.of_case(visit.services.db, visit.person, facts.case_id, now)
    return visit.page("case_notices.html", facts=facts, wanted=wanted, spans=SNOOZES)


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


async def _show(
    visit: Visit, error: WorkflowError | None = None, *, tried: Sequence[Tried] = ()
) -> web.Response:
    if visit.person.person_id is None:
        raise SignInNeeded
    db = visit.services.db
    wishes = await access.wishes(db, visit.person, visit.services.clocks.real.now())
    ways = tried or [Tried(way) for way in await access.ways(db, visit.person)]
    known = {name: getattr(wishes, name) or "" for name in QuietForm.model_fields}
    wrong = error if isinstance(error, FormInvalid) else None
    typing = visit if wrong else replace(visit, typed=Typed())
    return visit.page(
        "own_notices.html",
        error_pages.status_of(error) if error else 200,
        muted=[
            (mute, visit.services.cases.told(mute.kind or "", {}, visit.gettext)) for mute in wishes.muted
        ],
        inputs=plain_inputs(typing, QuietForm, wrong, known),
        ways=ways,
        was_tried=bool(tried),
        channel=look.channel,
        error=error,
    )


def _back(url: str) -> web.Response:
    return web.Response(status=303, headers={"Location": url})
