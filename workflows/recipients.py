"""Whom a step or a reminder is told: people whom something reaches, and who may do what it asks of them.

Who cannot be reached is passed over for the next level of the organisation, or for whoever else may act; where nobody
is left an administrator is told at once. Only where nothing reaches an administrator either is the message written to
those whose it was, so that the ledger shows it and the auditor speaks of it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from storage import reach
from storage.case_writer import NewMessage
from storage.clock import Clock
from storage.database import Connection
from storage.facts import Facts, PartHolder
from storage.kinds import Severity
from storage.reach import Holders
from workflows.audiences import audience_of
from workflows.definition import Move, Say, Workflow
from workflows.identity.roles import Role
from workflows.rules import kept_apart

NOBODY: frozenset[int] = frozenset()
ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})


@dataclass(frozen=True)
class Recipient:
    """A person, or a participant without an account who left an address. `instead_of`: in whose stead, by name."""

    person_id: int | None
    participant_id: int | None = None
    instead_of: str = ""


@dataclass(frozen=True)
class Asking:
    """A `Say` for a case as it is after the step: who it is to, what it asks of them, and who is there."""

    workflow: Workflow
    say: Say
    facts: Facts
    holders: Holders
    actor_person: int | None

    @property
    def left_out(self) -> frozenset[int]:
        """The actor, where they are not told what they did."""
        actor = self.actor_person if self.say.but_not_the_actor else None
        return NOBODY if actor is None else frozenset({actor})

    @property
    def barred(self) -> frozenset[int]:
        """Who may take none of the actions that are asked for, as others have to decide on what they did."""
        moves = _asked(self.workflow, self.say, self.facts)
        return frozenset.intersection(*(kept_apart(move, self.facts) for move in moves)) if moves else NOBODY

    @property
    def is_with_part(self) -> bool:
        """Is it to somebody who has a part, so that they, or who may act instead, are told?"""
        return any(holder.part in self.say.to.parts for holder in self.facts.parts)

    def may_act(self, roles: frozenset[str]) -> frozenset[str]:
        """Those of the roles whose holders may do what is asked for; all where nothing is."""
        moves = _asked(self.workflow, self.say, self.facts)
        if not moves or any(move.by.anybody for move in moves):
            return roles
        return roles & _actors(moves, self.facts)


async def holders_for(
    connection: Connection, workflow: Workflow, tells: Sequence[Say], facts: Facts, real: Clock
) -> Holders:
    """Everybody who may have to be told, for a case as it is after the step."""
    roles = {role for say in tells for role in _looked_up(workflow, say, facts)}
    people = {
        told
        for say in tells
        for holder in facts.parts
        if holder.part in say.to.parts and (told := holder.deputy_id or holder.person_id) is not None
    }
    if not roles and not people:
        return Holders()
    return await reach.holders(
        connection, sorted(roles | ADMINISTRATOR), facts.path, facts.now, real.now(), sorted(people)
    )


def recipients(asking: Asking) -> Iterator[Recipient]:
    """Who is told, each once or more often."""
    roles = _roles(asking.say, asking.facts)
    if roles:
        yield from (Recipient(person) for person in sorted(_by_role(asking, roles)))
    for holder in asking.facts.parts:
        if holder.part in asking.say.to.parts:
            yield from _by_part(asking, holder)
    for step in filter(None, (asking.facts.last(action) for action in sorted(asking.say.to.doers))):
        if step.person_id is not None and step.person_id not in asking.left_out:
            yield Recipient(step.person_id)


def reached(messages: Iterable[NewMessage], holders: Holders) -> int:
    """How many of these messages are to somebody whom something reaches."""
    return sum(message.person_id is None or message.person_id in holders.reachable for message in messages)


def _by_role(asking: Asking, roles: frozenset[str]) -> set[int]:
    say, holders, gone = asking.say, asking.holders, asking.left_out
    held, else_ = holders.of(roles) - gone, say.or_else.roles_in(asking.facts)
    if say.optional:
        return held or holders.by_name(roles) - gone
    named = held if say.audience else held - asking.barred  # whom a policy names is told in any case
    able = holders.of(asking.may_act(roles)) - asking.barred - gone
    others = holders.of(else_) - asking.barred - gone
    others_able = others & holders.of(asking.may_act(else_))
    in_the_end = holders.of(ADMINISTRATOR) - gone
    if able or asking.is_with_part:
        lost = holders.lost(roles) and say.kind.severity != Severity.INFO
        found = named | ((others_able or in_the_end) if lost else set())
    elif others_able:
        found = named | others
    else:
        # Who may not act is told all the same where nobody else can, along with an administrator.
        found = held | others | in_the_end
    return found or _by_name(asking, roles)


def _by_name(asking: Asking, roles: frozenset[str]) -> set[int]:
    """Nothing reaches anybody, not even an administrator: whoever holds the roles."""
    barred = NOBODY if asking.say.audience else asking.barred  # whom a policy names is told in any case
    for asked, left_out in (
        (roles, barred),
        (asking.say.or_else.roles_in(asking.facts), barred),
        (roles, NOBODY),
        (ADMINISTRATOR, NOBODY),
    ):
        if found := asking.holders.by_name(asked) - left_out - asking.left_out:
            return found
    return set()


def _by_part(asking: Asking, holder: PartHolder) -> Iterator[Recipient]:
    told = holder.deputy_id or holder.person_id
    if told is None and holder.email:
        yield Recipient(None, holder.id)
    elif told is not None and not asking.left_out.isdisjoint({told, holder.person_id}):
        return
    elif told in asking.holders.reachable:
        yield Recipient(told)
    elif instead := _instead(asking) - {told}:
        yield from (Recipient(person, instead_of=holder.name) for person in sorted(instead))
    elif told is not None:
        yield Recipient(told)


def _instead(asking: Asking) -> set[int]:
    """Who may do in somebody's stead what the message asks for; an administrator where there is nobody."""
    moves = _asked(asking.workflow, asking.say, asking.facts)
    if not moves:
        return set()
    gone = asking.left_out | asking.barred
    able = asking.holders.of(_actors(moves, asking.facts)) or asking.holders.of(
        asking.say.or_else.roles_in(asking.facts)
    )
    return (able - gone) or asking.holders.of(ADMINISTRATOR) - asking.left_out


def _roles(say: Say, facts: Facts) -> frozenset[str]:
    """The roles of a `Say`, and those that its policy names."""
    named = frozenset(audience_of(facts.policies[say.audience]).roles if say.audience else ())
    return say.to.roles_in(facts) | (named if say.among is None else named & say.among)


def _looked_up(workflow: Workflow, say: Say, facts: Facts) -> frozenset[str]:
    """The roles of a `Say`, and of who may act instead of whoever has a part."""
    instead = _actors(_asked(workflow, say, facts), facts) if say.to.parts else frozenset[str]()
    return _roles(say, facts) | say.or_else.roles_in(facts) | instead


def _asked(workflow: Workflow, say: Say, facts: Facts) -> list[Move]:
    """The moves that the message's buttons offer."""
    return [move for move in workflow.moves_from(facts.state) if move.action in say.kind.buttons]


def _actors(moves: Iterable[Move], facts: Facts) -> frozenset[str]:
    return frozenset(role for move in moves for role in move.by.roles_in(facts))
