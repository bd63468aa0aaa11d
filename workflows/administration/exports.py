"""What left the service as a file is on record: who took which list, with which filters, and how many rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workflows.administration.office import By, Change, Office

EXPORT = "export"


@dataclass(frozen=True)
class Export:
    """A list that was taken along. `filters` as they stood in the address."""

    subject: str
    filters: Mapping[str, Any]
    count: int


async def note(office: Office, by: By, export: Export) -> None:
    """Put it on record; raises `DatabaseAway`, and then nothing may leave."""
    async with office.writing(by) as desk:
        await desk.record(
            Change(
                action=EXPORT,
                organisation_id=by.viewer.organisation_id,
                subject_kind=export.subject,
                subject_id=None,
                subject=export.subject,
                after={"filters": dict(export.filters), "count": export.count},
            )
        )
