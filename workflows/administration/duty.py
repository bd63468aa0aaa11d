"""Duty calendar (值班表): who is on duty for an organisation, and for all below it, entered by its administrators.

A shift gives no right; it says who is woken at night (`notifier.router`). Times are business time in Shanghai.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from pydantic import Field, StringConstraints
from pydantic.config import JsonDict

from storage import duty
from storage.access import NotVisible
from storage.clock import SHANGHAI
from storage.duty import NewShift, Shift
from storage.texts import N_
from workflows.administration.office import By, Change, ChangedMeanwhile, Desk, Office
from workflows.administration.organisations import administered
from workflows.administration.person_forms import EARLIEST, LATEST
from workflows.definition import Form
from workflows.errors import FormInvalid
from workflows.forms import TimeOfDay, fill_in
from workflows.identity.roles import Role

SUBJECT = "duty"
OVER = N_("This shift is over already.")
ALREADY = N_("This person is already on duty there during the shift of {day}.")
NO_POST = N_("This person has no role at this organisation, above or below it.")
TIME: JsonDict = {"kind": "time"}
Id = Annotated[int, Field(ge=1, lt=2**63)]


class ShiftForm(Form):
    """Who is on duty, where and when."""

    unit: Id = Field(title=N_("On duty for"), json_schema_extra={"kind": "select"})
    person: Id = Field(title=N_("Who"), json_schema_extra={"kind": "select"})
    day: Annotated[date, Field(ge=EARLIEST, le=LATEST)] = Field(title=N_("Day"))
    begins: TimeOfDay = Field(default="17:30", title=N_("From"), json_schema_extra=TIME)
    ends: TimeOfDay = Field(
        default="08:00",
        title=N_("Until"),
        description=N_("Not later than the beginning: on the next day"),
        json_schema_extra=TIME,
    )
    days: Annotated[int, Field(ge=1, le=31)] = Field(default=1, title=N_("Number of consecutive days"))
    note: Annotated[str, StringConstraints(max_length=200)] = Field(default="", title=N_("Note"))


async def enter(office: Office, by: By, data: Mapping[str, Any]) -> datetime:
    """Somebody will be on duty; when the first shift begins. The same again changes nothing.

    Raises `NotVisible`, `FormInvalid`, `DatabaseAway`.
    """
    form = fill_in(ShiftForm, data)
    async with office.writing(by) as desk:
        await _enter(desk, form)
    return shifts_of(form)[0].starts_at


async def replace(office: Office, by: By, shift_id: int, data: Mapping[str, Any]) -> datetime:
    """Another shift instead of that one, once. Raises as `enter`, and `ChangedMeanwhile` where it was called off."""
    form = fill_in(ShiftForm, data)
    async with office.writing(by) as desk:
        held = await _call_off(desk, shift_id)
        entered = await _enter(desk, form)
        if entered and not held:
            raise ChangedMeanwhile
    return shifts_of(form)[0].starts_at


async def call_off(office: Office, by: By, shift_id: int) -> None:
    """Nobody is on duty by that shift (any more). Raises `NotVisible`, `DatabaseAway`."""
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


async def _enter(desk: Desk, form: ShiftForm) -> int:
    """How many shifts were entered; those that stand there already are left as they are."""
    place = await administered(desk.connection, desk.by, form.unit)
    now = desk.clocks.business.now()
    person = await duty.has_post(desk.connection, form.person, place.path, now)
    if person is None or not desk.by.viewer.holds({Role.ADMINISTRATOR}, person.path):
        raise _wrong("person", NO_POST)
    entered = 0
    for shift in shifts_of(form):
        if shift.ends_at <= now:
            raise _wrong("day", OVER)
        if await duty.stands(desk.connection, shift):
            continue
        if await duty.overlaps(desk.connection, shift):
            raise _wrong("day", ALREADY, day=_day(shift.starts_at))
        shift_id = await duty.insert(desk.connection, shift)
        after = _told(person.name, shift.starts_at, shift.ends_at)
        await desk.record(Change("duty.enter", form.unit, SUBJECT, shift_id, place.name, after=after))
        entered += 1
    return entered


async def _call_off(desk: Desk, shift_id: int) -> bool:
    """False for one that was called off before; raises `NotVisible`."""
    shift = await duty.by_id(desk.connection, shift_id)
    if shift is None or not desk.by.viewer.holds({Role.ADMINISTRATOR}, shift.path):
        raise NotVisible
    if shift.called_off:
        return False
    await duty.call_off(desk.connection, shift.id, desk.clocks.real.now())
    await desk.record(_ended(shift))
    return True


def _ended(shift: Shift) -> Change:
    before = _told(shift.person, shift.starts_at, shift.ends_at)
    return Change("duty.end", shift.organisation_id, SUBJECT, shift.id, shift.organisation, before=before)


def _told(person: str, starts_at: datetime, ends_at: datetime) -> dict[str, str]:
    return {"person": person, "from": _minute(starts_at), "until": _minute(ends_at)}


def _minute(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _at(day: date, when: time) -> datetime:
    return datetime.combine(day, when, SHANGHAI)


def _day(at: datetime) -> str:
    return at.astimezone(SHANGHAI).date().isoformat()


def _wrong(name: str, text: str, **values: str) -> FormInvalid:
    return FormInvalid({name: (text, values)})
