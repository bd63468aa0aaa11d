"""Labels that were printed are on record: whoever holds one can report for the device, until it is revoked."""

from collections.abc import Sequence

from storage.access.devices import DeviceRecord
from workflows.administration.office import By, Change, Office

MOST_NAMED = 100


async def note(office: Office, by: By, devices: Sequence[DeviceRecord]) -> None:
    """Put on record whose labels were printed; raises `DatabaseAway`, and then none may leave."""
    numbers = [device.number for device in devices]
    one = devices[0] if len(devices) == 1 else None
    async with office.writing(by) as desk:
        await desk.record(
            Change(
                action="labels.print",
                organisation_id=one.organisation_id if one else by.viewer.organisation_id,
                subject_kind="device" if one else "devices",
                subject_id=one.id if one else None,
                subject=one.number if one else ", ".join(numbers),
                after={"count": len(numbers), "numbers": numbers[:MOST_NAMED]},
            )
        )
