"""Writes people: entered and changed, each in one transaction with its audit row."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import asyncpg

from storage import organisation_writer, person_writer
from storage.organisation_writer import OrganisationRow
from storage.person_writer import PersonRow
from storage.texts import N_
from workflows.administration import posts
from workflows.administration.in_charge import administered
from workflows.administration.office import By, Change, ChangedMeanwhile, Desk, Office
from workflows.administration.organisations import Closed
from workflows.administration.person_forms import NewPerson, PersonForm
from workflows.errors import FormInvalid
from workflows.forms import fill_in
from workflows.identity.roles import Role

SUBJECT = "person"
USERNAME_TAKEN = N_("This user name is taken. Please choose another one.")
NUMBER_TAKEN = N_("Somebody in this hospital already has this staff number.")
NAMESAKE = N_("There is already somebody with this name there. If this is somebody else, tick this.")
ELSEWHERE = N_(
    "Nobody can be moved to another hospital: offboard them here and add them there. "
    "Choose an organisation in the same hospital."
)


async def add(office: Office, by: By, data: Mapping[str, Any]) -> int:
    """Enter somebody; their id. Raises `FormInvalid`, `Closed`, `DatabaseAway`."""
    form = fill_in(NewPerson, data)
    async with names_kept_apart(), office.writing(by) as desk:
        return (await enter(desk, form)).id


async def enter(desk: Desk, form: NewPerson) -> PersonRow:
    """Enter somebody in an open transaction. Raises `FormInvalid`, `Closed`."""
    place = await _place(desk, form.organisation)
    person = _filled(form, PersonRow(0, place.id, place.path, "", "", None, None, "", None, True, 1), place)
    await _check(desk, person, form, None)
    person = replace(person, id=await person_writer.add(desk.connection, person))
    await desk.record(_change("person.create", person, {}, _told(person)))
    if form.role is not None:
        await posts.give(desk, person, posts.Wanted(form.role, place))
    return person


async def change(office: Office, by: By, person_id: int, version: int, data: Mapping[str, Any]) -> None:
    """Change somebody's record. Raises `NotVisible`, `HasLeft`, `ChangedMeanwhile`, `FormInvalid`, `Closed`."""
    async with names_kept_apart(), office.writing(by) as desk:
        person = await administered(desk, person_id)
        if person.version != version:
            raise ChangedMeanwhile
        await rewrite(desk, person, fill_in(PersonForm, data))


async def rewrite(desk: Desk, person: PersonRow, form: PersonForm) -> PersonRow:
    """Change somebody who is locked, in an open transaction; as they are now. Raises `FormInvalid`, `Closed`."""
    place = await _place(desk, form.organisation)
    wanted = _filled(form, person, place)
    if wanted == person:
        return person
    if wanted.organisation_id != person.organisation_id:
        await _check_stays(desk, person, place)
    await _check(desk, wanted, form, person)
    await person_writer.change(desk.connection, wanted)
    await desk.record(_change("person.change", wanted, _told(person), _told(wanted)))
    return replace(wanted, version=person.version + 1)


@asynccontextmanager
async def names_kept_apart() -> AsyncIterator[None]:
    """Two that take the same user name at once: the second is told so, as if the first had been there before."""
    try:
        yield
    except asyncpg.UniqueViolationError as error:
        if "username" not in (error.constraint_name or ""):
            raise
        raise FormInvalid({"username": (USERNAME_TAKEN, {})}) from None


async def _place(desk: Desk, organisation_id: int) -> OrganisationRow:
    """Where somebody is to belong: an open organisation that the viewer administers."""
    place = await organisation_writer.locked(desk.connection, organisation_id)
    if place is None or not desk.by.viewer.holds({Role.ADMINISTRATOR}, place.path):
        raise FormInvalid.choice("organisation")
    if not place.active:
        raise Closed
    return place


async def _check_stays(desk: Desk, person: PersonRow, place: OrganisationRow) -> None:
    home = await organisation_writer.hospital_of(desk.connection, person.path)
    if not place.path.startswith(home.path if home else person.path):
        raise FormInvalid({"organisation": (ELSEWHERE, {})})


async def _check(desk: Desk, wanted: PersonRow, form: PersonForm, known: PersonRow | None) -> None:
    """Raises `FormInvalid` with everything that somebody else has already."""
    faults = {}
    if await _username_taken(desk, wanted, known):
        faults["username"] = USERNAME_TAKEN
    if await _number_taken(desk, wanted, known):
        faults["staff_number"] = NUMBER_TAKEN
    if not form.another and await _has_namesake(desk, wanted, known):
        faults["another"] = NAMESAKE
    if faults:
        raise FormInvalid({name: (text, {}) for name, text in faults.items()})


async def _username_taken(desk: Desk, wanted: PersonRow, known: PersonRow | None) -> bool:
    if wanted.username is None or (known is not None and wanted.username == known.username):
        return False
    return await person_writer.username_taken(desk.connection, wanted.username, known.id if known else None)


async def _number_taken(desk: Desk, wanted: PersonRow, known: PersonRow | None) -> bool:
    if wanted.staff_number is None:
        return False
    home = await organisation_writer.hospital_of(desk.connection, wanted.path)
    path, but = home.path if home else wanted.path, known.id if known else None
    return await person_writer.with_staff_number(desk.connection, wanted.staff_number, path, but) is not None


async def _has_namesake(desk: Desk, wanted: PersonRow, known: PersonRow | None) -> bool:
    where = (wanted.organisation_id, wanted.name)
    if known is not None and where == (known.organisation_id, known.name):
        return False
    return await person_writer.has_namesake(desk.connection, *where, known.id if known else None)


def _filled(form: PersonForm, person: PersonRow, place: OrganisationRow) -> PersonRow:
    return replace(
        person,
        organisation_id=place.id,
        path=place.path,
        name=form.name,
        title=form.title,
        username=form.username or None,
        staff_number=form.staff_number or None,
        phone=form.phone,
        language=form.language or None,
    )


def _change(action: str, person: PersonRow, before: Mapping[str, Any], after: Mapping[str, Any]) -> Change:
    return Change(action, person.organisation_id, SUBJECT, person.id, person.name, before, after)


def _told(person: PersonRow) -> dict[str, Any]:
    names = ("name", "title", "username", "staff_number", "phone", "language")
    return {"organisation": person.organisation_id, **{name: getattr(person, name) for name in names}}
