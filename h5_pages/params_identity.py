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


class PasswordTyped(Params):
    """Passwords as they were typed; never shown again."""

    old_password: Annotated[str, StringConstraints(max_length=1000)] = ""
    password: Annotated[str, StringConstraints(max_length=1000)] = ""
    password_again: Annotated[str, StringConstraints(max_length=1000)] = ""


class AtOnce(Params):
    """Does the present password end now?"""

    at_once: bool = False


class SessionList(Params):
    """Was the password just changed?"""

    changed: bool = False
