"""What a workflow says of records beside its table: both sides of a change, and reminders that are told together."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from storage.kinds import MessageKind
from storage.mornings import Reminder, Said


@dataclass(frozen=True)
class Change:
    """One field of a record as it is and as it is to be. `label` is a source text."""

    name: str
    label: str
    before: str
    after: str


class Digest(ABC):
    """How reminders that are gathered for the morning are told together. Pure."""

    kinds: Sequence[MessageKind]

    @abstractmethod
    def ordered(self, reminders: Sequence[Reminder]) -> Sequence[Reminder]:
        """The one that stands for all others first."""

    @abstractmethod
    def severity(self, reminders: Sequence[Reminder]) -> str:
        """How pressing a reminder is that is told by itself."""

    @abstractmethod
    def said(self, reminders: Sequence[Reminder]) -> Said:
        """The message that tells one person of several."""
