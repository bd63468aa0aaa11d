"""What an import of devices finds out once for all rows of a file: who has which number, and where rows belong."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from storage import devices
from storage.devices import Taken, UnitRow
from workflows.administration.device_forms import DeviceForm
from workflows.administration.imports import At
from workflows.administration.office import Desk

NOTE = "devices"


class DeviceBatch:
    """Numbers and serial numbers as they are while the rows come in, ids to be given, departments by name."""

    def __init__(self, rows: Iterable[Mapping[str, Any]], ids: Sequence[int]) -> None:
        self._ids = list(ids)
        self._units: dict[str, UnitRow | None] = {}
        self._taken: dict[int, Taken] = {}
        self._keys: dict[int, tuple[str, str]] = {}
        self._holders: dict[str, dict[int, None]] = {}
        for row in rows:
            self._put(row["id"], row, in_scope=row["in_scope"])

    def new_id(self) -> int:
        """An id that no device has."""
        return self._ids.pop()

    def same(self, form: DeviceForm, but: int | None = None) -> list[Taken]:
        """Devices with the number of the form, or with its maker and serial number."""
        number, identity = _keys(form.model_dump())
        found = {**self._holders.get(number, {}), **self._holders.get(identity, {})}
        return [replace(self._taken[n], same_number=self._keys[n][0] == number) for n in found if n != but]

    def put(self, device_id: int, form: DeviceForm) -> None:
        """This device has the number and serial number of the form now."""
        self._put(device_id, form.model_dump(), in_scope=True)

    def _put(self, device_id: int, row: Mapping[str, Any], *, in_scope: bool) -> None:
        for key in self._keys.get(device_id, ()):
            self._holders[key].pop(device_id, None)
        self._keys[device_id] = _keys(row)
        for key in self._keys[device_id]:
            self._holders.setdefault(key, {})[device_id] = None
        self._taken[device_id] = Taken(device_id, row["number"], row["name"], in_scope, same_number=True)

    async def unit(self, desk: Desk, at: At, name: str) -> UnitRow | None:
        """The department of that name at or below the organisation of the import."""
        if name not in self._units:
            here = at.id if name == at.name else None
            self._units[name] = await devices.unit_named(desk.connection, at.path, name, here)
        return self._units[name]


def batch_of(at: At) -> DeviceBatch:
    """The one of this import; the rows were matched before."""
    noted = at.notes[NOTE]
    if not isinstance(noted, DeviceBatch):
        raise TypeError(type(noted))
    return noted


def _keys(row: Mapping[str, Any]) -> tuple[str, str]:
    return f"n\x1f{row['number'].upper()}", f"s\x1f{row['maker'].lower()}\x1f{row['serial'].lower()}"
