"""Duty calendar (值班表): who is on duty for an organisation, and for all below it, entered by its administrators.

A shift gives no right; it says who is woken at night (`notifier.router`). Times are business time in Shanghai.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from storage import duty
from storage.access import NotVisible
from storage.clock import SHANGHAI
from storage.duty import NewShift, Shift
from storage.texts import N_
from workflows.administration.office import By, Change, Desk, Office
from workflows.administration.organisations import administered
from workflows.definition import Form
from workflows.errors import FormInvalid
from workflows.forms import fill_in
from workflows.identity.roles import Role

SUBJECT = "duty"
OVER = N_("This shift is over already.")
ALREADY = N_("This person is on duty there already at some time of it.")
NO_POST = N_("This person has no post at this organisation, above or below it.")
ClockTime = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Id = Annotated[int, Field(ge=1, lt=2**63)]


class ShiftForm(Form):
    """Who is on duty, where and when."""

    unit: Id = Field(title=N_("On duty for"), json_schema_extra={"kind": "select"})
    person: Id = Field(title=N_("Who"), json_schema_extra={"kind": "select"})
    day: date = Field(title=N_("Day"))
    begins: ClockTime = Field(default="17:30", title=N_("From (hours and minutes, 17:30)"))
    ends: ClockTime = Field(
        default="08:00",
        title=N_("Until (hours and minutes, 08:00)"),
        description=N_("Not later than the beginning: on the next day"),
    )
    days: Annotated[int, Field(ge=1, le=31)] = Field(default=1, title=N_("So many days in a row"))
    note: Annotated[str, StringConstraints(max_length=200)] = Field(default="", title=N_("Note"))


async def enter(office: Office, by: By, data: Mapping[str, Any]) -> None:
    """Somebody will be on duty. Raises `NotVisible`, `NotPermitted`, `FormInvalid`, `DatabaseAway`."""
    form = fill_in(ShiftForm, data)
    async with office.writing(by) as desk:
        await _enter(desk, form)


async def replace(office: Office, by: By, shift_id: int, data: Mapping[str, Any]) -> None:
    """Another shift instead of that one. Raises as `enter` does."""
    form = fill_in(ShiftForm, data)
    async with office.writing(by) as desk:
        await _call_off(desk, shift_id)
        await _enter(desk, form)


async def call_off(office: Office, by: By, shift_id: int) -> None:
    """Nobody is on duty by that shift. Raises `NotVisible`, `DatabaseAway`."""
    async with office.writing(by) as desk:
        await _call_off(desk, shift_id)


def shifts_of(form: ShiftForm) -> list[NewShift]:
    """One shift a day."""
    begin, end = time.fromisoformat(form.begins), time.fromisoformat(form.ends)
    to_next_day = timedelta(days=0 if end > begin else 1)
    days = [form.day + timedelta(days=number) for number in range(form.days)]
    return [
        NewShift(form.unit, form.person, _at(day, begin), _at(day + to_next_day, end), form.note)
        for day in days
    ]


async def _enter(desk: Desk, form: ShiftForm) -> None:
    place = await administered(desk.connection, desk.by, form.unit)
    now = desk.clocks.business.now()
    name = await duty.has_post(desk.connection, form.person, place.path, now)
    if name is None:
        raise _wrong("person", NO_POST)
    for shift in shifts_of(form):
        if shift.ends_at <= now:
            raise _wrong("day", OVER)
        if await duty.overlaps(desk.connection, shift):
            raise _wrong("day", ALREADY)
        shift_id = await duty.insert(desk.connection, shift)
        after = _told(name, shift.starts_at, shift.ends_at)
        await desk.record(Change("duty.enter", form.unit, SUBJECT, shift_id, place.name, after=after))


async def _call_off(desk: Desk, shift_id: int) -> None:
    shift = await duty.by_id(desk.connection, shift_id)
    if shift is None or not desk.by.viewer.holds({Role.ADMINISTRATOR}, shift.path):
        raise NotVisible
    await duty.call_off(desk.connection, shift.id, desk.clocks.real.now())
    await desk.record(_ended(shift))


def _ended(shift: Shift) -> Change:
    before = _told(shift.person, shift.starts_at, shift.ends_at)
    return Change("duty.end", shift.organisation_id, SUBJECT, shift.id, shift.organisation, before=before)


def _told(person: str, starts_at: datetime, ends_at: datetime) -> dict[str, str]:
    return {"person": person, "from": starts_at.isoformat(), "until": ends_at.isoformat()}


def _at(day: date, when: time) -> datetime:
    return datetime.combine(day, when, SHANGHAI)


def _wrong(name: str, text: str) -> FormInvalid:
    return FormInvalid({name: (text, {})})
