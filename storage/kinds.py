"""What a workflow says it tells, and all that the notifier needs to render it.

A workflow declares kinds of message; the engine writes outbox rows that name them; the notifier renders
any kind for any channel from its declaration and the catalogues. Texts are English sources with named
places such as `{device}`, filled from the variables of the row.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from storage.marks import marks_in
from storage.texts import N_, Gettext

PHOTOS = "photo_contents"
"""The variable that names the photos of a step, by their SHA-256."""
MAY_PRESS = "may_press"
"""The variable that names the buttons its reader may press, where these are not all of the kind's."""
TIME_LEFT = N_("{hours} h {minutes} min")


class Severity(StrEnum):
    """How much a message matters: blue, yellow, orange and red everywhere."""

    INFO = "info"
    NOTICE = "notice"
    URGENT = "urgent"
    CRITICAL = "critical"


@dataclass(frozen=True)
class Question:
    """A choice that a reader can make in the message itself, where its channel can ask.

    `field` of the action's form takes the value of the chosen one of `choices` (value and source text), or, with
    `own_words`, the text itself in the reader's language. `several`: more than one can be chosen.
    """

    field: str
    title: str
    choices: tuple[tuple[str, str], ...]
    chosen: str = ""
    several: bool = False
    own_words: bool = False


@dataclass(frozen=True)
class MessageKind:
    """One kind of message.

    `buttons` are the actions that the reader may answer with at once; `while_in_state` withdraws the
    message, instead of sending it, once the case has left the state it speaks of. `short` says it in a few
    words where only a few fit (SMS: some 35 characters); without it the title does. `page` is the path that a
    message about no case leads to. `questions` go along with the button `answers`, of whose form they fill all that
    must be filled in; `send` is that button's label beside them, where the action's own is long. `recalled`: once it
    is not true any more it is taken back where a channel can, instead of being left to mislead. `photos`: those of its
    step go along where an account is set to send them. `facts` are the variables that other systems are told by name.
    `reminds`: it says the same each time, so that the newest one stands for those before it. `alone`: what it says
    is for lives, and must not become a number among many. `informs`: nothing is
    asked of its reader, however much it matters. `whole`: `short` says itself what to do, and until when. In `title`
    and `short` the place `device` is the device's short name.
    """

    name: str
    title: str
    summary: str
    fields: tuple[tuple[str, str], ...] = ()
    severity: Severity = Severity.INFO
    buttons: tuple[str, ...] = ()
    while_in_state: bool = False
    short: str = ""
    page: str = ""
    questions: tuple[Question, ...] = ()
    answers: str = ""
    send: str = ""
    recalled: bool = False
    photos: bool = False
    reminds: bool = False
    alone: bool = False
    informs: bool = False
    whole: bool = False
    facts: tuple[str, ...] = ()

    @property
    def asks(self) -> bool:
        """Is its reader to do something about a case, and so has to know until when?"""
        return self.severity is not Severity.INFO and not self.informs and not self.page


def shown(variables: Mapping[str, Any], gettext: Gettext) -> dict[str, str]:
    """Variables as they are shown.

    Names in `_text` are source texts, in `_left` whole minutes, in `_at` moments, in `_list` lists of source texts,
    counted or not.
    """
    return {
        name: listed(value, gettext) if name.endswith("_list") else _shown(name, str(value), gettext)
        for name, value in variables.items()
    }


def listed(items: object, gettext: Gettext) -> str:
    """Texts, or pairs of a text and a number, one after the other in a reader's language."""
    if not isinstance(items, list | tuple):
        return str(items)
    pairs = [(item, "") if isinstance(item, str) else item for item in items]
    words = [f"{gettext(str(text)) if text else ''} {count}".strip() for text, count in pairs]
    return marks_in(gettext).listed(words)


def _shown(name: str, value: str, gettext: Gettext) -> str:
    if name.endswith("_left") and value.isdecimal():
        return time_left(int(value), gettext)
    if name.endswith("_at"):
        return marks_in(gettext).moment(value)
    return gettext(value) if name.endswith("_text") and value else value


def time_left(minutes: int, gettext: Gettext) -> str:
    """Hours and minutes in a reader's language."""
    return gettext(TIME_LEFT).format(hours=minutes // 60, minutes=f"{minutes % 60:02}")


@dataclass(frozen=True)
class ActionWords:
    """How an action is offered and told of. `one_press`: nothing must be filled in, a button suffices."""

    label: str
    done: str
    style: str
    one_press: bool


class UnknownKind(Exception):
    """An outbox row names a kind that no workflow of this version declares."""


class Vocabulary:
    """All kinds of message, and the words for all actions, handed to the notifier by the composition root."""

    def __init__(self, kinds: Iterable[MessageKind], actions: Mapping[tuple[str, str], ActionWords]) -> None:
        self._kinds = {kind.name: kind for kind in kinds}
        self._actions = actions

    def __iter__(self) -> Iterator[MessageKind]:
        return iter(self._kinds.values())

    def kind(self, name: str) -> MessageKind:
        """The kind of that name; raises `UnknownKind`."""
        try:
            return self._kinds[name]
        except KeyError:
            raise UnknownKind(name) from None

    @property
    def reminders(self) -> frozenset[str]:
        """The names of kinds that say the same each time."""
        return frozenset(kind.name for kind in self if kind.reminds)

    @property
    def alone(self) -> frozenset[str]:
        """The names of kinds that are never told along with others."""
        return frozenset(kind.name for kind in self if kind.alone)

    def action(self, workflow: str, action: str) -> ActionWords:
        """The words for an action of a workflow."""
        return self._actions[workflow, action]
