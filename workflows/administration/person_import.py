"""People from a spreadsheet: known by their staff number, else by their user name, else by their name at their place.

A role is given at the person's organisation from now on, an address is added after the ones they have; neither is
ever taken away by an import. Taking back deletes who was entered and did nothing yet.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import asyncpg
from pydantic import Field, StringConstraints

from storage import contact_points, organisation_writer, people_imports, person_writer
from storage.access import NotVisible
from storage.organisation_writer import OrganisationRow
from storage.people_imports import KnownPerson
from storage.person_writer import PersonRow
from storage.texts import N_
from workflows.administration import contacts, people, posts
from workflows.administration.contacts import CHANNEL_LABELS, Channel
from workflows.administration.imports import At, Existing, Made
from workflows.administration.in_charge import HasLeft, administered
from workflows.administration.office import Change, ChangedMeanwhile, Desk
from workflows.administration.person_forms import LANGUAGES, ROLE_CHOICES, Line, NewPerson, PersonForm
from workflows.administration.unreachable import Mute, mute, told_roles
from workflows.definition import Form
from workflows.errors import FormInvalid, WorkflowError
from workflows.forms import fill_in
from workflows.identity.roles import Role
from workflows.registry import all_workflows

NO_PLACE = N_("There is no open organisation with this name here.")
SEVERAL = N_("There are several with this name here. Please import into the one you mean.")
CHANGED_SINCE = N_("It has been changed since.")
USED_SINCE = N_("This person has signed in, acted or been notified since.")
PLACES = "places"
ADDRESSES = {"wecom": Channel.WECOM, "email": Channel.MAIL, "mobile": Channel.SMS}
Address = Annotated[str, StringConstraints(max_length=contacts.LONGEST)]


class PersonLine(Form):
    """One line of the spreadsheet: somebody's record, a role, and how they are reached."""

    staff_number: Annotated[str, StringConstraints(max_length=64)] = Field(
        default="", title=N_("Staff number"), description=N_("Used by imports to identify the person")
    )
    name: Annotated[str, StringConstraints(min_length=1, max_length=100)] = Field(title=N_("Full name"))
    organisation: Annotated[str, StringConstraints(max_length=200)] = Field(
        default="",
        title=N_("Organisation"),
        description=N_("Its name in this service. Empty: the organisation you import into."),
    )
    title: Line = Field(default="", title=N_("Title"), description=N_("Shown beside the name"))
    role: Role | None = Field(
        default=None,
        title=N_("Role"),
        description=N_("At the organisation of the row, from now on"),
        json_schema_extra={"kind": "select", "labels": dict(ROLE_CHOICES)},
    )
    username: Annotated[str, StringConstraints(max_length=64)] = Field(
        default="",
        title=N_("User name"),
        description=N_("For signing in; without one the person cannot sign in"),
    )
    phone: Annotated[str, StringConstraints(max_length=32)] = Field(default="", title=N_("Phone"))
    wecom: Address = Field(default="", title=CHANNEL_LABELS[Channel.WECOM], description=N_("The userid"))
    email: Address = Field(default="", title=CHANNEL_LABELS[Channel.MAIL])
    mobile: Address = Field(
        default="", title=CHANNEL_LABELS[Channel.SMS], description=N_("A mobile number for short messages")
    )
    language: Annotated[str, StringConstraints(pattern="^(zh_CN|en)?$")] = Field(
        default="", title=N_("Language"), json_schema_extra={"kind": "select", "labels": dict(LANGUAGES)}
    )
    another: bool = Field(default=False, title=N_("This is somebody else with the same name"))


