"""The patient's sealed fields: shown to the hospital's safety officer alone, each look on record first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from storage import audit
from storage.access import patients
from storage.access.patients import LookLine, SealedPatient
from storage.audit import AuditRow
from storage.clock import Clock
from storage.database import Database
from storage.directory import Viewer
from storage.sealing import RecordSealer, record_context
from storage.texts import N_
from workflows.actor import Door
from workflows.adverse_event.forms import Circumstances
from workflows.errors import NotPermitted
from workflows.forms import describe
from workflows.identity.roles import Role

LOOK = "look_at_patient"
LOOKING = N_("view the patient's data")
LOOKING_BACK = N_("see who viewed the patient's data")


@dataclass(frozen=True)
class Looker:
    """Who wants to look, through which door, and from which network address."""

    viewer: Viewer
    door: Door
    client: str


@dataclass(frozen=True)
class Patient:
    """The opened fields by name, in the order of the form. Never printed, logged or kept."""

    fields: Mapping[str, str] = field(repr=False)


class Patients:
    """Opens sealed fields for those who may see them."""

    def __init__(self, db: Database, sealer: RecordSealer, real: Clock) -> None:
        self._db = db
        self._sealer = sealer
        self._real = real

    async def look(self, looker: Looker, number: str) -> Patient:
        """The patient of an event; the audit row is committed before anything is shown.

        Raises `NotVisible`, `NotPermitted`, `SealBroken`; then there was no look and there is no row.
        """
        viewer = looker.viewer
        async with self._db.transaction() as tx:
            found = await patients.patient(tx, viewer, number)
            if not _is_safety_officer(viewer, found):
                raise NotPermitted(action_text=LOOKING)
            context = record_context("adverse_event", found.case_id)
            opened = self._sealer.open_fields(found.sealed, context, _names())
            seen = {"fields": list(opened)}
            await audit.append(
                tx,
                AuditRow(
                    self._real.now(),
                    viewer.person_id,
                    found.case_id,
                    looker.door,
                    looker.client,
                    LOOK,
                    number,
                    seen,
                ),
            )
        return Patient(opened)

    async def looks(self, viewer: Viewer, number: str) -> Sequence[LookLine]:
        """Who looked, the latest first, for the safety officer and the administrator.

        Raises `NotVisible`, `NotPermitted`.
        """
        async with self._db.connection() as connection:
            found = await patients.patient(connection, viewer, number)
        if not may_look_back(viewer, found.path):
            raise NotPermitted(action_text=LOOKING_BACK)
        return await patients.looks(self._db, viewer, number, LOOK)


def may_look_back(viewer: Viewer, path: str) -> bool:
    """May the viewer see who looked?"""
    return viewer.holds({Role.SAFETY_OFFICER, Role.ADMINISTRATOR}, path)


def may_look(viewer: Viewer, path: str) -> bool:
    """Is the viewer offered to look? Whether they are of the hospital itself is checked at the press."""
    return viewer.holds({Role.SAFETY_OFFICER}, path)


def _is_safety_officer(viewer: Viewer, found: SealedPatient) -> bool:
    """Of the hospital itself: a post above it does not reach down to its patients."""
    return found.hospital_path is not None and any(
        grant.role == Role.SAFETY_OFFICER
        and grant.path.startswith(found.hospital_path)
        and grant.covers(found.path)
        for grant in viewer.grants
    )


def _names() -> list[str]:
    return [spec.name for spec in describe(Circumstances) if spec.name in Circumstances.sealed]
