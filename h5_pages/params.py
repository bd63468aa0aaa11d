"""What comes in an address, checked: a wrong one is as good as a page that does not exist."""

from typing import Annotated, Self

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

BIGGEST_ID = 2**63 - 1
Number = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}\d{4}-\d{6,12}$")]
Action = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,32}$")]
Token = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Id = Annotated[int, Field(ge=1, le=BIGGEST_ID)]


class Params(BaseModel):
    """Parameters of an address. What is not asked for is passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    @classmethod
    def of(cls, request: web.Request) -> Self:
        """From path and query; raises `pydantic.ValidationError`."""
        return cls.model_validate({**request.query, **request.match_info})


class OfCase(Params):
    """One case."""

    number: Number


class OfCaseAction(OfCase):
    """An action on one case."""

    action: Action


class OfToken(Params):
    """A label or a follow-up link."""

    token: Token


class OfLinkAction(OfToken):
    """An action by follow-up link."""

    action: Action


class OfFile(Params):
    """An attached file, or the small picture of it."""

    key: Token
    small: bool = False


class OfId(Params):
    """A row of ours."""

    id: Id


class EventFrom(Params):
    """The case from which an adverse event is reported, if any."""

    case: Number | None = None

    @field_validator("case", mode="before")
    @classmethod
    def _nothing(cls, value: object) -> object:
        return value or None


class Press(Params):
    """What every form for an action carries: the version that its reader saw, and its own key."""

    seen_version: Annotated[int, Field(ge=0, le=2**31 - 1)]
    key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16,64}$")]


class ReportKey(Params):
    """The key of a report's form."""

    key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16,64}$")]


class SignInForm(Params):
    """User name and password, as long as a form may be: what nobody has is refused like any other wrong one."""

    username: str = ""
    password: str = ""
    next: str = ""


class LanguageChoice(Params):
    """Which language to show from now on, and where to go on."""

    to: Annotated[str, StringConstraints(pattern=r"^(zh_CN|en)$")]
    next: str = ""
