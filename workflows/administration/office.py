"""What every administrative write goes through: the right to it, one transaction, and its audit row."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from storage import audit, presses
from storage.audit import AuditRow
from storage.database import Connection, Database
from storage.directory import Viewer
from storage.later import Later, Writes
from storage.presses import Press
from storage.texts import N_
from workflows.actor import Door
from workflows.engine import Clocks
from workflows.errors import NotPermitted, WorkflowError
from workflows.identity.roles import Role

ADMINISTER = N_("administer this organisation")


class ChangedMeanwhile(WorkflowError):
    """The form was filled in on a version that is not the newest any more."""

    text = N_("Somebody else changed this in the meantime, so nothing was saved. Please check again.")


class PressedBefore(Exception):
    """The form has come before and was taken: nothing is to be done, and its sender is to see what came of it."""


@dataclass(frozen=True)
class By:
    """Who writes, through which door, from which network address, and by which press of a form."""

    viewer: Viewer
    door: Door
    client: str = ""
    press: Press | None = None


@dataclass(frozen=True)
class Change:
    """What was done to what. `before` and `after` may hold everything: only what differs is kept.

    Secrets and hashes never stand in them; `organisation_id` says who may read of it.
    """

    action: str
    organisation_id: int | None
    subject_kind: str
    subject_id: int | None
    subject: str
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Desk:
    """One transaction in which somebody writes. `later`: takes what need not be written at once, for many rows."""

    connection: Connection
    by: By
    clocks: Clocks
    later: Later | None = None

    @property
    def writes(self) -> Writes:
        """Takes statements whose effect nobody reads within this transaction."""
        return self.later or self.connection

    async def record(self, change: Change) -> None:
        """Append the audit row that belongs to what was just written."""
        before, after = audit.differing(change.before, change.after)
        await audit.append(
            self.writes,
            AuditRow(
                at=self.clocks.real.now(),
                person_id=self.by.viewer.person_id,
                case_id=None,
                door=self.by.door,
                client=self.by.client,
                action=change.action,
                subject=change.subject,
                organisation_id=change.organisation_id,
                subject_kind=change.subject_kind,
                subject_id=change.subject_id,
                before=before,
                after=after,
            ),
        )


@dataclass(frozen=True)
class Office:
    """Opens the transactions of administrative writes."""

    db: Database
    clocks: Clocks

    @asynccontextmanager
    async def writing(self, by: By) -> AsyncIterator[Desk]:
        """One transaction: everything in it happens, with its audit rows, or nothing.

        Raises `PressedBefore`, `DatabaseAway`.
        """
        async with self.db.transaction() as connection:
            now = self.clocks.real.now()
            if by.press and not await presses.is_first(connection, by.press, now):
                raise PressedBefore
            yield Desk(connection, by, self.clocks)


def check_administers(viewer: Viewer, path: str, action_text: str = ADMINISTER) -> None:
    """May the viewer administer the organisation of that path? Raises `NotPermitted`."""
    if not viewer.holds({Role.ADMINISTRATOR}, path):
        raise NotPermitted(action_text=action_text)
