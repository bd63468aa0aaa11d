"""Who takes part in a case: parts, roles, and at which kind of organisation a role must be held."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from storage.directory import at_kind
from storage.facts import Facts
from storage.texts import N_


class Part(StrEnum):
    """What somebody is in one case, with or without an account (参与人)."""

    REPORTER = "reporter"
    TECHNICIAN = "technician"
    FOLLOWER = "follower"


PART_LABELS: dict[str, str] = {
    Part.REPORTER: N_("Reporter"),
    Part.TECHNICIAN: N_("Engineer on the case"),
    Part.FOLLOWER: N_("Also reported it"),
}


@dataclass(frozen=True, eq=False)
class Tier:
    """At which kind of organisation a post must be, by a column of the workflow's own row.

    `refusal` (a source text with the place `action_text`) is for who holds the role at another kind.
    """

    column: str
    kinds: Mapping[str, str]
    refusal: str
    label: str
    """What whoever holds such a post is called in the table's words (a source text)."""

    def kind(self, facts: Facts) -> str:
        """The kind of organisation for this case; empty, which none is, where the column says nothing known."""
        return self.kinds.get(str(facts.detail.get(self.column)), "")


@dataclass(frozen=True)
class Who:
    """A set of people: holders of roles, parts of the case, the system, or anybody at all.

    `doers`: whoever took one of these actions last, to be told; it gives no right.
    A role in `tiers` counts only where it is held at the kind of organisation that the case asks for.
    """

    roles: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()
    system: bool = False
    anybody: bool = False
    doers: frozenset[str] = frozenset()
    tiers: tuple[tuple[str, Tier], ...] = ()

    def __or__(self, other: "Who") -> "Who":
        return Who(
            self.roles | other.roles,
            self.parts | other.parts,
            self.system or other.system,
            self.anybody or other.anybody,
            self.doers | other.doers,
            (*self.tiers, *(tier for tier in other.tiers if tier not in self.tiers)),
        )

    def roles_in(self, facts: Facts) -> frozenset[str]:
        """The roles that count in this case, those of one kind of organisation as `role@kind`."""
        tiers = dict(self.tiers)
        return frozenset(
            at_kind(name, tiers[name].kind(facts)) if name in tiers else name for name in self.roles
        )


def role(*names: str, tier: Tier | None = None) -> Who:
    """Holders of any of these roles for the case's organisation, perhaps at one kind of organisation alone."""
    return Who(roles=frozenset(names), tiers=tuple((name, tier) for name in names) if tier else ())


def part(*names: str) -> Who:
    """Those who have any of these parts in the case."""
    return Who(parts=frozenset(names))


def whoever_did(*actions: str) -> Who:
    """Whoever took one of these actions last in the case."""
    return Who(doers=frozenset(actions))


NOBODY = Who()
ANYBODY = Who(anybody=True)
SYSTEM = Who(system=True)
