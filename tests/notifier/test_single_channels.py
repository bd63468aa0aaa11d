"""Every kind of message reaches everybody who has one channel alone, whichever it is; all who ask agree who that is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from notifier.channel import Accepted, Account, Content, Replacement
from storage import misses, reach, unreachable
from storage.kinds import Severity
from storage.spread import Spread, Ways
from tests.support.outside import Outside
from tests.support.tables import places_in, texts_of
from tests.support.world import add_account, add_contact, add_person
from workflows.administration.unreachable import told_roles
from workflows.identity.roles import Role
from workflows.registry import all_workflows

CHANNELS = ("wecom", "telegram", "wecom_bot", "sms", "tencent_sms", "voice", "tencent_voice", "email")
CALLS = ("voice", "tencent_voice")
ROLE = Role.SAFETY_OFFICER
INSERT = """
INSERT INTO message (created_at, case_id, case_version, organisation_id, kind, severity, person_id, account_id, lane,
                     variables, next_at)
VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $1)
"""


@dataclass
class Recorder:
    """A provider that takes everything."""

    kind: str
    took: list[tuple[str, str]] = field(default_factory=list)
    can_update: bool = False
    updatable_for: timedelta | None = None

    def compose(self, content: Content, address: str, account: Account) -> dict[str, Any]:
        return {"kind": content.kind}

    async def send(self, payload: Mapping[str, Any], address: str, account: Account) -> Accepted:
        self.took.append((address, payload["kind"]))
        return Accepted("taken")

    async def update(
        self, update_code: str, address: str, account: Account, replacement: Replacement
    ) -> None:
        raise AssertionError


async def people(around: Outside) -> dict[str, int]:
    """Somebody with each channel alone, and somebody with none."""
    found = {"none": await add_person(around.db, around.world.hospital, "Nobody reaches", ROLE)}
    for kind in CHANNELS:
        account = await add_account(
            around.db, around.world.hospital, kind, f"only-{kind}", {}, {}, around.sealer
        )
        found[kind] = await add_person(around.db, around.world.hospital, f"Only {kind}", ROLE)
        await add_contact(around.db, found[kind], account, f"of {kind}")
    return found


async def cases(around: Outside) -> dict[str, int]:
    """A case of each workflow."""
    made: dict[str, int] = {}
    for workflow in all_workflows():
        row = await around.db.fetchrow(
            "INSERT INTO work_case (number, workflow, definition_version, state, version, entered_version, entered_at, "
            "organisation_id, title, opened_at) VALUES ($1, $2, 1, $3, 1, 1, $4, $5, '', $4) RETURNING id",
            f"{workflow.prefix}2026-000001",
            workflow.name,
            next(iter(workflow.states)),
            around.clock.now(),
            around.world.department,
        )
        assert row is not None
        made[workflow.name] = row["id"]
    return made


async def write(around: Outside, to: Mapping[str, int], listener: int, spread: Spread) -> None:
    """One message of every kind to each of these people, and to a listener."""
    numbers = await cases(around)
    rows = []
    for kind in around.vocabulary:
        named = places_in([*texts_of(kind), kind.short, kind.page]) | {"brief_text", "number"}
        variables = dict.fromkeys(named, "5") | spread.variables
        case = numbers.get(kind.name.partition(".")[0])
        for nth, (person, account) in enumerate([*((p, None) for p in to.values()), (None, listener)]):
            place = None if case else around.world.hospital
            of = (kind.name, kind.severity, person, account, f"{kind.name[:50]}/{nth}", variables)
            rows.append((around.clock.now(), case, place, *of))
    async with around.db.transaction() as tx:
        for values in rows:
            await tx.execute(INSERT, *values)


@pytest.mark.parametrize("ways", [Ways.FIRST, Ways.ALL])
async def test_every_kind_reaches_everybody_by_their_only_channel(around: Outside, ways: Ways) -> None:
    to = await people(around)
    del to["none"]
    listener = await add_account(around.db, around.world.hospital, "webhook", "ears", {}, {}, around.sealer)
    recorders = {kind: Recorder(kind) for kind in (*CHANNELS, "webhook")}
    around.budgets = {}
    around.channels = {**around.channels, **recorders}
    around.notifier = around.process()
    await write(around, to, listener, Spread(ways=ways))
    await around.drain()
    kinds = {kind.name: kind.severity for kind in around.vocabulary}
    rows = await around.db.fetch(
        "SELECT m.kind, m.person_id, m.state, array_agg(d.channel) FILTER (WHERE d.state = 'accepted') AS by "
        "FROM message m LEFT JOIN delivery d ON d.message_id = m.id GROUP BY m.id, m.created_at"
    )
    names = {person: channel for channel, person in to.items()} | {None: "webhook"}
    assert len(rows) == len(kinds) * (len(CHANNELS) + 1)
    for row in rows:
        channel = names[row["person_id"]]
        silent = channel in CALLS and kinds[row["kind"]] == Severity.INFO
        expected = ("withdrawn", None) if silent else ("sent", [channel])
        assert (row["state"], row["by"]) == expected, (row["kind"], channel)


async def test_all_who_ask_agree_who_can_be_reached(around: Outside) -> None:
    to, now = await people(around), around.clock.now()
    await around.report()
    await around.db.execute(
        "UPDATE post SET role = $1 WHERE person_id = ANY($2)", Role.ADMINISTRATOR, list(to.values())
    )
    path = (await around.db.fetch("SELECT path FROM organisation WHERE id = $1", around.world.hospital))[0][
        "path"
    ]
    roles = told_roles(all_workflows())
    reached = {channel: person for channel, person in to.items() if channel != "none"}
    async with around.db.connection() as connection:
        held = await reach.holders(connection, roles, path, now, now)
        assert sorted(held.told[Role.ADMINISTRATOR]) == sorted(reached.values())
        assert set(held.nearest[Role.ADMINISTRATOR]) == set(to.values())
        noticed = {one.person_id for one in await unreachable.unreachable(connection, roles, now, now)}
        assert noticed & set(to.values()) == {to["none"]}
        heard = {one.person_id for one in await misses.hearers(around.db, path, Role.ADMINISTRATOR, now, now)}
        assert heard == set(reached.values())
        for person in to.values():
            assert await reach.can_be_reached(connection, person, now) == (person in reached.values())
        await connection.execute(
            "DELETE FROM contact_point WHERE person_id = ANY($1)", list(reached.values())
        )
        mute = await unreachable.mute_posts(connection, [Role.ADMINISTRATOR], now, now)
        assert [set(post.names) for post in mute] == [
            {"Nobody reaches", *(f"Only {kind}" for kind in CHANNELS)}
        ]
