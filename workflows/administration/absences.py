"""Absence (缺勤) with a deputy (代理人): entered by whoever is away or their administrator, called off at any time.

While it lasts the deputy holds the absent person's roles and parts and is told in their stead (`storage.directory`).
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from storage import absences
from storage.absences import AbsenceRow, NewAbsence
from storage.clock import SHANGHAI
from storage.texts import N_
from workflows.administration.accounts import PersonUnknown, own_or_administered
from workflows.administration.in_charge import check_all_theirs
from workflows.administration.office import By, Change, Desk, Office
from workflows.definition import Form
from workflows.errors import FormInvalid
from workflows.forms import fill_in
from workflows.identity.roles import Role

LONGEST = timedelta(days=366)


class AbsenceForm(Form):
    """Whole days in Shanghai, the first and the last one included."""

    first_day: date = Field(title=N_("First day away"))
    last_day: date = Field(title=N_("Last day away"))
    deputy: Annotated[int, Field(gt=0, lt=2**63)] | None = Field(
        default=None,
        title=N_("Who is the deputy?"),
        description=N_("They see and handle your tasks, and are notified instead of you."),
        json_schema_extra={"kind": "person"},
    )
    note: Annotated[str, StringConstraints(max_length=200)] = Field(default="", title=N_("Note"))


async def enter(office: Office, by: By, person_id: int, data: Mapping[str, Any]) -> None:
    """Somebody will be away. Raises `PersonUnknown`, `NotPermitted`, `FormInvalid`, `DatabaseAway`."""
    form = fill_in(AbsenceForm, data)
    async with office.writing(by) as desk:
        person = await own_or_administered(desk, person_id)
        new = NewAbsence(person_id, form.deputy, _begin(form.first_day), _end(form.last_day), form.note)
        await _check(desk, new)
        deputy = await _deputy(desk, new)
        absence_id = await absences.insert(desk.connection, new)
        after = {**_period(new.starts_at, new.ends_at), "deputy": deputy}
        await desk.record(
            Change("absence.enter", person.organisation_id, "absence", absence_id, person.name, after=after)
        )


async def call_off(office: Office, by: By, absence_id: int) -> None:
    """They stay, or are back early. Raises `PersonUnknown`, `DatabaseAway`."""
    async with office.writing(by) as desk:
        absence = await absences.running(desk.connection, absence_id)
        mine = absence is not None and absence.person_id == by.viewer.person_id
        if absence is None or not (mine or by.viewer.holds({Role.ADMINISTRATOR}, absence.path)):
            raise PersonUnknown
        await end(desk, absence)


async def end(desk: Desk, absence: AbsenceRow) -> None:
    """End an absence in a transaction that somebody has opened."""
    await absences.end(desk.connection, absence.id, desk.clocks.real.now())
    before = {**_period(absence.starts_at, absence.ends_at), "deputy": absence.deputy}
    change = Change(
        "absence.end", absence.organisation_id, "absence", absence.id, absence.name, before=before
    )
    await desk.record(change)


async def _check(desk: Desk, new: NewAbsence) -> None:
    """Raises `FormInvalid`."""
    if new.ends_at <= new.starts_at:
        raise _wrong("last_day", N_("The last day is before the first."))
    if new.ends_at <= desk.clocks.business.now():
        raise _wrong("last_day", N_("This date has passed."))
    if new.ends_at - new.starts_at > LONGEST:
        raise _wrong("last_day", N_("An absence lasts a year at most."))
    if await absences.overlaps(desk.connection, new.person_id, new.starts_at, new.ends_at):
        raise _wrong("first_day", N_("An absence is already registered for some of these days."))


async def _deputy(desk: Desk, new: NewAbsence) -> str:
    """The name of the deputy, who is one of the colleagues; raises `FormInvalid`, `NotPermitted`."""
    if new.deputy_id is None:
        return ""
    await check_all_theirs(desk, new.person_id)
    now = desk.clocks.business.now()
    known = {id_: name for id_, name, _ in await absences.colleagues(desk.connection, new.person_id, now)}
    if new.deputy_id not in known:
        raise FormInvalid.choice("deputy")
    return known[new.deputy_id]


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def _end(day: date) -> datetime:
    """24:00 of the day, which for the last day that a calendar has is its last instant."""
    return _begin(day + timedelta(days=1)) if day < date.max else datetime.combine(day, time.max, SHANGHAI)


def _period(starts_at: datetime, ends_at: datetime) -> dict[str, str]:
    return {"from": starts_at.isoformat(), "until": ends_at.isoformat()}


def _wrong(name: str, text: str) -> FormInvalid:
    return FormInvalid({name: (text, {})})
