"""What comes in the addresses of device pages, checked."""

from typing import Annotated, Literal, Self

from aiohttp import web
from pydantic import Field, field_validator

from h5_pages.lists import ListQuery
from h5_pages.params import Id, OfId, Params, Token
from storage.access import device_lists
from storage.access.device_lists import Wanted
from storage.device_types import DeviceType
from workflows.administration.device_papers import Paper


class DeviceQuery(ListQuery):
    """Which devices a list shows."""

    sorts = device_lists.SORTS
    first_sort = "number"

    type: DeviceType | None = None
    status: Literal["in_use", "stopped", "retired"] | None = None
    category: Literal["A", "B"] | None = None
    maker: Annotated[str, Field(max_length=100)] | None = None
    unit: Id | None = None
    ids: tuple[Id, ...] | None = None

    @field_validator("ids", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part for part in value.split(",") if part] or None if isinstance(value, str) else value

    @property
    def wanted(self) -> Wanted:
        """The same for the search."""
        return Wanted(self.q, self.type, self.status, self.category, self.maker, self.unit, self.ids)


class OfStep(OfId):
    """Something that is done to a device."""

    step: Literal["edit", "place", "move", "stop", "use-again", "retire", "label"]


class OfBand(OfId):
    """The limits of one metric of a device."""

    metric: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]


class DevicePress(Params):
    """The version of the device that the form's reader saw."""

    version: Annotated[int, Field(ge=1, le=2**31 - 1)]


class NewDevicePress(Params):
    """Where a new device belongs."""

    unit: Id


class OfDeviceFile(OfId):
    """A file of a device, by the key in its address, or the small picture of it."""

    key: Token
    small: bool = False


class PaperPress(Params):
    """What kind of file is added."""

    kind: Paper


class RemovalPress(Params):
    """Which file is taken out."""

    file: Id


class LabelQuery(DeviceQuery):
    """Whose labels are printed, on which paper. Ticked devices (`id`) are meant alone, once there are boxes."""

    layout: Literal["a4-24", "a4-21", "a4-8", "roll-70x50", "roll-62x29", "roll-50x30"] = "a4-24"
    boxes: bool = False

    @classmethod
    def of(cls, request: web.Request) -> Self:
        """From the query; raises `pydantic.ValidationError`."""
        ticked = request.query.getall("id", [])
        ids = {"ids": ",".join(ticked)} if ticked else {}
        return cls.model_validate({**request.query, **ids})
