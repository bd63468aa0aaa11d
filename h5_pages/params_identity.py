"""What comes in the addresses and forms of accounts, checked."""

from typing import Annotated

from pydantic import StringConstraints

from h5_pages.params import Id, OfId, Params


class OfPart(OfId):
    """Something that belongs to a person, by its own id."""

    part: Id


class OfSession(Params):
    """A session, as its page names it."""

    key: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
