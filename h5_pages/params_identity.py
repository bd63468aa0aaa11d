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
    """Passwords as they were typed, as long as a form may be; never shown again."""

    old_password: str = ""
    password: str = ""
    password_again: str = ""


class AtOnce(Params):
    """Does the present password end now?"""

    at_once: bool = False


class SessionList(Params):
    """Was the password just changed?"""

    changed: bool = False


PublicKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,32}$")]


class OfAccount(Params):
    """A channel account by the name that addresses give it."""

    account: PublicKey


class FromWeCom(OfAccount):
    """What a browser brings back from WeCom. Without a code somebody turned back there."""

    state: Annotated[str, StringConstraints(max_length=128)] = ""
    code: Annotated[str, StringConstraints(max_length=512)] = ""


class SignInQuery(Params):
    """How: by password, even where WeCom would do it by itself; or at which place, where several have WeCom."""

    by: Annotated[str, StringConstraints(max_length=16)] = ""
    place: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] = ""
    next: Annotated[str, StringConstraints(max_length=1000)] = ""


class Seen(Params):
    """The fingerprint of what somebody was shown."""

    seen: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
