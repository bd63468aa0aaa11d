"""How much somebody wants to hear (提醒偏好): their own quiet hours and digest hour, and what they stopped."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import Field
from pydantic.config import JsonDict

from storage import accounts, mutes, preferences, watches
from storage.accounts import PersonRow
from storage.preferences import Own
from storage.texts import N_
from workflows.administration.accounts import PersonUnknown
from workflows.administration.office import By, Change, Desk, Office
from workflows.definition import Form
from workflows.errors import FormInvalid, NotPermitted
from workflows.forms import TimeOfDay, fill_in

CHOOSE = N_("change your notification settings")
BOTH = N_("Please give both times, or none.")
TIME: JsonDict = {"kind": "time"}


@dataclass(frozen=True)
class Of:
    """A case that the person may see."""

    id: int
    number: str


class QuietForm(Form):
    """Times of day in Shanghai, such as 22:00; empty: what holds in the house."""

    quiet_from: TimeOfDay = Field(
        default="", title=N_("Quiet from"), description=N_("For example 22:00"), json_schema_extra=TIME
    )
    quiet_to: TimeOfDay = Field(
        default="",
        title=N_("Quiet until"),
        description=N_("For example 07:00. The same time twice: no quiet hours for you."),
        json_schema_extra=TIME,
    )
    digest_at: TimeOfDay = Field(
        default="",
        json_schema_extra=TIME,
        title=N_("Digest at"),
        description=N_(
            "For example 17:00. What is for your information comes once a day at this time, in one message."
        ),
    )


async def choose(office: Office, by: By, data: Mapping[str, Any]) -> None:
    """Other quiet hours, another digest hour; none: those of the house.

    Raises `FormInvalid`, `PersonUnknown`, `NotPermitted`, `DatabaseAway`.
    """
    form = fill_in(QuietForm, data)
    if bool(form.quiet_from) != bool(form.quiet_to):
        raise FormInvalid({"quiet_to": (BOTH, {})})
    async with _writing(office, by) as (desk, person):
        before, chosen = await preferences.own(desk.connection, person.id), _chosen(form)
        await preferences.choose(desk.connection, person.id, chosen, desk.clocks.real.now())
        await desk.record(_change(person, _told(before), _told(chosen)))


async def tested(office: Office, by: By, result: str) -> None:
    """Put on record that they had a test sent to themselves, and how it ended. Raises as `watch`."""
    async with _writing(office, by) as (desk, person):
        await desk.record(_change(person, {}, {"result": result}, "person.test"))


async def watch(office: Office, by: By, case: Of, *, wanted: bool) -> None:
    """Be told when the case is over, or not. Raises `PersonUnknown`, `NotPermitted`, `DatabaseAway`."""
    async with _writing(office, by) as (desk, person):
        watched = {"watched": case.number}
        if wanted:
            await watches.watch(desk.connection, person.id, case.id, desk.clocks.real.now())
            await desk.record(_change(person, {}, watched))
        else:
            await watches.watch_no_more(desk.connection, person.id, case.id)
            await desk.record(_change(person, watched, {}))


async def snooze(office: Office, by: By, case: Of, days: int) -> None:
    """Hear nothing of the case for so many days but what may not be muted. Raises as `watch`."""
    async with _writing(office, by) as (desk, person):
        now = desk.clocks.real.now()
        await mutes.snooze(desk.connection, person.id, case.id, now + timedelta(days=days), by.door, now)
        await desk.record(_change(person, {}, {"muted": case.number, "days": days}))


async def hear_again(office: Office, by: By, mute_id: int) -> None:
    """End what they stopped; nothing where it has ended. Raises as `watch`."""
    async with _writing(office, by) as (desk, person):
        heard = await mutes.end(desk.connection, person.id, mute_id, desk.clocks.real.now())
        if heard is not None:
            await desk.record(_change(person, {"muted": heard}, {}))


@asynccontextmanager
async def _writing(office: Office, by: By) -> AsyncIterator[tuple[Desk, PersonRow]]:
    """A transaction in which somebody changes what is their own; their record is locked."""
    if by.viewer.person_id is None:
        raise NotPermitted(action_text=CHOOSE)
    async with office.writing(by) as desk:
        person = await accounts.lock(desk.connection, by.viewer.person_id)
        if person is None:
            raise PersonUnknown
        yield desk, person


def _chosen(form: QuietForm) -> Own:
    quiet = (form.quiet_from, form.quiet_to) if form.quiet_from else None
    return Own(quiet, form.digest_at or None)


def _told(own: Own) -> dict[str, Any]:
    begin, end = own.quiet or (None, None)
    return {"quiet_from": begin, "quiet_to": end, "digest_at": own.digest_at}


def _change(
    person: PersonRow, before: Mapping[str, Any], after: Mapping[str, Any], action: str = "person.change"
) -> Change:
    return Change(action, person.organisation_id, "person", person.id, person.name, before, after)
