"""The trail (审计): who may read it, and that reading it is on record like any other look."""

from collections.abc import Mapping
from typing import Any

from storage.directory import Viewer
from storage.texts import N_
from workflows.administration.office import By, Change, Office
from workflows.errors import NotPermitted
from workflows.identity.roles import Role

AUDITORS = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
READING = N_("read the audit")


def check_audits(viewer: Viewer) -> None:
    """May the viewer read the trail of any organisation? Raises `NotPermitted`."""
    if not any(grant.role in AUDITORS for grant in viewer.grants):
        raise NotPermitted(action_text=READING)


async def looked(office: Office, by: By, filters: Mapping[str, Any]) -> None:
    """Put on record that the trail was looked at, with these filters; raises `DatabaseAway`."""
    async with office.writing(by) as desk:
        await desk.record(
            Change(
                action="audit.look",
                organisation_id=by.viewer.organisation_id,
                subject_kind="audit",
                subject_id=None,
                subject="audit",
                after={"filters": dict(filters)},
            )
        )
