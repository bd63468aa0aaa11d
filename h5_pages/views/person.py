"""One person as their administrators see to them: the record, entered and changed."""

from datetime import datetime

from aiohttp import web

from h5_pages import error_pages, look, trail_look
from h5_pages.admin_forms import Asking, ask, beside, done_or_asked_again, only_if_asked, with_choices
from h5_pages.forms import data_of, plain_inputs
from h5_pages.params import OfId
from h5_pages.params_house import Seen
from h5_pages.params_people import AtUnit
from h5_pages.people_desk import ADMIN, PATH, choose, faults, named, near, pressed
from h5_pages.views.people import check_administers_any, roles
from h5_pages.visit import Visit
from storage.access import organisations, staff
from storage.person_writer import PostRow
from storage.texts import N_
from workflows.administration import people
from workflows.administration.person_forms import LANGUAGES, NewPerson, PersonForm
from workflows.administration.unreachable import mute_posts_of
from workflows.errors import FormInvalid, WorkflowError

LETS_THROUGH = frozenset({"another"})
NEW, CHANGE = N_("New person"), N_("Change person")
ENTER, SAVE = N_("Enter"), N_("Save")


async def page(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Everything about one person."""
    return await show(visit, OfId.of(request).id)


async def new(request: web.Request, visit: Visit) -> web.StreamResponse:
    """The form of somebody new."""
    return await _new(visit, AtUnit.of(request).unit)


async def add(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Enter somebody."""
    unit = AtUnit.of(request).unit

    async def do() -> str:
        data = data_of(NewPerson, visit.typed.fields)
        return f"{PATH}/{await people.add(visit.services.office, visit.by, data)}"

    return await done_or_asked_again(do, lambda error: _new(visit, unit, error))


async def edit(request: web.Request, visit: Visit) -> web.StreamResponse:
    """The form of a change."""
    return await _edit(visit, OfId.of(request).id)


async def change(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Save a change."""
    number, data = OfId.of(request).id, data_of(PersonForm, visit.typed.fields)

    async def do() -> None:
        seen = Seen.model_validate(visit.typed.fields).seen_version
        await people.change(visit.services.office, visit.by, number, seen, data)

    return await pressed(visit, number, do, _edit)


async def show(visit: Visit, number: int, error: WorkflowError | None = None) -> web.Response:
    """Everything about one person, and why something was refused; raises `NotVisible`."""
    person = await staff.record(visit.services.db, visit.person, ADMIN, number)
    now = visit.now
    held = [
        (p.role, p.organisation_id, p.path) for p in person.posts if p.starts_at <= now and _lasts(p, now)
    ]
    return visit.page(
        "person.html",
        error_pages.status_of(error) if error else 200,
        person=person,
        url=f"{PATH}/{number}",
        mute=await mute_posts_of(visit.services.db, visit.services.clocks, person.name, held),
        posts=[post for post in person.posts if _lasts(post, now)],
        past=[post for post in person.posts if post.ends_at is not None and post.ends_at <= now],
        role=lambda name: roles(visit, [name]),
        may_end=lambda post: visit.person.holds({ADMIN}, post.path),
        channel=look.channel,
        language=LANGUAGES.get(person.language or "", ""),
        locked=person.locked_until is not None and person.locked_until > visit.services.clocks.real.now(),
        fault=_fault(visit, error),
        history=await trail_look.history(visit, "person", number),
        real_now=visit.services.clocks.real.now(),
        error=error,
    )


async def _new(visit: Visit, unit: int | None, error: WorkflowError | None = None) -> web.Response:
    check_administers_any(visit)
    db, viewer = visit.services.db, visit.person
    home = await organisations.hospital_path(db, viewer, ADMIN, unit) if unit else ""
    places = named(await organisations.choices(db, viewer, ADMIN, home))
    inputs = plain_inputs(visit, NewPerson, faults(error), {"organisation": str(unit or "")})
    asking = Asking(
        title=visit.gettext(NEW),
        button=visit.gettext(ENTER),
        url=f"{PATH}/new?unit={unit or ''}",
        back=f"{PATH}?unit={unit or ''}",
        inputs=with_choices(only_if_asked(inputs, LETS_THROUGH), {"organisation": choose(visit, places)}),
    )
    return ask(visit, asking, error)


async def _edit(visit: Visit, number: int, error: WorkflowError | None = None) -> web.Response:
    person = await staff.record(visit.services.db, visit.person, ADMIN, number)
    known = {
        name: str(getattr(person, name) or "") for name in PersonForm.model_fields if hasattr(person, name)
    }
    known["organisation"] = str(person.organisation_id)
    inputs = with_choices(
        only_if_asked(plain_inputs(visit, PersonForm, faults(error), known), LETS_THROUGH),
        {"organisation": await near(visit, person)},
    )
    asking = Asking(
        title=visit.gettext(CHANGE),
        lead=person.name,
        button=visit.gettext(SAVE),
        url=f"{PATH}/{number}/edit",
        back=f"{PATH}/{number}",
        inputs=beside(visit, inputs, known, error),
        version=person.version,
    )
    return ask(visit, asking, error)


def _lasts(post: PostRow, now: datetime) -> bool:
    return post.ends_at is None or post.ends_at > now


def _fault(visit: Visit, error: WorkflowError | None) -> str:
    """What is wrong with the one field of a form on the page itself."""
    if not isinstance(error, FormInvalid):
        return ""
    text, params = next(iter(error.fields.values()))
    return visit.gettext(text).format(**params)
