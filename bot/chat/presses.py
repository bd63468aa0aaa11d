"""A press on a card, and what came of it, before either takes a provider's form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.chat.answers import Reply
from storage.texts import N_
from workflows.errors import WorkflowError

SEVERAL = "; "


class ReadOnly(WorkflowError):
    """Nothing is decided here: the account is set so, or the house that the case belongs to has forbidden it."""

    text = N_("Nothing is decided in this chat. Please open the case and decide there.")


@dataclass(frozen=True)
class ButtonPress:
    """A button of the card that an account sent with that id, and what was chosen on the card before, by question.

    `reads_only`: in the chat where it was pressed nothing may be decided.
    """

    account_id: int
    unique_id: str
    action: str
    chosen: Mapping[str, Sequence[str]] = field(default_factory=dict)
    reads_only: bool = False

    @property
    def data(self) -> Mapping[str, str]:
        """What was chosen, as the action's form takes it; several are told one after the other."""
        return {name: SEVERAL.join(values) for name, values in self.chosen.items() if values}


@dataclass(frozen=True)
class PressOutcome:
    """`done`: the case moved on, and `reply` says so in a few words; else it says why not or what to do.

    `sent` is the card that was pressed, as it was sent. `aside`: the case stayed as it is, and that was said of the
    message.
    """

    done: bool
    reply: Reply
    sent: Mapping[str, Any] = field(default_factory=dict)
    aside: str = ""
