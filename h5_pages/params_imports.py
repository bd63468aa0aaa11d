"""What comes in the addresses and forms of imports, checked."""

from typing import Annotated

from pydantic import StringConstraints

from h5_pages.lists import ListQuery
from h5_pages.params import Id, OfId, Params
from storage.access import imports

KindName = Annotated[str, StringConstraints(pattern=r"^[a-z]{1,16}$")]


class OfKind(Params):
    """A kind of import."""

    kind: KindName


class OfBatch(OfId):
    """One import of a kind."""

    kind: KindName


class ImportQuery(ListQuery):
    """Which imports a list shows: the newest first."""

    sorts = imports.SORTS
    first_sort = "-number"


class UploadPress(Params):
    """Where a file is brought in."""

    organisation: Id
