"""Listeners (旁听): groups and other systems that hear of the cases at and below an organisation.

Entered, changed and ended by whoever administers both the organisation and the account by which they are told.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from storage import listeners as writer
from storage.access import NotVisible
from storage.kinds import Severity
from storage.listeners import ListenerRow
from storage.texts import N_
from workflows.administration.office import By, Change, ChangedMeanwhile, Desk, Office
from workflows.administration.organisations import administered
from workflows.definition import Form
from workflows.errors import FormInvalid
from workflows.forms import fill_in
from workflows.identity.roles import Role

SUBJECT = "listener"
WITH_ADDRESS = frozenset({"telegram"})
_GROUP = re.compile(r"-[1-9]\d{0,15}")
NO_GROUP = N_("Please give the id of the group. It begins with a minus sign.")
NO_ADDRESS = N_("This account represents the group itself. Please leave this empty.")
NOTHING = N_("Please choose what it receives.")
Id = Annotated[int, Field(ge=1, lt=2**63)]


class Least(StrEnum):
    """From which severity on something is heard."""

    INFO = "info"
    NOTICE = "notice"
    URGENT = "urgent"
    CRITICAL = "critical"
    NEVER = "never"


TOLD = ("name", "organisation", "account", "address", "severities", "workflows", "hears_steps")
LEAST_LABELS = {
    Least.INFO: N_("everything"),
    Least.NOTICE: N_("yellow and worse"),
    Least.URGENT: N_("orange and worse"),
    Least.CRITICAL: N_("red alone"),
    Least.NEVER: N_("none of it"),
}


class ListenerForm(Form):
    """Who hears of what."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=100)] = Field(title=N_("Name"))
    unit: Id = Field(
        title=N_("Receives cases of this organisation and below"), json_schema_extra={"kind": "select"}
    )
    account: Id = Field(title=N_("Notified by the account"), json_schema_extra={"kind": "select"})
    address: Annotated[str, StringConstraints(max_length=20)] = Field(
        default="",
        title=N_("Id of the group"),
        description=N_("For Telegram alone: add the bot to the group first."),
    )
    least: Least = Field(
        default=Least.NOTICE,
        title=N_("Messages that people get"),
        json_schema_extra={"labels": {str(least): label for least, label in LEAST_LABELS.items()}},
    )
    workflow: Annotated[str, StringConstraints(max_length=64)] = Field(
        default="", title=N_("From these cases"), json_schema_extra={"kind": "select"}
    )
    hears_steps: bool = Field(
        default=False,
        title=N_("Every step of a case as well"),
        description=N_("For other systems that track cases"),
    )


@dataclass(frozen=True)
class Offered:
    """What may be chosen: the names of all workflows, and the kinds of account that can be told as they are."""

    workflows: Collection[str]
    ears: Collection[str]


async def add(office: Office, by: By, data: Mapping[str, Any], offered: Offered) -> int:
    """A new one, or the very same that is there already; its id. Raises `NotVisible`, `FormInvalid`, `DatabaseAway`."""
    form = fill_in(ListenerForm, data)
    async with office.writing(by) as desk:
        row = await _checked(desk, by, form, offered)
        if (known := await writer.same(desk.connection, row)) is not None:
            return known
        made = replace(row, id=await writer.add(desk.connection, row))
        await _record(desk, "listener.add", made, {}, _told(made))
    return made.id


async def change(
    office: Office, by: By, listener_id: int, version: int, data: Mapping[str, Any], offered: Offered
) -> None:
    """Raises `NotVisible`, `ChangedMeanwhile`, `FormInvalid`, `DatabaseAway`."""
    form = fill_in(ListenerForm, data)
    async with office.writing(by) as desk:
        was = await _administered(desk, by, listener_id)
        if was.ended:
            raise NotVisible
        _check_version(was, version)
        row = replace(await _checked(desk, by, form, offered), id=was.id)
        await writer.change(desk.connection, row)
        await _record(desk, "listener.change", row, _told(was), _told(row))


async def end(office: Office, by: By, listener_id: int, version: int) -> None:
    """It hears nothing (any) more. Raises `NotVisible`, `ChangedMeanwhile`, `DatabaseAway`."""
    async with office.writing(by) as desk:
        was = await _administered(desk, by, listener_id)
        if was.ended:
            return
        _check_version(was, version)
        await writer.end(desk.connection, was.id, desk.clocks.real.now())
        await _record(desk, "listener.end", was, _told(was), {})


def least_of(severities: Sequence[str]) -> Least:
    """What the form shows for what is kept."""
    return Least(severities[0]) if severities else Least.NEVER


async def _administered(desk: Desk, by: By, listener_id: int) -> ListenerRow:
    row = await writer.locked(desk.connection, listener_id)
    if row is None or not by.viewer.holds({Role.ADMINISTRATOR}, row.path):
        raise NotVisible
    return row


def _check_version(row: ListenerRow, version: int) -> None:
    if row.version != version:
        raise ChangedMeanwhile


async def _checked(desk: Desk, by: By, form: ListenerForm, offered: Offered) -> ListenerRow:
    """The row that the form asks for; raises `FormInvalid`, `NotVisible`."""
    place = await administered(desk.connection, by, form.unit)
    ear = await writer.ear(desk.connection, form.account)
    if ear is None or ear.kind not in offered.ears or not by.viewer.holds({Role.ADMINISTRATOR}, ear.path):
        raise FormInvalid.choice("account")
    if form.workflow and form.workflow not in offered.workflows:
        raise FormInvalid.choice("workflow")
    _check_address(form.address, ear.kind)
    if form.least is Least.NEVER and not form.hears_steps:
        raise FormInvalid({"least": (NOTHING, {})})
    return ListenerRow(
        id=0,
        organisation_id=place.id,
        organisation=place.name,
        account_id=ear.id,
        account=ear.name,
        address=form.address,
        name=form.name,
        severities=_from(form.least),
        workflows=[form.workflow] if form.workflow else [],
        hears_steps=form.hears_steps,
        version=1,
        path=place.path,
    )


def _check_address(address: str, kind: str) -> None:
    if kind in WITH_ADDRESS and not _GROUP.fullmatch(address):
        raise FormInvalid({"address": (NO_GROUP, {})})
    if kind not in WITH_ADDRESS and address:
        raise FormInvalid({"address": (NO_ADDRESS, {})})


def _from(least: Least) -> list[str]:
    known = [str(severity) for severity in Severity]
    return [] if least is Least.NEVER else known[known.index(least) :]


def _told(row: ListenerRow) -> dict[str, Any]:
    return {name: value for name, value in asdict(row).items() if name in TOLD}


async def _record(
    desk: Desk, action: str, row: ListenerRow, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    await desk.record(Change(action, row.organisation_id, SUBJECT, row.id, row.name, before, after))
