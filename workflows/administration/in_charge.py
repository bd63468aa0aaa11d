"""Somebody whom the viewer administers, locked until the end of the transaction."""

from storage import directory, person_writer
from storage.access import NotVisible
from storage.person_writer import PersonRow
from storage.texts import N_
from workflows.administration.office import Desk
from workflows.errors import NotPermitted, WorkflowError
from workflows.identity.roles import Role

BEYOND = N_("open access for somebody who has a role outside your organisations")


class HasLeft(WorkflowError):
    """Nothing is given to somebody who has left."""

    text = N_("This person has left. Nothing was changed.")


async def administered(desk: Desk, person_id: int) -> PersonRow:
    """The active person; raises `NotVisible` unless the viewer administers their organisation, `HasLeft`."""
    person = await person_writer.locked(desk.connection, person_id)
    if person is None or not desk.by.viewer.holds({Role.ADMINISTRATOR}, person.path):
        raise NotVisible
    if not person.active:
        raise HasLeft
    return person


async def check_all_theirs(desk: Desk, person_id: int) -> None:
    """Before a way is opened to act as somebody: nobody may gain by it a right that they could not give themselves.

    Whoever belongs to one's own department may hold a role above it, or stand in for one who does. Raises
    `NotPermitted`.
    """
    by, now = desk.by.viewer, desk.clocks.business.now()
    if person_id == by.person_id:
        return
    theirs = await directory.viewer_of(desk.connection, person_id, now)
    places = {grant.path for grant in theirs.grants} if theirs else set()
    for post in await person_writer.posts(desk.connection, person_id):
        if post.ends_at is None or post.ends_at > now:
            places.add(post.path)
    if not all(by.holds({Role.ADMINISTRATOR}, path) for path in places):
        raise NotPermitted(action_text=BEYOND)
