"""Kinds of message: what a workflow says it tells, and all that the notifier needs to render it.

A workflow declares kinds; the engine writes outbox rows that name them; the notifier renders any kind
for any channel from its declaration and the catalogues. Texts are English sources of the catalogues
with named places such as `{device}`, filled from the variables of the row.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a message matters: the colours blue, yellow, orange and red everywhere."""

    INFO = "info"
    NOTICE = "notice"
    URGENT = "urgent"
    CRITICAL = "critical"


@dataclass(frozen=True)
class MessageKind:
    """One kind of message.

    `buttons` are the actions that the reader may answer with at once; `while_in_state` withdraws the
    message, instead of sending it, once the case has left the state it speaks of.
    """

    name: str
    title: str
    summary: str
    fields: tuple[tuple[str, str], ...] = ()
    severity: Severity = Severity.INFO
    buttons: tuple[str, ...] = ()
    while_in_state: bool = False


class UnknownKind(Exception):
    """An outbox row names a kind that no workflow of this version declares."""


class Kinds:
    """All kinds by name, handed to the notifier by the composition root."""

    def __init__(self, kinds: Iterable[MessageKind]) -> None:
        self._by_name: Mapping[str, MessageKind] = {kind.name: kind for kind in kinds}

    def __iter__(self) -> Iterable[MessageKind]:  # type: ignore[override]  # a generator would do the same
        return iter(self._by_name.values())

    def named(self, name: str) -> MessageKind:
        """The kind of that name; raises `UnknownKind`."""
        try:
            return self._by_name[name]
        except KeyError:
            raise UnknownKind(name) from None