class PersonImport:
    """The kind `people`; its shape is `imports.ImportKind`."""

    name = "people"
    label = N_("People")
    form: type[Form] = PersonLine
    roles: frozenset[Role] = frozenset({Role.ADMINISTRATOR})

    async def match(self, desk: Desk, at: At, forms: Mapping[int, Form]) -> Mapping[int, Existing]:
        """Active people at or below the organisation who have a row's number, user name, or name and place."""
        known = await people_imports.known(desk.connection, at.path, desk.clocks.business.now())
        index = {key: person for person in reversed(known) for key in _keys_of(person)}
        lines = {n: _line(form) for n, form in forms.items()}
        found = {n: _first(index, _keys_of_line(line, at)) for n, line in lines.items()}
        return {n: Existing(p.id, p.version, _values(p, lines[n])) for n, p in found.items() if p}

    async def create(self, desk: Desk, at: At, form: Form) -> Made:
        """Enter somebody with role and addresses; raises `WorkflowError`."""
        line = _line(form)
        place = await _place(desk, at, line.organisation or at.name)
        record = {**_record(line.model_dump()), "organisation": place.id, "another": line.another}
        person = await people.enter(desk, fill_in(NewPerson, record))
        await _give(desk, person, place, line)
        return Made(person.id, person.version, _called(person))

    async def change(self, desk: Desk, at: At, found: Existing, form: Form) -> Made:
        """Write what the row fills in; empty cells change nothing. Raises `WorkflowError`."""
        line, person = _line(form), await self._untouched(desk, found.id, found.version)
        if person is None:
            raise ChangedMeanwhile
        given = {**found.values, **line.model_dump(exclude_unset=True)}
        place = await _place(desk, at, given["organisation"] or at.name)
        record = {**_record(given), "organisation": place.id, "another": True}
        person = await people.rewrite(desk, person, fill_in(PersonForm, record))
        await _give(desk, person, place, line)
        return Made(person.id, person.version, _called(person))

    async def warnings(self, desk: Desk, at: At) -> list[Mute]:
        """Posts here whose holders nothing will reach once the rows are in."""
        return await mute(desk, told_roles(all_workflows()), at.path)

    async def remove(self, desk: Desk, subject_id: int, version: int) -> str | None:
        """Delete who was entered, unless they did or were told anything; or say why not."""
        person = await self._untouched(desk, subject_id, version)
        if person is None:
            return CHANGED_SINCE
        try:
            async with desk.connection.transaction():
                await people_imports.delete(desk.connection, subject_id)
        except (
            asyncpg.ForeignKeyViolationError,
            asyncpg.RestrictViolationError,
        ):  # up to version 17, since 18
            return USED_SINCE
        change = Change(
            "person.remove", person.organisation_id, people.SUBJECT, subject_id, person.name, _told(person)
        )
        await desk.record(change)
        return None

    async def restore(
        self, desk: Desk, subject_id: int, version: int, before: Mapping[str, Any]
    ) -> str | None:
        """Write back the record, and end the role and addresses that the row gave; or say why not."""
        person = await self._untouched(desk, subject_id, version)
        if person is None:
            return CHANGED_SINCE
        try:
            record = {**_record(before), "organisation": before["place"], "another": True}
            person = await people.rewrite(desk, person, fill_in(PersonForm, record))
            await _take_back(desk, person, before)
        except WorkflowError as error:
            return error.text
        return None

    async def _untouched(self, desk: Desk, person_id: int, version: int) -> PersonRow | None:
        try:
            person = await administered(desk, person_id)
        except (NotVisible, HasLeft):
            return None
        return person if person.version == version else None


def _line(form: Form) -> PersonLine:
    if not isinstance(form, PersonLine):
        raise TypeError(type(form))
    return form


def _keys_of(person: KnownPerson) -> list[tuple[str, ...]]:
    keys: list[tuple[str, ...]] = [("name", person.organisation_name.lower(), person.name)]
    keys += [("username", person.username.lower())] if person.username else []
    return keys + ([("number", person.staff_number)] if person.staff_number else [])


def _keys_of_line(line: PersonLine, at: At) -> list[tuple[str, ...]]:
    """What the row is known by. A number or user name that nobody has makes somebody new, whatever their name."""
    if line.staff_number:
        return [("number", line.staff_number)]
    if line.username:
        return [("username", line.username.lower())]
    return [] if line.another else [("name", (line.organisation or at.name).lower(), line.name)]


