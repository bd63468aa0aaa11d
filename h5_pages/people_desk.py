"""What the pages of people share: forms, places to choose from, and what is done with a press."""

from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from h5_pages.admin_forms import Choices, done_or_asked_again
from h5_pages.visit import Visit
from storage.access import organisations
from storage.access.organisations import Place
from storage.access.staff import StaffRecord
from storage.texts import N_
from workflows.errors import FormInvalid, WorkflowError
from workflows.identity.roles import Role

PATH = "/admin/people"
ADMIN = Role.ADMINISTRATOR
MOST_CHOICES = 200


async def pressed(
    visit: Visit,
    number: int,
    write: Callable[[], Awaitable[None]],
    again: Callable[[Visit, int, WorkflowError], Awaitable[web.Response]],
) -> web.StreamResponse:
    """Write, and show the person; if it is refused, the page again with the reason."""

    async def do() -> str:
        await write()
        return f"{PATH}/{number}"

    return await done_or_asked_again(do, lambda error: again(visit, number, error))


async def near(visit: Visit, person: StaffRecord) -> Choices:
    """The places of the person's hospital, or of their authority."""
    db, viewer = visit.services.db, visit.person
    home = await organisations.hospital_path(db, viewer, ADMIN, person.organisation_id)
    return named(await organisations.choices(db, viewer, ADMIN, home))


def named(places: Sequence[Place]) -> list[tuple[str, str]]:
    """Places to choose, each with what stands above it."""
    names: dict[int | None, str] = {place.id: place.name for place in places}
    shown = [(p, names.get(p.parent_id, "")) for p in places[:MOST_CHOICES]]
    return [(str(p.id), f"{above} › {p.name}" if above else p.name) for p, above in shown]


def choose(visit: Visit, places: Choices) -> Choices:
    """Nothing is chosen yet, unless there is one only."""
    return [("", visit.gettext(N_("Please choose"))), *places] if len(places) > 1 else places


def faults(error: WorkflowError | None) -> FormInvalid | None:
    """What is wrong with single fields."""
    return error if isinstance(error, FormInvalid) else None
