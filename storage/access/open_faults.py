"""Faults of a device that are reported and not yet repaired: what whoever holds its label may know of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.database import Database

SHOWN = 5
STOPS_IN = ("reported", "awaiting_approval", "rejected", "triaged", "in_progress")
"""Once it is repaired the device is back, though the order may still be open: as in the table of repairs."""
_STATES = ", ".join(f"'{state}'" for state in STOPS_IN)
STOPPED = f"(r.device_down IS TRUE AND c.state IN ({_STATES}))"
OPEN = (
    "FROM work_case c JOIN repair r ON r.case_id = c.id WHERE c.closed_at IS NULL AND c.workflow = 'repair'"
)


@dataclass(frozen=True)
class OpenFault:
    """An open repair, without words and people. Business time."""

    state: str
    opened_at: datetime
    stopped: bool


def device_stopped(device_id: str) -> str:
    """The SQL that says whether an open fault stops the device of that id (SQL)."""
    return f"EXISTS (SELECT {OPEN} AND c.device_id = {device_id} AND {STOPPED})"


async def of_device(db: Database, device_id: int) -> Sequence[OpenFault]:
    """The newest first; for anybody who holds a label of the device. Raises `DatabaseAway`."""
    rows = await db.fetch(
        f"SELECT c.state, c.opened_at, {STOPPED} AS stopped {OPEN} AND c.device_id = $1 "
        f"ORDER BY c.id DESC LIMIT {SHOWN}",
        device_id,
    )
    return [OpenFault(**dict(row)) for row in rows]
