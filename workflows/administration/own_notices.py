"""How much somebody wants to hear (提醒偏好): their own quiet hours and digest hour, and what they stopped."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from storage import accounts, mutes, preferences, watches
from storage.preferences import Own
from storage.texts import N_
from workflows.administration.accounts import PersonUnknown
from workflows.administration.office import By, Change, Desk, Office
from workflows.definition import Form
from workflows.errors import FormInvalid, NotPermitted
from workflows.forms import fill_in

CHOOSE = N_("choose how much you hear")
BOTH = N_("Please give both times, or none.")
Clock = Annotated[str, StringConstraints(pattern=r"^(?:(?:[01][0-9]|2[0-3]):[0-5][0-9])?$")]


@dataclass(frozen=True)
class Of:
    """A case that the person may see."""

    id: int
    number: str


class QuietForm(Form):
    """Times of day in Shanghai, such as 22:00; empty: what holds in the house."""

    quiet_from: Clock = Field(default="", title=N_("Quiet from"), description=N_("For example 22:00"))
    quiet_to: Clock = Field(default="", title=N_("Quiet until"), description=N_("For example 07:00"))
    digest_at: Clock = Field(
        default="",
        title=N_("Digest at"),
        description=N_(
            "For example 17:00. What is for your information comes once a day at this time, in one message."
        ),
    )


async def choose(office: Office, by: By, data: Mapping[str, Any]) -> None:
    """Other quiet hours, another digest hour; none: those of the house.

    Raises `FormInvalid`, `NotPermitted`, `DatabaseAway`.
    """
    form = fill_in(QuietForm, data)
    if bool(form.quiet_from) != bool(form.quiet_to):
        raise FormInvalid({"quiet_to": (BOTH, {})})
    person_id = _own_id(by)
    async with office.writing(by) as desk:
        person = await accounts.lock(desk.connection, person_id)
        if person is None:
            raise PersonUnknown
        after = form.model_dump()
        await preferences.choose(desk.connection, person_id, _chosen(form), desk.clocks.real.now())
        await desk.record(
            Change("person.change", person.organisation_id, "person", person.id, person.name, after=after)
        )


def _chosen(form: QuietForm) -> Own:
    quiet = (form.quiet_from, form.quiet_to) if form.quiet_from else None
    return Own(quiet, form.digest_at or None)


async def watch(office: Office, by: By, case: Of, *, wanted: bool) -> None:
    """Be told when the case is over, or not. Raises `PersonUnknown`, `NotPermitted`, `DatabaseAway`."""
    person_id = _own_id(by)
    async with office.writing(by) as desk:
        if wanted:
            await watches.watch(desk.connection, person_id, case.id, desk.clocks.real.now())
        else:
            await watches.watch_no_more(desk.connection, person_id, case.id)
        await _record(
            desk, person_id, before={"watched": ""}, after={"watched": case.number if wanted else "-"}
        )


async def snooze(office: Office, by: By, case: Of, days: int) -> None:
    """Hear nothing of the case for so many days but what may not be muted. Raises as `watch`."""
    person_id = _own_id(by)
    async with office.writing(by) as desk:
        now = desk.clocks.real.now()
        await mutes.snooze(desk.connection, person_id, case.id, now + timedelta(days=days), by.door, now)
        await _record(desk, person_id, before={}, after={"muted": case.number, "days": days})


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


async def _record(desk: Desk, person_id: int, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    person = await accounts.lock(desk.connection, person_id)
    if person is None:
        raise PersonUnknown
    of = (person.organisation_id, "person", person.id, person.name)
    await desk.record(Change("person.change", *of, before, after))


def _own_id(by: By) -> int:
    if by.viewer.person_id is None:
        raise NotPermitted(action_text=CHOOSE)
    return by.viewer.person_id
