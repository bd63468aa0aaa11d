"""Writes posts: a role at an organisation given from and until a day, and ended. Each with its audit row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from storage import organisation_writer, person_writer
from storage.access import NotVisible
from storage.clock import SHANGHAI
from storage.organisation_writer import OrganisationRow
from storage.person_writer import PersonRow, PostRow
from storage.texts import N_
from workflows.administration.in_charge import administered
from workflows.administration.office import By, Change, Desk, Office, check_administers
from workflows.administration.person_forms import ENDS_BEFORE, PLACES, PostForm
from workflows.errors import FormInvalid, WorkflowError
from workflows.forms import fill_in
from workflows.identity.roles import Role

NOT_THERE = N_("This role cannot be assigned at an organisation of this kind.")
HELD = N_("This person already has this role there at that time.")


class LastAdministrator(WorkflowError):
    """Without one, nobody could give anybody a right any more."""

    text = N_(
        "This is the last administrator of the top organisation. Please assign the role to somebody else first."
    )


@dataclass(frozen=True)
class Wanted:
    """A post to be given; days in Shanghai, the last one included. None: from now on, without end."""

    role: Role
    place: OrganisationRow
    starts_on: date | None = None
    ends_on: date | None = None


async def add(office: Office, by: By, person_id: int, data: Mapping[str, Any]) -> None:
    """Give a post. Raises `NotVisible`, `HasLeft`, `FormInvalid`, `DatabaseAway`."""
    form = fill_in(PostForm, data)
    async with office.writing(by) as desk:
        person = await administered(desk, person_id)
        place = await place_of(desk, form.organisation)
        await give(desk, person, Wanted(form.role, place, form.starts_on, form.ends_on))


async def place_of(desk: Desk, organisation_id: int) -> OrganisationRow:
    """Where a post may be given: nobody gives a right wider than their own. Raises `FormInvalid`."""
    place = await organisation_writer.locked(desk.connection, organisation_id)
    if place is None or not place.active or not desk.by.viewer.holds({Role.ADMINISTRATOR}, place.path):
        raise FormInvalid.choice("organisation")
    return place


async def give(desk: Desk, person: PersonRow, wanted: Wanted) -> None:
    """Give a post in an open transaction. Raises `FormInvalid`."""
    if wanted.place.kind not in PLACES[wanted.role]:
        raise FormInvalid({"role": (NOT_THERE, {})})
    starts_at, ends_at = _period(wanted, desk.clocks.business.now())
    if await _holds_already(desk, person.id, wanted, (starts_at, ends_at)):
        raise FormInvalid({"role": (HELD, {})})
    await person_writer.add_post(
        desk.connection, person.id, wanted.place.id, wanted.role, (starts_at, ends_at)
    )
    after = {
        "role": wanted.role,
        "organisation": wanted.place.name,
        "starts_at": starts_at,
        "ends_at": ends_at,
    }
    await desk.record(Change("post.give", wanted.place.id, "person", person.id, person.name, after=after))


async def end(office: Office, by: By, person_id: int, post_id: int) -> None:
    """End a post now. Raises `NotVisible`, `NotPermitted`, `LastAdministrator`, `DatabaseAway`."""
    async with office.writing(by) as desk:
        # Two administrators that end each other's post must not both succeed.
        await organisation_writer.lock_tree(desk.connection)
        person = await person_writer.locked(desk.connection, person_id)
        post = await person_writer.post(desk.connection, post_id)
        if person is None or post is None or post.person_id != person_id:
            raise NotVisible
        if not by.viewer.holds({Role.ADMINISTRATOR}, person.path):
            raise NotVisible
        check_administers(by.viewer, post.path)
        now = desk.clocks.business.now()
        if post.ends_at is not None and post.ends_at <= now:
            return
        await check_not_last(desk, post)
        await end_now(desk, person, post, now)


async def end_now(desk: Desk, person: PersonRow, post: PostRow, now: datetime) -> None:
    """End a post at `now` (business time) in an open transaction."""
    ended = await person_writer.end_post(desk.connection, post, now)
    before = {"role": post.role, "organisation": post.organisation_name, "ends_at": post.ends_at}
    after = {**before, "ends_at": ended}
    await desk.record(
        Change("post.end", post.organisation_id, "person", person.id, person.name, before, after)
    )


async def check_not_last(desk: Desk, post: PostRow) -> None:
    """Raises `LastAdministrator` if nobody else administers the top organisation at which the post is."""
    if post.role != Role.ADMINISTRATOR or not post.is_top:
        return
    now = desk.clocks.business.now()
    others = person_writer.others_administer(
        desk.connection, post.organisation_id, Role.ADMINISTRATOR, post.person_id, now
    )
    if not await others:
        raise LastAdministrator


def _period(wanted: Wanted, now: datetime) -> tuple[datetime, datetime | None]:
    """Begin and end as instants; a post from today on begins now. Raises `FormInvalid`."""
    today = now.astimezone(SHANGHAI).date()
    first = wanted.starts_on or today
    if wanted.ends_on is not None and wanted.ends_on < first:
        raise FormInvalid({"ends_on": (ENDS_BEFORE, {})})
    starts_at = now if first == today else datetime.combine(first, time(), SHANGHAI)
    if wanted.ends_on is None:
        return starts_at, None
    return starts_at, datetime.combine(wanted.ends_on + timedelta(days=1), time(), SHANGHAI)


async def _holds_already(
    desk: Desk, person_id: int, wanted: Wanted, period: tuple[datetime, datetime | None]
) -> bool:
    starts_at, ends_at = period
    return any(
        (post.role, post.organisation_id) == (wanted.role, wanted.place.id)
        and (post.ends_at is None or post.ends_at > starts_at)
        and (ends_at is None or post.starts_at < ends_at)
        for post in await person_writer.posts(desk.connection, person_id)
    )