def _first(index: Mapping[tuple[str, ...], KnownPerson], keys: list[tuple[str, ...]]) -> KnownPerson | None:
    return next((index[key] for key in keys if key in index), None)


def _values(person: KnownPerson, line: PersonLine) -> dict[str, Any]:
    """What stands there, and of roles and addresses whether they have the row's; the last four to take back by."""
    record = {name: getattr(person, name) or "" for name in RECORD}
    place = (line.organisation or person.organisation_name).lower()
    held = line.role if line.role and (line.role, place) in person.held else None
    has = {name: _has(person, name, getattr(line, name)) for name in ADDRESSES}
    return {
        **record,
        **has,
        "organisation": person.organisation_name,
        "role": held,
        "another": line.another,
        "place": person.organisation_id,
        "posts": person.post_ids,
        "ways": person.way_ids,
        "gives": [line.role, *(kind for name, kind in ADDRESSES.items() if getattr(line, name))],
    }


def _has(person: KnownPerson, name: str, written: str) -> str:
    """The row's address if they have it, else the one of that channel that they have."""
    mine = [address for channel, address in person.addresses if channel == ADDRESSES[name]]
    try:
        wanted = contacts.canonical(ADDRESSES[name], written) if written else ""
    except FormInvalid:
        wanted = ""
    return written if wanted and wanted in mine else next(iter(mine), "")


RECORD = ("name", "title", "staff_number", "username", "phone", "language")


def _record(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in RECORD if name in values}


def _told(person: PersonRow) -> dict[str, Any]:
    return {"name": person.name, "username": person.username, "staff_number": person.staff_number}


def _called(person: PersonRow) -> str:
    return f"{person.staff_number} {person.name}" if person.staff_number else person.name


async def _place(desk: Desk, at: At, name: str) -> OrganisationRow:
    """The open organisation of that name at or below the one of the import; raises `FormInvalid`."""
    if PLACES not in at.notes:
        at.notes[PLACES] = await organisation_writer.below(desk.connection, at.path)
    rows: Sequence[OrganisationRow] = at.notes[PLACES]
    named = [row for row in rows if row.active and row.name.lower() == name.lower()]
    named = [row for row in named if row.id == at.id] or named
    if len(named) != 1:
        raise FormInvalid({"organisation": (SEVERAL if named else NO_PLACE, {})})
    return named[0]


async def _give(desk: Desk, person: PersonRow, place: OrganisationRow, line: PersonLine) -> None:
    """The role and the addresses of the row, as far as they are not there; raises `FormInvalid`."""
    held = await person_writer.posts(desk.connection, person.id)
    now = desk.clocks.business.now()
    has = any(
        (post.role, post.organisation_id) == (line.role, place.id)
        and (post.ends_at is None or post.ends_at > now)
        for post in held
    )
    if line.role is not None and not has:
        await posts.give(desk, person, posts.Wanted(line.role, place))
    for name, channel in ADDRESSES.items():
        if written := getattr(line, name):
            await _reach(desk, person, name, channel, written)


async def _reach(desk: Desk, person: PersonRow, name: str, channel: Channel, written: str) -> None:
    try:
        await contacts.put(desk, person, channel, written)
    except FormInvalid as error:  # speaks of the fields of another form
        raise FormInvalid({name: next(iter(error.fields.values()))}) from None


async def _take_back(desk: Desk, person: PersonRow, before: Mapping[str, Any]) -> None:
    """End the role and ways of the row that came after `before`. Raises `LastAdministrator`."""
    now, given = desk.clocks.business.now(), before["gives"]
    for post in await person_writer.posts(desk.connection, person.id):
        if post.id not in before["posts"] and post.role in given:
            await posts.check_not_last(desk, post)
            await posts.end_now(desk, person, post, now)
    for way in await contact_points.ways(desk.connection, person.id):
        if way.id not in before["ways"] and way.kind in given:
            await contacts.end_way(desk, person, way)
