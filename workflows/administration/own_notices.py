"""How much somebody wants to hear (提醒偏好): their own quiet hours, and what they stopped."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from storage import accounts, mutes, preferences
from storage.texts import N_
from workflows.administration.accounts import PersonUnknown
from workflows.administration.office import By, Change, Office
from workflows.definition import Form
from workflows.errors import FormInvalid, NotPermitted
from workflows.forms import fill_in

CHOOSE = N_("choose how much you hear")
BOTH = N_("Please give both times, or none.")
Clock = Annotated[str, StringConstraints(pattern=r"^(?:(?:[01][0-9]|2[0-3]):[0-5][0-9])?$")]


class QuietForm(Form):
    """Times of day in Shanghai, such as 22:00; both empty: the quiet hours of the house."""

    quiet_from: Clock = Field(default="", title=N_("Quiet from"), description=N_("For example 22:00"))
    quiet_to: Clock = Field(default="", title=N_("Quiet until"), description=N_("For example 07:00"))


async def choose(office: Office, by: By, data: Mapping[str, Any]) -> None:
    """Other quiet hours; none at all: those of the house. Raises `FormInvalid`, `NotPermitted`, `DatabaseAway`."""
    form = fill_in(QuietForm, data)
    if bool(form.quiet_from) != bool(form.quiet_to):
        raise FormInvalid({"quiet_to": (BOTH, {})})
    person_id = _own_id(by)
    async with office.writing(by) as desk:
        person = await accounts.lock(desk.connection, person_id)
        if person is None:
            raise PersonUnknown
        hours = (form.quiet_from or None, form.quiet_to or None)
        await preferences.choose(desk.connection, person_id, hours, desk.clocks.real.now())
        after = {"quiet_from": form.quiet_from, "quiet_to": form.quiet_to}
        await desk.record(
            Change("person.change", person.organisation_id, "person", person.id, person.name, after=after)
        )


async def hear_again(office: Office, by: By, mute_id: int) -> None:
    """End what they stopped; nothing where it has ended. Raises `PersonUnknown`, `NotPermitted`, `DatabaseAway`."""
    person_id = _own_id(by)
    async with office.writing(by) as desk:
        person = await accounts.lock(desk.connection, person_id)
        if person is None:
            raise PersonUnknown
        if await mutes.end(desk.connection, person_id, mute_id, desk.clocks.real.now()):
            before = {"muted": mute_id}
            await desk.record(
                Change("person.change", person.organisation_id, "person", person.id, person.name, before)
            )


def _own_id(by: By) -> int:
    if by.viewer.person_id is None:
        raise NotPermitted(action_text=CHOOSE)
    return by.viewer.person_id
