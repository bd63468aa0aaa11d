"""On whose account may somebody write? Everybody on their own, administrators on those of their organisations."""

from storage import accounts
from storage.accounts import PersonRow
from storage.texts import N_
from workflows.administration.office import Desk, check_administers
from workflows.errors import WorkflowError


class PersonUnknown(WorkflowError):
    """There is no such person, or not for this viewer."""

    text = N_("There is no such person, or not in your organisations.")


async def own_or_administered(desk: Desk, person_id: int) -> PersonRow:
    """The person, locked: oneself, or somebody whom the viewer administers. Raises `PersonUnknown`, `NotPermitted`."""
    person = await accounts.lock(desk.connection, person_id)
    if person is None:
        raise PersonUnknown
    if person.id != desk.by.viewer.person_id:
        check_administers(desk.by.viewer, person.path)
    return person


async def administered(desk: Desk, person_id: int) -> PersonRow:
    """The person, locked: somebody whom the viewer administers. Raises `PersonUnknown`, `NotPermitted`."""
    person = await accounts.lock(desk.connection, person_id)
    if person is None:
        raise PersonUnknown
    check_administers(desk.by.viewer, person.path)
    return person
