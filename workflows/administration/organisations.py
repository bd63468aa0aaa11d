"""Writes organisations: new, change, move, close, reopen. Each in one transaction with its audit row."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from storage import organisation_writer as writer
from storage.access import NotVisible
from storage.database import Connection
from storage.organisation_writer import InUse, OrganisationRow
from storage.texts import N_
from workflows.administration import organisation_kinds as kinds
from workflows.administration.office import By, Change, ChangedMeanwhile, Desk, Office, check_administers
from workflows.administration.organisation_forms import Move, NewOrganisation, OrganisationForm
from workflows.administration.organisation_kinds import BELOW, Kind
from workflows.errors import FormInvalid, WorkflowError
from workflows.forms import fill_in
from workflows.identity.roles import Role
from workflows.licence.code_faults import LIKELY, MISTYPED
from workflows.licence.numbers import likely_credit_code, tidy_credit_code

SUBJECT = "organisation"
ABOVE = N_("close or reopen an organisation, which only administrators of the one above it may")


class StillInUse(WorkflowError):
    """An organisation cannot be closed yet; `in_use` says why."""

    text = N_("It cannot be closed yet: something in it is still in use. Nothing was changed.")

    def __init__(self, in_use: InUse) -> None:
        super().__init__()
        self.in_use = in_use


class Closed(WorkflowError):
    """Nothing can be entered into a closed organisation, nor below one."""

    text = N_("This organisation is closed. Please reopen it first, or choose another one.")


NOT_BELOW = N_("Such an organisation cannot be placed here.")
NAME_TAKEN = N_("There is already one with this name here.")
ONLY_WITHIN = N_("A department can only be moved within its hospital, and not into itself.")
STAYS = N_("It already exists.")


async def administered(connection: Connection, by: By, organisation_id: int) -> OrganisationRow:
    """The organisation, locked; raises `NotVisible` unless the viewer administers it."""
    row = await writer.locked(connection, organisation_id)
    if row is None or not by.viewer.holds({Role.ADMINISTRATOR}, row.path):
        raise NotVisible
    return row


async def add(office: Office, by: By, parent_id: int, data: Mapping[str, Any]) -> int:
    """A new one below `parent_id`; its id. Raises `NotVisible`, `Closed`, `FormInvalid`, `DatabaseAway`."""
    async with office.writing(by) as desk:
        await writer.lock_tree(desk.connection)
        parent = await administered(desk.connection, by, parent_id)
        return (await add_below(desk, parent, fill_in(NewOrganisation, data))).id


async def add_below(desk: Desk, parent: OrganisationRow, form: NewOrganisation) -> OrganisationRow:
    """Enter a new one in an open transaction that holds the tree's lock. Raises `Closed`, `FormInvalid`."""
    if not parent.active:
        raise Closed
    if form.kind not in BELOW[parent.kind]:
        raise FormInvalid({"kind": (NOT_BELOW, {})})
    wanted = OrganisationRow(
        0,
        parent.id,
        form.kind,
        form.name,
        _kept(form.kind, form.code),
        "",
        form.address,
        active=True,
        version=1,
    )
    await _check(desk.connection, wanted, parent, form.code_reason)
    row = await writer.add(desk.connection, wanted)
    await desk.record(_change("organisation.create", row, {}, _told(row, form.code_reason)))
    return row


async def change(office: Office, by: By, organisation_id: int, version: int, data: Mapping[str, Any]) -> None:
    """New name, code or address. Raises `NotVisible`, `ChangedMeanwhile`, `FormInvalid`, `DatabaseAway`."""
    async with office.writing(by) as desk:
        await writer.lock_tree(desk.connection)
        row = await administered(desk.connection, by, organisation_id)
        if row.version != version:
            raise ChangedMeanwhile
        await rewrite(desk, row, fill_in(OrganisationForm, data))


async def rewrite(desk: Desk, row: OrganisationRow, form: OrganisationForm) -> OrganisationRow:
    """Change one in an open transaction that holds the tree's lock; as it is now. Raises `FormInvalid`."""
    wanted = replace(row, name=form.name, code=_kept(row.kind, form.code), address=form.address)
    if wanted == row:
        return row
    parent = await writer.locked(desk.connection, row.parent_id) if row.parent_id else None
    await _check(desk.connection, wanted, parent, form.code_reason, row)
    await writer.change(desk.connection, wanted)
    await desk.record(_change("organisation.change", wanted, _told(row), _told(wanted, form.code_reason)))
    return replace(wanted, version=row.version + 1)


async def move(office: Office, by: By, organisation_id: int, version: int, data: Mapping[str, Any]) -> None:
    """A department goes to another place of its hospital, with all that is below it; scope changes at once.

    Raises `NotVisible`, `ChangedMeanwhile`, `Closed`, `FormInvalid`, `DatabaseAway`.
    """
    async with office.writing(by) as desk:
        await writer.lock_tree(desk.connection)
        row = await administered(desk.connection, by, organisation_id)
        if row.version != version:
            raise ChangedMeanwhile
        parent = await _new_parent(desk.connection, by, row, fill_in(Move, data).parent)
        path = await writer.move(desk.connection, row, parent)
        change = _change("organisation.move", replace(row, path=path), {"path": row.path}, {"path": path})
        await desk.record(change)


