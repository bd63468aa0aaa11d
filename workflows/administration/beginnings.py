"""The first administrator of an installation, and the way back in for one who has lost the password.

Only who runs the service can do this; it is on record as done by the system.
"""

from storage import accounts, beginnings
from storage.beginnings import First
from storage.directory import Viewer
from storage.texts import N_
from workflows.actor import Door
from workflows.administration.office import By, Change, Desk, Office
from workflows.administration.passwords import Issued, issue
from workflows.errors import ActorUnknown, WorkflowError

SYSTEM = By(Viewer(""), Door.SYSTEM)


class AlreadyBegun(WorkflowError):
    """There are people already, and administrators among them make others."""

    text = N_("There are already people here. Give the user name of one of them to create a link.")


async def begin(office: Office, first: First) -> Issued:
    """Make the top organisation and its administrator; a link sets the password.

    Raises `AlreadyBegun`, `DatabaseAway`.
    """
    async with office.writing(SYSTEM) as desk:
        if not await beginnings.is_empty(desk.connection):
            raise AlreadyBegun
        person_id = await beginnings.begin(desk.connection, first, desk.clocks.business.now())
        return await _issue(desk, person_id, "person.create")


async def link_for(office: Office, username: str) -> Issued:
    """A link for somebody who is there already. Raises `ActorUnknown`, `DatabaseAway`."""
    async with office.writing(SYSTEM) as desk:
        person_id = await beginnings.person_named(desk.connection, username)
        if person_id is None:
            raise ActorUnknown
        return await _issue(desk, person_id, "password.link")


async def _issue(desk: Desk, person_id: int, action: str) -> Issued:
    person = await accounts.lock(desk.connection, person_id)
    if person is None:
        raise ActorUnknown
    issued = await issue(desk, person_id)
    await desk.record(Change(action, person.organisation_id, "person", person_id, person.name))
    return issued
