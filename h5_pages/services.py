"""What the pages need from the composition root, and how they are set."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from notifier.trial import Trials
from storage.address_book import Book
from storage.database import Database
from storage.files import Files
from storage.identity import IdentityAway
from storage.link_codes import LinkCodes
from storage.links import Links
from storage.rates import Rate
from storage.scanning import NoScanner, Scanner
from storage.texts import N_, Texts
from workflows.administration.channel_accounts import ChannelDesk
from workflows.administration.imports import Imports
from workflows.administration.office import Office
from workflows.adverse_event.patient import Patients
from workflows.cases import Cases
from workflows.engine import Clocks, Engine
from workflows.identity.sign_in import SignIn

NOT_SET_UP = N_("Sign-in with WeCom is not set up here.")


class IdentityProvider(Protocol):
    """Somebody else who knows people: asked who a browser belongs to. Accounts are named by their id."""

    async def page(self, account_id: int, back: str, state: str, *, inside: bool) -> str:
        """Where the browser goes; it comes back to `back`. Raises `IdentityAway`, `DatabaseAway`."""
        ...

    async def user_id(self, account_id: int, code: str) -> str:
        """Who brought the code. Raises a kind of `IdentityError`, or `DatabaseAway`."""
        ...

    async def members(self, account_id: int) -> Book:
        """Everybody whom it knows. Raises `IdentityAway`, `DatabaseAway`."""
        ...


class NoIdentity:
    """Nobody else is asked."""

    async def page(self, account_id: int, back: str, state: str, *, inside: bool) -> str:  # noqa: ARG002 - the shape
        raise IdentityAway(NOT_SET_UP)

    async def user_id(self, account_id: int, code: str) -> str:  # noqa: ARG002 - the shape
        raise IdentityAway(NOT_SET_UP)

    async def members(self, account_id: int) -> Book:  # noqa: ARG002 - the shape
        raise IdentityAway(NOT_SET_UP)


class FittedText(Protocol):
    """How long a text is, and may be; `unit`: columns, bytes or units."""

    @property
    def used(self) -> int: ...
    @property
    def limit(self) -> int: ...
    @property
    def unit(self) -> str: ...


class SampleText(Protocol):
    """A kind of message as an account would send it. `fault` (a source text) is empty when all is well.

    `tightest` is the text that comes nearest to its limit; `parts` how many messages an SMS is counted as.
    """

    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def fault(self) -> str: ...
    @property
    def detail(self) -> str: ...
    @property
    def tightest(self) -> FittedText | None: ...
    @property
    def parts(self) -> int | None: ...


class SampleTexts(Protocol):
    """Composes messages that nobody is sent."""

    async def samples(self, account_id: int, language: str) -> Sequence[SampleText]:
        """Every kind as that account would send it; none if it cannot be used. Raises `DatabaseAway`."""
        ...


class NoSampleTexts:
    """Nothing is composed."""

    async def samples(self, account_id: int, language: str) -> Sequence[SampleText]:  # noqa: ARG002 - the shape
        return []


@dataclass(frozen=True)
class PageSettings:
    """How the pages are set.

    `secret` signs form tokens and kept photos, and is the same in all processes.
    `trusted_proxy_hops`: how many proxies of ours stand in front and append to X-Forwarded-For.
    Whatever comes without sign-in is counted for each client address, views and reports also for each label;
    hundreds may share one address. `press_rate` is for each signed-in person's forms.
    """

    public_url: str
    secure_cookies: bool
    secret: bytes
    trusted_proxy_hops: int = 0
    view_rate: Rate = Rate(240, 60)
    report_rate: Rate = Rate(20, 600)
    photo_rate: Rate = Rate(60, 600)
    sign_in_rate: Rate = Rate(200, 300)
    press_rate: Rate = Rate(240, 60)

    @property
    def origin(self) -> str:
        """Scheme and host under which the pages are reached, as browsers write it in Origin."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}".lower()


@dataclass(frozen=True)
class PageServices:
    """All that the pages read, write and ask."""

    db: Database
    engine: Engine
    cases: Cases
    files: Files
    texts: Texts
    clocks: Clocks
    links: Links
    link_codes: LinkCodes
    sign_in: SignIn
    patients: Patients
    office: Office
    channels: ChannelDesk
    trials: Trials
    imports: Imports
    settings: PageSettings
    identity: IdentityProvider = field(default_factory=NoIdentity)
    scanner: Scanner = field(default_factory=NoScanner)
    sample_texts: SampleTexts = field(default_factory=NoSampleTexts)
