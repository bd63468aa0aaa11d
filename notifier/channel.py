"""What the notifier knows of a channel: one message in, accepted or one typed failure out.

A channel is a provider's folder below `notifier/providers`. It turns a `Content` into a payload that
can be stored as it is, sends such a payload, and tells every failure in the same four words.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, Protocol, runtime_checkable

from storage.kinds import Severity

_UNIQUE_ID = re.compile(r"[A-Za-z0-9_@-]{1,64}")
_WEB_LINK = re.compile(r"https?://[^\s\x00-\x1f<>\"]+")


class Verdict(StrEnum):
    """What a failure means for what happens next."""

    TEMPORARY = "temporary"
    """The same message may pass later."""
    PERMANENT = "permanent"
    """Never to this address; go on to the next channel or person."""
    CONFIGURATION = "configuration"
    """The account cannot send until an administrator has mended it."""
    RATE = "rate"
    """The provider wants fewer messages; see `retry_after_s`."""


@dataclass(frozen=True)
class Button:
    """One answer the reader may give. With `url` it opens a page, without it answers by callback."""

    key: str
    label: str
    style: Literal["primary", "default", "danger"] = "default"
    url: str | None = None


READ, STOP = "notice.read", "notice.stop"
"""The keys of a message's asides: its reader has read it, or wants no more of its kind."""


@dataclass(frozen=True)
class Question:
    """A choice that the reader can make in the message. `choices` are values and words, `chosen` a value."""

    field: str
    title: str
    choices: tuple[tuple[str, str], ...]
    chosen: str = ""
    several: bool = False


@dataclass(frozen=True)
class Poll:
    """Questions, and the button that sends the answers along by callback. It stands in for the button of that key."""

    questions: tuple[Question, ...]
    submit: Button


