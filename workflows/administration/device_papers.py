"""Photos and documents in a device's record. What is taken out is kept, but shown no more."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from secrets import token_urlsafe
from typing import Any

import asyncpg

from storage import devices
from storage.access import NotVisible
from storage.devices import NewFile
from storage.texts import N_, P_
from workflows.administration.device_forms import Right
from workflows.administration.devices import KIND, check_right
from workflows.administration.office import By, Change, Desk, Office
from workflows.errors import ActorUnknown, WorkflowError


class Paper(StrEnum):
    """What a file is."""

    PHOTO = "photo"
    MANUAL = "manual"
    CONTRACT = "contract"
    CERTIFICATE = "certificate"
    OTHER = "other"


PAPER_LABELS: dict[Paper, str] = {
    Paper.PHOTO: N_("Photo"),
    Paper.MANUAL: P_("a paper of a device", "Manual"),
    Paper.CONTRACT: N_("Contract"),
    Paper.CERTIFICATE: N_("Certificate"),
    Paper.OTHER: N_("Other document"),
}


class FileGone(WorkflowError):
    """It was uploaded too long ago, or removed by somebody else."""

    text = N_("This file is no longer available. Please choose it again.")


@dataclass(frozen=True)
class Filed:
    """A stored file and how it is called."""

    sha256: str
    name: str


async def add(office: Office, by: By, device_id: int, kind: Paper, files: Sequence[Filed]) -> None:
    """Put files into a record. Raises `NotVisible`, `NotPermitted`, `FileGone`, `DatabaseAway`."""
    async with office.writing(by) as desk:
        row = await _device(desk, device_id)
        for file in files:
            new = NewFile(
                device_id,
                file.sha256,
                kind,
                file.name,
                token_urlsafe(16),
                _person(by),
                desk.clocks.business.now(),
            )
            try:
                await devices.add_file(desk.connection, new)
            except asyncpg.ForeignKeyViolationError:
                raise FileGone from None
            await desk.record(
                Change(
                    "device.file_add",
                    row["organisation_id"],
                    KIND,
                    device_id,
                    row["number"],
                    after={"file": f"{file.name} ({kind})"},
                )
            )


async def remove(office: Office, by: By, device_id: int, file_id: int) -> None:
    """Take a file out of a record. Raises as `add` does."""
    async with office.writing(by) as desk:
        row = await _device(desk, device_id)
        name = await devices.remove_file(desk.connection, device_id, file_id, desk.clocks.business.now())
        if name is None:
            raise FileGone
        change = Change(
            "device.file_remove",
            row["organisation_id"],
            KIND,
            device_id,
            row["number"],
            before={"file": name},
        )
        await desk.record(change)


async def _device(desk: Desk, device_id: int) -> dict[str, Any]:
    row = await devices.locked(desk.connection, device_id, desk.by.viewer.paths)
    if row is None:
        raise NotVisible
    check_right(desk.by.viewer, row["path"], Right.FILES)
    return row


def _person(by: By) -> int:
    if by.viewer.person_id is None:
        raise ActorUnknown
    return by.viewer.person_id
