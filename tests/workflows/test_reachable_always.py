"""Over any tree, posts, absences and channels: what asks somebody to act reaches who may act, or an administrator."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.database import Connection, Database
from storage.facts import PartHolder
from storage.sealing import MasterKey, new_master_key
from tests.support.clocks import FixedClock
from tests.support.tables import Telling, bare_facts, tellings
from tests.support.world import LONG_AGO, add_account, add_organisation
from workflows.definition import Move, Workflow
from workflows.identity.roles import Role
from workflows.recipients import Asking, Recipient, holders_for, recipients
from workflows.registry import all_workflows

LEVELS = ("nation", "province", "city", "hospital", "department")
CHANNELS = ("wecom", "telegram", "wecom_bot", "sms", "voice", "email")
CLOCK = FixedClock()
DAY = timedelta(days=1)
ASKING = [
    (workflow, telling)
    for workflow in all_workflows()
    for telling in tellings(workflow)
    if any(move.action in telling.say.kind.buttons for move in workflow.moves_from(telling.state))
]


@dataclass(frozen=True)
class Somebody:
    """A person with posts (role and level), channels that work or refuse, and perhaps a deputy while away."""

    posts: tuple[tuple[str, int], ...]
    channels: frozenset[str]
    refuses: bool
    active: bool
    away: bool
    deputy: int

    @property
    def is_reachable(self) -> bool:
        return bool(self.channels) and not self.refuses and self.active


somebody = st.builds(
    Somebody,
    st.lists(st.tuples(st.sampled_from(Role), st.integers(0, 4)), max_size=3).map(tuple),
    st.frozensets(st.sampled_from(CHANNELS), max_size=2),
    st.integers(0, 4).map(lambda n: n == 0),
    st.integers(0, 9).map(lambda n: n > 0),
    st.integers(0, 3).map(lambda n: n == 0),
    st.integers(0, 7),
)
towns = st.lists(somebody, min_size=1, max_size=8)


async def settle(
    tx: Connection, places: list[int], accounts: dict[str, int], town: list[Somebody]
) -> list[int]:
    """Write these people; their ids."""
    ids: list[int] = []
    for nth, one in enumerate(town):
        ids.append(
            await tx.fetchval(
                "INSERT INTO person (organisation_id, name, title, active, failed_sign_ins) "
                "VALUES ($1, $2, '', $3, 0) RETURNING id",
                places[-1],
                f"Person {nth}",
                one.active,
            )
        )
        for channel in one.channels:
            await tx.execute(
                "INSERT INTO contact_point (person_id, account_id, address, rank, refused_at) "
                "VALUES ($1, $2, $3, 1, $4)",
                ids[-1],
                accounts[channel],
                f"address {nth}",
                CLOCK.now() if one.refuses else None,
            )
        for role, level in set(one.posts):
            await tx.execute(
                "INSERT INTO post (person_id, organisation_id, role, starts_at) VALUES ($1, $2, $3, $4)",
                ids[-1],
                places[level],
                role,
                LONG_AGO,
            )
    for nth, one in enumerate(town):
        if one.away:
            deputy = ids[one.deputy] if one.deputy < len(ids) and one.deputy != nth else None
            span = (CLOCK.now() - DAY, CLOCK.now() + DAY)
            await tx.execute(
                "INSERT INTO absence (person_id, deputy_id, starts_at, ends_at) VALUES ($1, $2, $3, $4)",
                ids[nth],
                deputy,
                *span,
            )
    return ids


class Judge:
    """Knows by the town alone, without any query of the service, who can be reached and what they may do."""

    def __init__(self, town: list[Somebody], ids: list[int]) -> None:
        self._town = dict(zip(ids, town, strict=True))
        self._ids = ids

    def reachable(self, person: int | None) -> bool:
        return person is not None and self._town[person].is_reachable

    def roles(self, person: int) -> set[str]:
        """Theirs, and those of whoever is away and has them as a deputy, through any number of deputies."""
        found, seen, open_ = set[str](), set[int](), [person]
        while open_:
            one = open_.pop()
            if one in seen or not self._town[one].active:
                continue
            seen.add(one)
            found |= {role for role, _ in self._town[one].posts}
            open_ += [other for other in self._ids if self._stands_in(one, other)]
        return found

    def _stands_in(self, deputy: int, other: int) -> bool:
        absent = self._town[other]
        known = absent.away and absent.deputy < len(self._ids)
        return known and self._ids[absent.deputy] == deputy and other != deputy

    def may(self, person: int, moves: list[Move]) -> bool:
        roles = self.roles(person)
        return Role.ADMINISTRATOR in roles or any(move.by.anybody or roles & move.by.roles for move in moves)

    def administrators(self) -> Iterator[int]:
        """Who administers and is not away, so that nothing is in the way of telling them."""
        for person in self._ids:
            one = self._town[person]
            if one.is_reachable and not one.away and any(role == Role.ADMINISTRATOR for role, _ in one.posts):
                yield person


async def told(
    tx: Connection, workflow: Workflow, telling: Telling, path: str, parts: tuple[PartHolder, ...]
) -> list[Recipient]:
    facts = replace(bare_facts(workflow), state=telling.state, path=path, now=CLOCK.now(), parts=parts)
    facts = replace(facts, policies={name: policy.value for name, policy in workflow.policies.items()})
    found = await holders_for(tx, workflow, [telling.say], facts, CLOCK)
    return list(recipients(Asking(workflow, telling.say, facts, found, None)))


class Undone(Exception):
    """The example's people are gone again."""


