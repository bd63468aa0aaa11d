"""Lists on pages: words, filters, order and place from the address, and the links that change one of them.

A list has a subclass of `ListQuery` (its filters are fields), a `Listing` in `storage/access`, columns, and
the macros of `templates/lists.html`:

    class DeviceQuery(ListQuery):
        sorts = devices.SORTS
        first_sort = "number"
        status: Status | None = None

    query = DeviceQuery.of(request)
    page = await devices.listed(db, visit.person, query.wanted(), query.order())
    shown = ListView(visit.path, query, page, COLUMNS, filters)
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Generic, Self, TypeVar
from urllib.parse import urlencode

from pydantic import Field, StringConstraints, model_validator

from h5_pages.params import Params
from storage.paging import PAGE_SIZE, Order, Page, Sort, decoded

T = TypeVar("T")
NOT_FILTERS = frozenset({"q", "sort", "after"})


class ListQuery(Params):
    """What the address of a list says. `sort` is the name of a sort, with a minus for the other direction."""

    sorts: ClassVar[Mapping[str, Sort]] = {}
    first_sort: ClassVar[str] = ""

    q: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] = ""
    sort: Annotated[str, Field(max_length=40)] = ""
    after: Annotated[str, Field(max_length=6000)] = ""

    @model_validator(mode="before")
    @classmethod
    def _empty_is_not_given(cls, given: dict[str, Any]) -> dict[str, Any]:
        return {
            name: value.replace("\0", "") if isinstance(value, str) else value
            for name, value in given.items()
            if value != ""
        }

    @model_validator(mode="after")
    def _can_be_ordered(self) -> Self:
        self.order()
        return self

    def order(self, size: int = PAGE_SIZE) -> Order:
        """The order and place that are asked for; raises `ValueError` when there are none such."""
        wanted = self.sort or self.first_sort
        name = wanted.removeprefix("-")
        if name not in self.sorts:
            raise ValueError(f"no such order: {name}")
        order = Order(name, descending=wanted.startswith("-"), size=size)
        return decoded(self.after, order, self.sorts) if self.after else order

    @property
    def given(self) -> dict[str, Any]:
        """What differs from the plain list, as it stands in an address."""
        return self.model_dump(mode="json", exclude_defaults=True)

    @property
    def filters(self) -> dict[str, Any]:
        """The filters that are set."""
        return {name: value for name, value in self.given.items() if name not in NOT_FILTERS}


@dataclass(frozen=True)
class Column(Generic[T]):
    """A column: its caption (a source text), the sort behind it, and what an export writes; `hidden`: only there."""

    label: str
    sort: str = ""
    text: Callable[[T], object] | None = None
    hidden: bool = False


@dataclass(frozen=True)
class Filter:
    """Something to narrow a list by: the field of the query, its caption, and the choices as they are shown."""

    name: str
    label: str
    choices: Sequence[tuple[str, str]]

    def shown(self, value: str) -> str:
        """The words for a chosen value."""
        return next((label for known, label in self.choices if known == value), value)


@dataclass(frozen=True)
class Chip:
    """A filter that is set, with the address of the list without it."""

    label: str
    value: str
    url: str


@dataclass(frozen=True)
class ListView(Generic[T]):
    """A list as its page shows it. All captions are in the reader's language."""

    path: str
    query: ListQuery
    page: Page[T]
    columns: Sequence[Column[T]]
    filters: Sequence[Filter] = ()
    export: str = ""
    kept: Mapping[str, str] = field(default_factory=dict)

    def url(self, path: str = "", without: str = "", **changes: str) -> str:
        """The address of the list with something changed or left out; always its first part."""
        values = {**self.kept, **self.query.given, "after": "", **changes}
        text = urlencode({n: _told(v) for n, v in values.items() if n != without and v != ""})
        return (path or self.path) + (f"?{text}" if text else "")

    @property
    def next_url(self) -> str:
        return self.url(after=self.page.next) if self.page.next else ""

    @property
    def first_url(self) -> str:
        """The first part, when another one is shown."""
        return self.url() if self.query.after else ""

    @property
    def export_url(self) -> str:
        return self.url(self.export) if self.export else ""

    def sort_url(self, name: str) -> str:
        """Sorted by that, or the other way round if it is so already."""
        return self.url(sort=f"-{name}" if self._sort == name else name)

    def direction(self, name: str) -> str:
        """How the list is sorted by that: ascending, descending or not at all."""
        return {name: "ascending", f"-{name}": "descending"}.get(self._sort, "")

    @property
    def chips(self) -> list[Chip]:
        """The filters and words that are set, each with the way to be rid of it."""
        found = [
            Chip(f.label, f.shown(str(self.query.filters[f.name])), self.url(without=f.name))
            for f in self.filters
            if f.name in self.query.filters
        ]
        return found + ([Chip("", f"“{self.query.q}”", self.url(without="q"))] if self.query.q else [])

    def chosen(self, name: str) -> str:
        """The value of a filter."""
        return str(self.query.given.get(name, ""))

    @property
    def _sort(self) -> str:
        return self.query.sort or self.query.first_sort


def _told(value: object) -> str:
    """A value as it stands in an address."""
    return ",".join(str(part) for part in value) if isinstance(value, list) else str(value)
