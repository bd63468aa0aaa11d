"""Show a case, ask for an action's form, do it: the same for signed-in people and for follow-up links."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from aiohttp import web
from pydantic import ValidationError

from h5_pages import error_pages, forms, look, story
from h5_pages.intake import PressBroken
from h5_pages.params import Press
from h5_pages.sensors import Gauge
from h5_pages.turns import turn_of
from h5_pages.visit import Visit, kept_fields
from storage.access import NotVisible
from storage.directory import Viewer
from workflows.acknowledging import acted
from workflows.actor import Actor
from workflows.cases import CaseView
from workflows.errors import FormInvalid, NotOpen, NotPermitted, WorkflowError


@dataclass(frozen=True)
class CaseDesk:
    """A case as somebody sees it, the addresses at which they do, and the sensors that it is about."""

    view: CaseView
    viewer: Viewer
    actor: Actor
    url: str
    files: str
    gauges: Sequence[Gauge] = ()

    @property
    def by_link(self) -> bool:
        """Is this somebody without an account, who sees the short page?"""
        return self.actor.participant_id is not None


async def show(visit: Visit, desk: CaseDesk) -> web.Response:
    """The case page."""
    return _page(visit, desk, 200)


async def ask(visit: Visit, desk: CaseDesk, action: str) -> web.Response:
    """The form of an action that the viewer has now; the case page says so when they have it no more."""
    if forms.form_of(desk.view, action) is None:
        raise NotVisible
    if desk.view.offer(action) is None:
        error = _why_not(desk.view, action)
        return _page(visit, desk, error_pages.status_of(error), error=error)
    return await _form(visit, desk, action)


def _why_not(view: CaseView, action: str) -> WorkflowError:
    """Why the viewer does not have this action now."""
    if forms.move_of(view, action):
        return NotPermitted(action_text=view.workflow.actions[action].label)
    return NotOpen(state_text=view.workflow.states[view.page.facts.state])


async def act(visit: Visit, desk: CaseDesk, action: str) -> web.Response:
    """Do an action and go back to the case, or say on its page why it was not done."""
    form = forms.form_of(desk.view, action)
    if form is None:
        raise NotVisible
    photos = visit.typed.attachments() if form.photos else []
    if form.photos and visit.typed.refused:
        return await _form(visit, desk, action)
    try:
        press = Press.model_validate(visit.typed.fields)
        done = await visit.services.engine.act(
            desk.view.page.facts.case_id,
            action,
            desk.actor,
            forms.data_of(form, visit.typed.fields),
            seen_version=press.seen_version,
            idempotency_key=press.key,
            attachments=photos,
        )
    except ValidationError:
        return await _refused(visit, desk, action, PressBroken())
    except FormInvalid as error:
        return await _form(visit, desk, action, error)
    except WorkflowError as error:
        return await _refused(visit, desk, action, error)
    await acted(visit.services.db, visit.services.clocks, done, desk.actor, action)
    return web.Response(status=303, headers={"Location": desk.url})


async def _refused(visit: Visit, desk: CaseDesk, action: str, error: WorkflowError) -> web.Response:
    """The case as it is now, with the reason on top and what was typed; raises `NotVisible`."""
    number = desk.view.page.facts.number
    fresh = replace(desk, view=await visit.services.cases.view(desk.viewer, number))
    offer = fresh.view.offer(action)
    typed = kept_fields(visit.typed.fields)
    again = await forms.inputs(visit, fresh.view, action) if offer and typed else []
    return _page(
        visit, fresh, error_pages.status_of(error), error=error, offer=offer, again=again, typed=typed
    )


async def _form(visit: Visit, desk: CaseDesk, action: str, error: FormInvalid | None = None) -> web.Response:
    facts = desk.view.page.facts
    label = desk.view.workflow.actions[action].label
    return visit.page(
        "action.html",
        error_pages.status_for(error, visit.typed.refused),
        desk=desk,
        facts=facts,
        action=action,
        label=label,
        takes_photos=_takes_photos(desk.view, action),
        inputs=await forms.inputs(visit, desk.view, action, error),
        error=error,
    )


def _takes_photos(view: CaseView, action: str) -> bool:
    form = forms.form_of(view, action)
    return form is not None and form.photos


def _page(visit: Visit, desk: CaseDesk, status: int, **values: object) -> web.Response:
    offers = list(desk.view.offers)
    main = look.primary(offers)
    defaults: dict[str, object] = {"error": None, "offer": None, "again": [], "typed": {}}
    return visit.page(
        "case_by_link.html" if desk.by_link else "case.html",
        status,
        desk=desk,
        view=desk.view,
        facts=desk.view.page.facts,
        values=desk.view.workflow.variables(desk.view.page.facts),
        events=story.events(visit, desk.view),
        main=main,
        turn=turn_of(desk.view, visit.gettext),
        beside=(near := look.beside(offers, main)),
        others=[offer for offer in offers if offer is not main and offer not in near],
        **{**defaults, **values},
    )