async def judged(
    db: Database, places: list[int], accounts: dict[str, int], path: str, town: list[Somebody], start: int
) -> None:
    """A dozen of the kinds that ask somebody to act, told in this town."""
    try:
        async with db.transaction() as tx:
            ids = await settle(tx, places, accounts, town)
            judge, part = Judge(town, ids), ids[start % len(ids)]
            parts = tuple(
                PartHolder(nth, name, "Somebody", part, "")
                for nth, name in enumerate(("reporter", "technician"), 1)
            )
            for nth in range(12):
                workflow, telling = ASKING[(start * 7 + nth * 11) % len(ASKING)]
                if telling.say.to.doers:
                    continue
                moves = [
                    m for m in workflow.moves_from(telling.state) if m.action in telling.say.kind.buttons
                ]
                whom = await told(tx, workflow, telling, path, parts)
                reached = [to.person_id for to in whom if judge.reachable(to.person_id)]
                able = [p for p in reached if p is not None and (judge.may(p, moves) or p == part)]
                assert able or not list(judge.administrators()), (telling.say.kind.name, whom)
            _undo()
    except Undone:
        pass


def _undo() -> None:
    raise Undone


async def prepared(db: Database) -> tuple[list[int], dict[str, int], str]:
    places: list[int] = []
    for level in LEVELS:
        places.append(await add_organisation(db, level, level, places[-1] if places else None))
    key = MasterKey(new_master_key())
    accounts = {kind: await add_account(db, places[0], kind, kind, {}, {}, key) for kind in CHANNELS}
    row = await db.fetchrow("SELECT path FROM organisation WHERE id = $1", places[-1])
    assert row is not None
    return places, accounts, str(row["path"])


def run(database_url: str, examples: int) -> None:
    with asyncio.Runner() as runner:
        opened = Database.open(database_url, max_size=2)
        db = runner.run(opened.__aenter__())
        try:
            places, accounts, path = runner.run(prepared(db))

            @settings(
                max_examples=examples,
                deadline=None,
                derandomize=True,
                database=None,
                suppress_health_check=[HealthCheck.too_slow],
            )
            @given(towns, st.integers(0, 10_000))
            def always(town: list[Somebody], start: int) -> None:
                runner.run(judged(db, places, accounts, path, town, start))

            always()
        finally:
            runner.run(opened.__aexit__(None, None, None))


def test_what_asks_somebody_to_act_always_reaches_who_may_act_or_an_administrator(database_url: str) -> None:
    run(database_url, 60)


@pytest.mark.soak
def test_in_thousands_of_towns(database_url: str) -> None:
    run(database_url, 5000)