@dataclass(frozen=True)
class Content:
    """One message, rendered in one language, before it takes a channel's form.

    `unique_id` is stable over retries and at most 64 of [A-Za-z0-9_@-] (WeCom's task_id, the local part
    of Message-ID). `thread_id` is the case's number: one mail thread a case. `url` may be empty. `kind` is
    the declared kind's name, `level` the severity with its colour in words, `short` the title in a few words,
    `matter` what kind of thing it is about, one of a few fixed words.
    `picture` is the address of the first of its photos for whoever knows it, `poll` what can be answered in the
    message where a channel can ask, `photos` a label and the SHA-256 of a stored file each. `asides` are what its
    reader can say of it besides, where a channel has a place for that and answers come back.
    `facts` are what other systems read by name. `stop_url` ends reminders of this kind and `notice_url` acknowledges
    the message, both by POST alone; either may be empty.
    `values` are the kind's variables as they are read, for templates that have places of their own. `retold` gives
    the same message in another language, for a channel that has no words of its own in the reader's.
    Raises ValueError for an id or a link outside of these rules: both are made by the service itself.
    """

    unique_id: str
    thread_id: str
    severity: Severity
    severity_word: str
    title: str
    summary: str
    fields: tuple[tuple[str, str], ...]
    buttons: tuple[Button, ...]
    url: str
    url_label: str
    sender: str
    language: str
    footer: str
    kind: str = ""
    level: str = ""
    short: str = ""
    matter: str = ""
    picture: str = ""
    poll: Poll | None = None
    photos: tuple[tuple[str, str], ...] = ()
    asides: tuple[Button, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    stop_url: str = ""
    notice_url: str = ""
    notice_label: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    retold: Callable[[str], "Content"] | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not _UNIQUE_ID.fullmatch(self.unique_id):
            raise ValueError(f"not a message id: {self.unique_id!r}")
        for link in (
            self.url,
            self.picture,
            self.stop_url,
            self.notice_url,
            *(button.url for button in self.buttons),
        ):
            if link and not _WEB_LINK.fullmatch(link):
                raise ValueError(f"not a web link: {link!r}")

    def link_for(self, button: Button) -> str:
        """The page that stands in for a callback button where the channel has no callbacks."""
        if button.url or not self.url:
            return button.url or ""
        return f"{self.url}/{button.key}"


@dataclass(frozen=True)
class Replacement:
    """What a sent card becomes once the matter is decided: a word for its buttons, or a whole new card.

    `sent` is what was sent, as `compose` made it, for channels that can only change a message as a whole.
    """

    text: str
    content: Content | None = None
    sent: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Account:
    """One channel account (a corporation's app, a mail sender). Its representation hides the secrets."""

    id: int
    settings: Mapping[str, Any]
    secrets: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Accepted:
    """The provider took the message. `update_code` allows one later change of what was sent.

    `parts` is how many messages the provider counts (parts of an SMS), `cost` what it charges, in CNY.
    """

    provider_id: str
    update_code: str | None = None
    note: str = ""
    parts: int | None = None
    cost: Decimal | None = None


class SendFailed(Exception):
    """The provider did not take the message, or nobody knows whether it did (`maybe_delivered`).

    `code` is the provider's own, for the ledger; `reason` a fixed English sentence for the catalogues;
    `detail` the provider's words, shortened and free of secrets. `seen_before`: it refused because it has
    had a message of this unique id, which is no failure where an earlier try may have arrived. `of_message`: the
    account works, and is only not set up for this kind of message.
    """

    of_message = False

    def __init__(
        self,
        verdict: Verdict,
        code: str,
        reason: str,
        *,
        detail: str = "",
        retry_after_s: float | None = None,
        maybe_delivered: bool = False,
        seen_before: bool = False,
    ) -> None:
        super().__init__(f"{verdict} {code}: {reason}" + (f" ({detail})" if detail else ""))
        self.verdict = verdict
        self.code = code
        self.reason = reason
        self.detail = detail
        self.retry_after_s = retry_after_s
        self.maybe_delivered = maybe_delivered
        self.seen_before = seen_before


class Gone(SendFailed):
    """The recipient that is told as it is, a system or a group, wants no more of anything."""

    def __init__(self, code: str, reason: str, *, detail: str = "") -> None:
        super().__init__(Verdict.PERMANENT, code, reason, detail=detail)


class Blocked(SendFailed):
    """The person wants nothing from this account, so nothing more is to be tried there until they say otherwise."""

    def __init__(self, code: str, reason: str, *, detail: str = "") -> None:
        super().__init__(Verdict.PERMANENT, code, reason, detail=detail)


class Channel(Protocol):
    """One way to reach a person. One that can be asked what became of a try is `Traceable` too."""

    @property
    def kind(self) -> str:
        """The name under which accounts and contact points are stored."""
        ...

    @property
    def can_update(self) -> bool:
        """Whether what was sent can be changed afterwards."""
        ...

    @property
    def updatable_for(self) -> timedelta | None:
        """For how long after the try it can be changed; None: as long as it is there."""
        ...

    def compose(self, content: Content, address: str, account: Account) -> dict[str, Any]:
        """The payload for JSON, within every limit of the channel; sending it again says the same again.

        Raises SendFailed when the address or the account's settings are unusable.
        """
        ...

    async def send(self, payload: Mapping[str, Any], address: str, account: Account) -> Accepted:
        """Hand over a payload of `compose`. Raises SendFailed and nothing else for the outside world."""
        ...

    async def update(
        self, update_code: str, address: str, account: Account, replacement: Replacement
    ) -> None:
        """Change what `update_code` stands for. Raises SendFailed, always so where `can_update` is false."""
        ...


@runtime_checkable
class Recallable(Protocol):
    """A channel that can take back what was sent, within `recallable_for` of the try."""

    recallable_for: timedelta

    async def recall(self, provider_id: str, address: str, account: Account) -> None:
        """Take back the message of that id. Raises SendFailed."""
        ...


@runtime_checkable
class Traceable(Protocol):
    """A channel whose provider takes the same message twice, but says what it has."""

    async def find(
        self, payload: Mapping[str, Any], address: str, account: Account, since: datetime
    ) -> Accepted | None:
        """What an earlier try left at the provider since then; None when nothing is known of one.

        Raises SendFailed when it is known not to have arrived, or the provider does not answer.
        """
        ...
