"""What a person has: posts given and ended, ways to be reached added, changed, put in order and ended."""

from aiohttp import web

from h5_pages.admin_forms import Asking, ask, with_choices
from h5_pages.forms import data_of, plain_inputs
from h5_pages.params import OfId
from h5_pages.params_people import OfPart
from h5_pages.people_desk import ADMIN, PATH, faults, near, pressed
from h5_pages.views.person import show
from h5_pages.visit import Visit
from storage.access import staff
from storage.texts import N_
from workflows.administration import contacts, posts
from workflows.administration.contacts import CHANNEL_LABELS, CHANNEL_OF, WayForm
from workflows.administration.person_forms import PostForm
from workflows.errors import WorkflowError

POST, WAY = N_("Assign a role"), N_("Add a contact method")
GIVE, ADD = N_("Assign"), N_("Add it")


async def post_form(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Which role, where, from and until when?"""
    return await _post(visit, OfId.of(request).id)


async def give_post(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Give a post."""
    number, data = OfId.of(request).id, data_of(PostForm, visit.typed.fields)
    return await pressed(
        visit, number, lambda: posts.add(visit.services.office, visit.by, number, data), _post
    )


async def end_post(request: web.Request, visit: Visit) -> web.StreamResponse:
    """End a post now."""
    which = OfPart.of(request)
    return await pressed(
        visit, which.id, lambda: posts.end(visit.services.office, visit.by, which.id, which.part), show
    )


async def way_form(request: web.Request, visit: Visit) -> web.StreamResponse:
    """By which channel, under which address?"""
    return await _way(visit, OfId.of(request).id)


async def add_way(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Add a way to be reached."""
    number, data = OfId.of(request).id, data_of(WayForm, visit.typed.fields)
    return await pressed(
        visit, number, lambda: contacts.add(visit.services.office, visit.by, number, data), _way
    )


async def change_way(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Another address at the same place."""
    which, data = OfPart.of(request), {"address": visit.typed.text("address")}
    return await pressed(
        visit,
        which.id,
        lambda: contacts.change(visit.services.office, visit.by, which.id, which.part, data),
        show,
    )


async def end_way(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Send nothing there any more."""
    which = OfPart.of(request)
    return await pressed(
        visit, which.id, lambda: contacts.end(visit.services.office, visit.by, which.id, which.part), show
    )


async def earlier_way(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Try it one place earlier."""
    which = OfPart.of(request)
    return await pressed(
        visit,
        which.id,
        lambda: contacts.earlier(visit.services.office, visit.by, which.id, which.part),
        show,
    )


async def _post(visit: Visit, number: int, error: WorkflowError | None = None) -> web.Response:
    person = await staff.record(visit.services.db, visit.person, ADMIN, number)
    inputs = plain_inputs(visit, PostForm, faults(error), {"organisation": str(person.organisation_id)})
    asking = Asking(
        title=visit.gettext(POST),
        lead=person.name,
        button=visit.gettext(GIVE),
        url=f"{PATH}/{number}/posts",
        back=f"{PATH}/{number}",
        inputs=with_choices(inputs, {"organisation": await near(visit, person)}),
    )
    return ask(visit, asking, error)


async def _way(visit: Visit, number: int, error: WorkflowError | None = None) -> web.Response:
    person = await staff.record(visit.services.db, visit.person, ADMIN, number)
    offered = await staff.ways_offered(visit.services.db, visit.person, ADMIN, number)
    # Of several accounts that speak by one channel the nearest is taken, which comes last.
    nearest = {CHANNEL_OF.get(kind, kind): name for kind, name in offered}
    channels = [
        (k, f"{visit.gettext(CHANNEL_LABELS[k])} · {nearest[k]}") for k in CHANNEL_LABELS if k in nearest
    ]
    asking = Asking(
        title=visit.gettext(WAY),
        lead=person.name,
        button=visit.gettext(ADD),
        url=f"{PATH}/{number}/ways",
        back=f"{PATH}/{number}",
        inputs=with_choices(plain_inputs(visit, WayForm, faults(error)), {"channel": channels}),
    )
    return ask(visit, asking, error)
