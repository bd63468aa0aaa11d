"""The words in which a workflow is written down: who, moves, deadlines, the table itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from storage.facts import Facts
from storage.kinds import MessageKind, Severity
from storage.texts import Gettext
from workflows.calendar import Calendar
from workflows.records import Change, Digest
from workflows.who import (
    ANYBODY,
    NOBODY,
    PART_LABELS,
    SYSTEM,
    Part,
    Tier,
    Who,
    part,
    role,
    whoever_did,
)

__all__ = [
    "ANYBODY",
    "NOBODY",
    "PART_LABELS",
    "SYSTEM",
    "Change",
    "Digest",
    "Part",
    "Tier",
    "Who",
    "part",
    "role",
    "whoever_did",
]
"""Words that stand in files of their own and belong to a table."""

REMIND = "remind"
"""The step that the system takes when a rung is climbed; every workflow has words for it."""


class Form(BaseModel):
    """What an action asks for. Labels are titles of the fields; `extra` is refused.

    Fields named by `sealed` are kept sealed with the workflow's own row, and nowhere else. With `photos` pictures may
    come along, which are attached to the case. `formerly` are fields of older versions with their present names.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    sealed: ClassVar[frozenset[str]] = frozenset()
    photos: ClassVar[bool] = False
    formerly: ClassVar[Mapping[str, str]] = {}


class NoForm(Form):
    """An action that asks for nothing, and so can be answered by one press."""


def must_fill_in(form: type[Form]) -> frozenset[str]:
    """The fields without which the action is not taken."""
    return frozenset(name for name, field in form.model_fields.items() if field.is_required())


@dataclass(frozen=True)
class Say:
    """Tell a kind of message to somebody."""

    kind: MessageKind
    to: Who
    but_not_the_actor: bool = True
    or_else: Who = NOBODY
    """Who is told when nobody (but the actor) holds the roles; the administrator when nobody does here either."""
    audience: str | None = None
    """A policy that names further roles, and by how many of their channels they are told: `workflows.audiences`."""
    when: Callable[[Facts], bool] | None = None
    """Is it told, by what is known after the step? Pure."""
    among: frozenset[str] | None = None
    """Of the roles that the policy names, only these."""
    states: frozenset[str] | None = None
    """In which states it is told, of those through which a ladder runs."""
    gathers: bool = False
    """Is it told in the morning's one message, along with all else that the person is reminded of?"""
    severity: Severity | None = None
    """How pressing it is on its way, where that is not the kind's."""
    optional: bool = False
    """Is it for nobody who is told otherwise by the same step, and where nobody holds the roles for nobody else?"""


@dataclass(frozen=True)
class Guard:
    """Does the move hold, given what is known and the filled-in form? Pure. `label` (a source text) says when."""

    label: str
    holds: Callable[[Facts, Any], bool]


Effect = Callable[[Facts, Any], Mapping[str, Any]]
"""The columns of the workflow's detail row that the move writes. Pure."""

Records = Callable[[Facts, Any], Mapping[str, Any]]
"""What a step says besides its form, from what was known before it. Pure."""

Precondition = Callable[[Facts], str | None]
"""Why the action is not open at present (a source text), or None. Pure; buttons hide on a reason."""

Known = Callable[[Facts], Mapping[str, Any]]
"""What a form starts with, besides the columns of the workflow's row that have its fields' names. Pure."""
Faults = Callable[[Facts, Any], Mapping[str, str]]
"""What of the filled-in form does not hold given what is known: a source text for each field at fault. Pure."""


@dataclass(frozen=True)
class Appoint:
    """The form's `field` names a person, who must hold `role` here and takes `part` in the case.

    `beside`: it is the actor, others keep the part, and it gives no right that a role would.
    """

    field: str
    part: str
    role: str
    beside: bool = False


@dataclass(frozen=True)
class Move:
    """One arrow of the table. Of several with the same action and source, the first whose guard holds is taken.

    `target` None keeps the state: the step is recorded, cards and timers stay valid.
    `duty_of`: on whose to-do list the case stands because of this move.
    `not_who_did`: separation of duties, nobody may act who did one of these actions in this case,
    nor (with `not_the_reporter`) who reported it. `after_seeing`: nobody may act who has not seen the last of
    these actions. `records` is what the step says besides its form; `before` and `after` in it are what changed.
    `arms` is the rule whose timers begin although the state stays.
    `starts_with`: what its form is filled with at first. `offered` False: the case's page has no button for it.
    """

    action: str
    source: str | None
    target: str | None
    by: Who
    form: type[Form] = NoForm
    when: Guard | None = None
    faults: Faults | None = None
    open_if: Precondition | None = None
    duty_of: Who | None = None
    not_who_did: frozenset[str] = frozenset()
    not_the_reporter: bool = False
    writes: Effect | None = None
    appoints: Appoint | None = None
    tells: Sequence[Say] = ()
    starts_with: Known | None = None
    offered: bool = True
    after_seeing: frozenset[str] = frozenset()
    records: Records | None = None
    arms: str | None = None


