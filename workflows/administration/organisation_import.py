"""Organisations from a spreadsheet: known by their name below the one that they belong to.

Rows may build on each other: a hospital first, then its departments. Taking back closes what was entered, for the
audit speaks of it; the same file brought in again opens it anew.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from storage import organisation_writer as writer
from storage.organisation_writer import OrganisationRow
from storage.texts import N_
from workflows.administration import organisations
from workflows.administration.imports import At, Existing, Made
from workflows.administration.office import ChangedMeanwhile, Desk
from workflows.administration.organisation_forms import NewOrganisation, OrganisationForm
from workflows.definition import Form
from workflows.errors import FormInvalid, WorkflowError
from workflows.forms import fill_in
from workflows.identity.roles import Role

NO_SUCH = N_("There is no open organisation with this name here.")
SEVERAL = N_("There are several with this name here. Please import into the one you mean.")
OTHER_KIND = N_("There is already one with this name here, of another kind.")
CHANGED_SINCE = N_("It has been changed since.")
USED_SINCE = N_("It is in use: something is below it or belongs to it.")


class OrganisationLine(NewOrganisation):
    """One line of the spreadsheet: an organisation, and where it stands."""

    parent: Annotated[str, StringConstraints(max_length=200)] = Field(
        default="",
        title=N_("Belongs to"),
        description=N_("The name of the organisation above. Empty: the one at which you import."),
    )


class OrganisationImport:
    """The kind `organisations`; its shape is `imports.ImportKind`."""

    name = "organisations"
    label = N_("Organisations")
    form: type[Form] = OrganisationLine
    roles: frozenset[Role] = frozenset({Role.ADMINISTRATOR})

    async def match(self, desk: Desk, at: At, forms: Mapping[int, Form]) -> Mapping[int, Existing]:
        """Open organisations of that name below the one that the row names."""
        await writer.lock_tree(desk.connection)
        rows = await writer.below(desk.connection, at.path)
        names = {row.id: row.name for row in rows}
        known = {
            (names[row.parent_id].lower(), row.name.lower()): row
            for row in rows
            if row.active and row.parent_id in names
        }
        lines = {n: _line(form) for n, form in forms.items()}
        found = {n: known.get(_key(line, at)) for n, line in lines.items()}
        return {n: Existing(row.id, row.version, _values(row, lines[n])) for n, row in found.items() if row}

    async def create(self, desk: Desk, at: At, form: Form) -> Made:
        """Enter it, or open it again if it was closed; raises `WorkflowError`."""
        line = _line(form)
        parent = await _parent(desk, at, line)
        closed = await writer.closed_child(desk.connection, parent.id, line.name)
        if closed is None or closed.kind != line.kind:
            row = await organisations.add_below(desk, parent, _filled(NewOrganisation, line))
            return Made(row.id, row.version, row.name)
        opened = await organisations.set_active(desk, closed, active=True)
        row = await organisations.rewrite(desk, opened, _filled(OrganisationForm, line))
        return Made(row.id, row.version, row.name)

    async def change(self, desk: Desk, _: At, found: Existing, form: Form) -> Made:
        """Write code and address that the row fills in; empty cells change nothing. Raises `WorkflowError`."""
        line, row = _line(form), await writer.locked(desk.connection, found.id)
        if row is None or row.version != found.version:
            raise ChangedMeanwhile
        if line.kind != row.kind:
            raise FormInvalid({"kind": (OTHER_KIND, {})})
        given = {**found.values, **line.model_dump(exclude_unset=True)}
        changed = await organisations.rewrite(desk, row, _filled_from(given))
        return Made(changed.id, changed.version, changed.name)

    async def remove(self, desk: Desk, subject_id: int, version: int) -> str | None:
        """Close it if nothing uses it, or say why not."""
        row = await self._untouched(desk, subject_id, version)
        if row is None:
            return CHANGED_SINCE
        if await writer.in_use(desk.connection, row.path):
            return USED_SINCE
        await organisations.set_active(desk, row, active=False)
        return None

    async def restore(
        self, desk: Desk, subject_id: int, version: int, before: Mapping[str, Any]
    ) -> str | None:
        """Write back what stood there, or say why not."""
        row = await self._untouched(desk, subject_id, version)
        if row is None:
            return CHANGED_SINCE
        try:
            await organisations.rewrite(desk, row, _filled_from(before))
        except WorkflowError as error:
            return error.text
        return None

    async def _untouched(self, desk: Desk, organisation_id: int, version: int) -> OrganisationRow | None:
        await writer.lock_tree(desk.connection)
        row = await writer.locked(desk.connection, organisation_id)
        return row if row is not None and row.version == version else None


def _line(form: Form) -> OrganisationLine:
    if not isinstance(form, OrganisationLine):
        raise TypeError(type(form))
    return form


def _key(line: OrganisationLine, at: At) -> tuple[str, str]:
    return (line.parent or at.name).lower(), line.name.lower()


def _values(row: OrganisationRow, line: OrganisationLine) -> dict[str, Any]:
    """What stands there. The parent is what found it, and a reason belongs to a code: in these no row differs."""
    same = {"parent": line.parent, "code_reason": line.code_reason}
    return {"kind": row.kind, "name": row.name, "code": row.code or "", "address": row.address, **same}


def _filled(form: type[OrganisationForm], line: OrganisationLine) -> Any:
    return fill_in(form, {name: getattr(line, name) for name in form.model_fields})


def _filled_from(values: Mapping[str, Any]) -> OrganisationForm:
    names = OrganisationForm.model_fields
    return fill_in(OrganisationForm, {name: values[name] for name in names if name in values})


async def _parent(desk: Desk, at: At, line: OrganisationLine) -> OrganisationRow:
    """The open organisation that the row names; raises `FormInvalid`."""
    rows = await writer.below(desk.connection, at.path)
    name = (line.parent or at.name).lower()
    named = [row for row in rows if row.active and row.name.lower() == name]
    if not line.parent or name == at.name.lower():
        named = [row for row in named if row.id == at.id] or named
    if len(named) != 1:
        raise FormInvalid({"parent": (SEVERAL if named else NO_SUCH, {})})
    return named[0]