async def close(office: Office, by: By, organisation_id: int, version: int) -> None:
    """Close one that nothing uses any more; its history stays.

    Raises `NotVisible`, `NotPermitted`, `ChangedMeanwhile`, `StillInUse`, `DatabaseAway`.
    """
    async with office.writing(by) as desk:
        await writer.lock_tree(desk.connection)
        row = await _under_administered(desk.connection, by, organisation_id, version)
        used = await writer.in_use(desk.connection, row.path)
        if used:
            raise StillInUse(used)
        await set_active(desk, row, active=False)


async def reopen(office: Office, by: By, organisation_id: int, version: int) -> None:
    """Open a closed one again. Raises `NotVisible`, `NotPermitted`, `ChangedMeanwhile`, `Closed` (above)."""
    async with office.writing(by) as desk:
        await writer.lock_tree(desk.connection)
        row = await _under_administered(desk.connection, by, organisation_id, version)
        parent = await writer.locked(desk.connection, row.parent_id) if row.parent_id else None
        if parent is not None and not parent.active:
            raise Closed
        await set_active(desk, row, active=True)


async def _under_administered(
    connection: Connection, by: By, organisation_id: int, version: int
) -> OrganisationRow:
    """One whose parent the viewer administers: nobody closes the place on which their own right stands."""
    row = await administered(connection, by, organisation_id)
    above = row.path.removesuffix(f"{row.id}.")
    check_administers(by.viewer, above, ABOVE)
    if row.version != version:
        raise ChangedMeanwhile
    return row


async def set_active(desk: Desk, row: OrganisationRow, *, active: bool) -> OrganisationRow:
    """Close or open one that is locked, in an open transaction; as it is now."""
    if row.active == active:
        return row
    after = replace(row, active=active)
    await writer.change(desk.connection, after)
    action = "organisation.reopen" if active else "organisation.close"
    await desk.record(_change(action, row, {"active": row.active}, {"active": active}))
    return replace(after, version=row.version + 1)


async def _new_parent(
    connection: Connection, by: By, row: OrganisationRow, parent_id: int
) -> OrganisationRow:
    parent = await administered(connection, by, parent_id)
    home = await writer.hospital_of(connection, row.path)
    if row.kind != Kind.DEPARTMENT or home is None or not parent.path.startswith(home.path):
        raise FormInvalid({"parent": (ONLY_WITHIN, {})})
    if parent.path.startswith(row.path):
        raise FormInvalid({"parent": (ONLY_WITHIN, {})})
    if parent.id == row.parent_id:
        raise FormInvalid({"parent": (STAYS, {})})
    if not parent.active:
        raise Closed
    check_administers(by.viewer, row.path.removesuffix(f"{row.id}."))
    if await writer.has_namesake(connection, parent.id, row.name):
        raise FormInvalid({"parent": (NAME_TAKEN, {})})
    return parent


async def _check(
    connection: Connection,
    wanted: OrganisationRow,
    parent: OrganisationRow | None,
    reason: str,
    known: OrganisationRow | None = None,
) -> None:
    """Raises `FormInvalid`. A code that is odd needs a reason, unless it stood there before."""
    but = known.id if known else None
    if parent is not None and await writer.has_namesake(connection, parent.id, wanted.name, but):
        raise FormInvalid({"name": (NAME_TAKEN, {})})
    if wanted.code is None or (known is not None and wanted.code == known.code):
        return
    wrong = kinds.malformed(wanted.kind, wanted.code)
    likely = likely_credit_code(wanted.code) if wanted.kind == Kind.HOSPITAL else None
    if wrong:
        raise FormInvalid({"code": (MISTYPED, {"likely": likely}) if likely else (wrong, {})})
    odd = kinds.unusual(wanted.kind, wanted.code, parent.code if parent else None)
    if odd is None and wanted.kind != Kind.DEPARTMENT:
        odd = kinds.IN_USE if await writer.code_is_taken(connection, wanted.code, but) else None
    if odd and not reason:
        may_be_mistyped = odd == kinds.WRONG_CHECK_DIGIT and likely
        raise FormInvalid({"code_reason": (LIKELY, {"likely": likely}) if may_be_mistyped else (odd, {})})


def _kept(kind: str, code: str) -> str | None:
    """Credit codes without what stands between their parts in print; departments have codes of their own making."""
    return (tidy_credit_code(code) if kind == Kind.HOSPITAL else code) or None


def _change(action: str, row: OrganisationRow, before: Mapping[str, Any], after: Mapping[str, Any]) -> Change:
    return Change(action, row.id, SUBJECT, row.id, row.name, before, after)


def _told(row: OrganisationRow, reason: str = "") -> dict[str, Any]:
    told = {
        "kind": row.kind,
        "name": row.name,
        "code": row.code,
        "address": row.address,
        "parent": row.parent_id,
    }
    return {**told, "code_reason": reason} if reason else told