@dataclass(frozen=True)
class Rung:
    """One step of a ladder: when, and who is told what.

    When: so long after entering the state (`after`, a policy), or at the instant that `due` computes from
    the facts; an instant at which the rung fired before in this case is not promised again, also after the
    state was entered anew. `again` is a policy: while the state lasts, the rung comes back after so long.
    `quiet` keeps the rung silent; with `silence_counts` it is then as if it had been told.
    `takes` is an action that asks for nothing, which the system takes then
    instead of telling somebody. `writes` are columns of the workflow's detail row, `records` is what the
    step says besides.
    """

    after: str | None
    tells: Sequence[Say]
    due: "Due | None" = None
    again: str | None = None
    quiet: Callable[[Facts], bool] | None = None
    writes: Callable[[Facts], Mapping[str, Any]] | None = None
    action: str = REMIND
    takes: str | None = None
    records: Callable[[Facts], Mapping[str, Any]] | None = None
    silence_counts: bool = True


@dataclass(frozen=True)
class Due:
    """An instant computed from the facts, or None where there is nothing to wait for.

    `label` (a source text) says which.
    """

    label: str
    at: Callable[[Facts, Calendar], datetime | None]


@dataclass(frozen=True)
class Deadline:
    """Left in `state` longer than the policies say: the ladder is climbed rung by rung.

    `only_latest`: of several rungs that an outage has made overdue, only the last one is told. `since`: the version of
    the table that brought it (`workflows.upgrading`).
    """

    state: str
    rule: str
    ladder: Sequence[Rung]
    only_latest: bool = False
    since: int = 1


@dataclass(frozen=True)
class HandBack:
    """What becomes of a part when its holder leaves: who holds one of the roles has it, the first that anybody holds.

    `action` is the step that the system takes; its form is told who `left`.
    """

    part: str
    action: str
    roles: Sequence[str]


@dataclass(frozen=True)
class ActionLook:
    """How an action is offered: its label (a source text), style, and the past tense for history and cards.

    `instead_of`: the action whose question this one answers otherwise; it then stands beside it.
    """

    label: str
    done: str
    style: str = "default"
    instead_of: str = ""


@dataclass(frozen=True)
class PolicyDefault:
    """A policy that the workflow names, with the value that it ships and its source (a source text)."""

    value: Mapping[str, Any]
    source: str


@dataclass(frozen=True)
class Workflow:
    """One process: everything that front doors, engine, diagram and tests know of it."""

    name: str
    label: str
    version: int
    prefix: str
    detail_table: str
    states: Mapping[str, str]
    final: frozenset[str]
    actions: Mapping[str, ActionLook]
    moves: Sequence[Move]
    deadlines: Sequence[Deadline]
    policies: Mapping[str, PolicyDefault]
    variables: Callable[[Facts], Mapping[str, Any]]
    title: Callable[[Any], str]
    hand_backs: Sequence[HandBack] = ()
    digest: Digest | None = None
    proposed: Callable[[Facts], Sequence[Change]] | None = None
    """Both sides of a correction that waits to be decided. Pure."""
    timers_are_limits: bool = True
    """Is the next timer when something has to be done? It is not shown as due where timers remind of a later day."""
    title_stays_inside: bool = False
    """Does the title speak of what no message may: is it for the pages alone?"""
    title_words: Callable[[str, Gettext], str] = lambda title, _: title  # of signs that all languages share
    limit: Callable[[Facts, Calendar], datetime | None] | None = None
    """Until when whoever has it must act, where a law or a licence says so and not the ladder of the state. Pure."""
    part_labels: Mapping[str, str] = field(default_factory=lambda: PART_LABELS)
    """What those who take part are called in such a case (source texts)."""
    without_deadline: Mapping[str, str] = field(default_factory=dict)
    """Why open states have no deadline that counts from their entry, by state (source texts)."""

    def moves_from(self, state: str | None) -> list[Move]:
        """The moves that leave a state, in the order of the table."""
        return [move for move in self.moves if move.source == state]

    def deadlines_of(self, state: str) -> list[Deadline]:
        """The deadlines that run in a state."""
        return [deadline for deadline in self.deadlines if deadline.state == state]

    @property
    def kinds(self) -> list[MessageKind]:
        """Every kind of message that the table tells, each once."""
        said = [say for move in self.moves for say in move.tells]
        said += [say for deadline in self.deadlines for rung in deadline.ladder for say in rung.tells]
        return list({say.kind.name: say.kind for say in said}.values())
