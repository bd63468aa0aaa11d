"""What comes in the address of the list of licences, checked."""

from typing import Literal

from h5_pages.lists import ListQuery
from h5_pages.params import Id
from storage.access import licences


class LicenceList(ListQuery):
    """Which licences a list shows; `later` is before the first colour."""

    sorts = licences.SORTS
    first_sort = "limit"

    colour: Literal["red", "orange", "yellow", "blue", "later"] | None = None
    city: Id | None = None
    all: bool = False
