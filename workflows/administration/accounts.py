"""On whose account may somebody write? Everybody on their own, administrators on those of their organisations."""

from storage import accounts
from storage.accounts import PersonRow
from storage.texts import N_
from workflows.administration.office import Desk
from workflows.errors import WorkflowError
from workflows.identity.roles import Role


class PersonUnknown(WorkflowError):
    """There is no such person, or not for this viewer."""

    text = N_("There is no such person, or not in your organisations.")


async def own_or_administered(desk: Desk, person_id: int) -> PersonRow:
    """The person, locked: oneself, or somebody whom the viewer administers. Raises `PersonUnknown`."""
    person = await accounts.lock(desk.connection, person_id)
    own = person is not None and person.id == desk.by.viewer.person_id
    if person is None or not (own or desk.by.viewer.holds({Role.ADMINISTRATOR}, person.path)):
        raise PersonUnknown
    return person


async def administered(desk: Desk, person_id: int) -> PersonRow:
    """The person, locked: somebody whom the viewer administers. Raises `PersonUnknown`, also for people of others."""
    person = await accounts.lock(desk.connection, person_id)
    if person is None or not desk.by.viewer.holds({Role.ADMINISTRATOR}, person.path):
        raise PersonUnknown
    return person
