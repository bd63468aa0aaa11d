"""Somebody whom the viewer administers, locked until the end of the transaction."""

from storage import person_writer
from storage.access import NotVisible
from storage.person_writer import PersonRow
from storage.texts import N_
from workflows.administration.office import Desk
from workflows.errors import WorkflowError
from workflows.identity.roles import Role


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
