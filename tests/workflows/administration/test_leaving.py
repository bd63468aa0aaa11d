"""Somebody leaves: everything of theirs is closed at once, and what they were doing goes to somebody else."""

from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest

from storage import directory
from storage.sealing import MasterKey, new_master_key
from tests.support.desk import Desk, open_desk
from tests.support.world import add_absence, add_account, add_contact, add_person
from workflows.actor import Door
from workflows.administration import leaving
from workflows.administration.accounts import PersonUnknown
from workflows.administration.in_charge import HasLeft
from workflows.administration.leaving import Leaving, NotOneself
from workflows.administration.office import By, Office
from workflows.administration.posts import LastAdministrator
from workflows.errors import ActorUnknown
from workflows.identity.roles import Role
from workflows.registry import all_workflows

DAY = timedelta(days=1)
SHIFT = """
INSERT INTO duty_shift (organisation_id, person_id, starts_at, ends_at, note)
VALUES ($1, $2, $3, $3::timestamptz + interval '8 hours', '')
"""


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with open_desk(database_url) as opened:
        yield opened


async def by(desk: Desk, person: int) -> By:
    return By(await desk.viewer(person), Door.PAGE, "192.0.2.7")


def door(desk: Desk) -> Leaving:
    return Leaving(Office(desk.db, desk.clocks), desk.engine, all_workflows())


async def leave(desk: Desk, person: int) -> None:
    await door(desk).leave(await by(desk, desk.administrator), person)


async def furnish(desk: Desk, person: int) -> int:
    """A session, a contact point, two links, an absence and a shift on duty; the account's id."""
    sealer = MasterKey(new_master_key())
    account = await add_account(desk.db, desk.world.hospital, "wecom", "wecom-1", {}, {}, sealer)
    await add_contact(desk.db, person, account, "u1")
    now = desk.real.now()
    await add_absence(desk.db, person, desk.world.reporter, now - DAY, now + DAY)
    later = now + DAY
    session = (
        "INSERT INTO web_session (id, person_id, created_at, seen_at, client) VALUES ('s', $1, $2, $2, '')"
    )
    code = "INSERT INTO link_code (code_hash, person_id, kind, expires_at) VALUES ('c', $1, 'telegram', $2)"
    link = (
        "INSERT INTO password_link (token_hash, person_id, issued_at, expires_at) VALUES ('p', $1, now(), $2)"
    )
    await desk.db.execute(session, person, now)
    await desk.db.execute(code, person, later)
    await desk.db.execute(SHIFT, desk.world.hospital, person, desk.business.now() + DAY)
    await desk.db.execute(link, person, later)
    return account


async def test_everything_of_theirs_ends_with_one_row_on_record(desk: Desk) -> None:
    person = desk.world.engineer
    await desk.report()
    account = await furnish(desk, person)
    await leave(desk, person)
    left = [
        await desk.value(f"SELECT count(*) FROM {rows}", person)
        for rows in (
            "person WHERE id = $1 AND (active OR left_at IS NULL OR password_hash IS NOT NULL)",
            "post WHERE person_id = $1 AND ends_at IS NULL",
            "web_session WHERE person_id = $1 AND ended_at IS NULL",
            "contact_point WHERE person_id = $1 AND ended_at IS NULL",
            "link_code WHERE person_id = $1",
            "password_link WHERE person_id = $1",
            "absence WHERE person_id = $1 AND ended_at IS NULL",
            "duty_shift WHERE person_id = $1 AND ended_at IS NULL",
            "message WHERE person_id = $1 AND state = 'queued'",
        )
    ]
    assert left == [0] * 9
    reason = await desk.value("SELECT reason FROM message WHERE person_id = $1", person)
    assert reason == leaving.LEFT
    async with desk.db.connection() as connection:
        assert await directory.person_at(connection, account, "u1", desk.business.now()) is None
    row = await desk.db.fetchrow(
        "SELECT person_id, subject_id, after FROM audit WHERE action = 'person.leave'"
    )
    assert row is not None
    assert (row["person_id"], row["subject_id"]) == (desk.administrator, person)
    closed = {"messages_withdrawn": 1, "posts_ended": 1, "links_void": 2, "shifts_ended": 1}
    assert row["after"] | closed == row["after"]


async def test_their_deputy_holds_nothing_of_theirs_any_more(desk: Desk) -> None:
    await furnish(desk, desk.world.engineer)
    assert (await desk.viewer(desk.world.reporter)).acts_for
    await leave(desk, desk.world.engineer)
    assert (await desk.viewer(desk.world.reporter)).acts_for == ()


async def test_what_they_repair_goes_back_to_the_head_who_is_told_and_gives_it_on(desk: Desk) -> None:
    case = await desk.triaged()
    await leave(desk, desk.world.engineer)
    version = await desk.value("SELECT version FROM work_case WHERE id = $1", case.case_id)
    assert await desk.told(case, version) == [("handed_back", desk.world.head)]
    head = await desk.viewer(desk.world.head)
    assert [line.number for line in await desk.cases.todo(head)] == [case.number]
    assert "assign" in await desk.offers(case, desk.world.head)
    await desk.act(case, "assign", desk.world.head, {"technician": desk.world.second_engineer})
    second = await desk.viewer(desk.world.second_engineer)
    assert [line.number for line in await desk.cases.todo(second)] == [case.number]
    assert await desk.cases.todo(head) == []


async def test_where_there_is_no_head_the_vice_director_has_what_they_repaired(desk: Desk) -> None:
    director = await add_person(desk.db, desk.world.hospital, "Vice-director", Role.VICE_DIRECTOR)
    await desk.db.execute("UPDATE person SET active = false WHERE id = $1", desk.world.head)
    case = await desk.triaged()
    await leave(desk, desk.world.engineer)
    assert await desk.told(case, case.version + 1) == [("handed_back", director)]


async def test_a_leaver_cannot_act_and_nothing_more_is_told_to_them(desk: Desk) -> None:
    case = await desk.report()
    await leave(desk, desk.world.engineer)
    with pytest.raises(ActorUnknown):
        await desk.act(case, "triage", desk.world.engineer, {"diagnosis": "tube", "estimate": "1"})
    other = await desk.report()
    assert desk.world.engineer not in {person for _, person in await desk.told(other)}


async def test_nothing_is_closed_when_one_part_of_it_fails(desk: Desk) -> None:
    await furnish(desk, desk.world.engineer)
    await desk.triaged()
    owner = await asyncpg.connect(desk.db.dsn.replace("user=yishe_app", "user=yishe"))
    await owner.execute("ALTER TABLE step ADD CONSTRAINT no_more CHECK (action <> 'hand_back') NOT VALID")
    await owner.close()
    with pytest.raises(asyncpg.CheckViolationError):
        await leave(desk, desk.world.engineer)
    assert (await desk.viewer(desk.world.engineer)).grants
    assert await desk.value("SELECT count(*) FROM web_session WHERE ended_at IS NULL") == 1
    assert await desk.value("SELECT count(*) FROM audit WHERE action = 'person.leave'") == 0


async def test_who_comes_back_has_an_account_and_nothing_else(desk: Desk) -> None:
    await furnish(desk, desk.world.engineer)
    await leave(desk, desk.world.engineer)
    await door(desk).come_back(await by(desk, desk.administrator), desk.world.engineer)
    assert (await desk.viewer(desk.world.engineer)).grants == ()
    assert await desk.value("SELECT count(*) FROM contact_point WHERE ended_at IS NULL") == 0


async def test_what_had_just_begun_as_they_left_does_not_come_back_with_them(desk: Desk) -> None:
    person = desk.world.engineer
    await leave(desk, person)
    await furnish(desk, person)
    await door(desk).come_back(await by(desk, desk.administrator), person)
    for rows in ("contact_point", "web_session"):
        alive = await desk.value(
            f"SELECT count(*) FROM {rows} WHERE person_id = $1 AND ended_at IS NULL", person
        )
        assert alive == 0, rows


async def test_nobody_lets_themselves_or_a_stranger_leave_nor_anybody_twice(desk: Desk) -> None:
    await leave(desk, desk.world.engineer)
    with pytest.raises(HasLeft):
        await leave(desk, desk.world.engineer)
    with pytest.raises(NotOneself):
        await leave(desk, desk.administrator)
    with pytest.raises(PersonUnknown):
        await door(desk).leave(await by(desk, desk.world.head), desk.world.second_engineer)
    with pytest.raises(PersonUnknown):
        await leave(desk, desk.stranger)


async def test_the_last_administrator_of_the_top_stays(desk: Desk) -> None:
    await desk.db.execute(
        "INSERT INTO post (person_id, organisation_id, role, starts_at) VALUES ($1, $2, $3, now() - interval '1 y')",
        desk.world.head,
        desk.world.hospital,
        Role.ADMINISTRATOR,
    )
    boss = await by(desk, desk.world.head)
    await desk.db.execute("UPDATE post SET ends_at = starts_at WHERE person_id = $1", desk.world.head)
    with pytest.raises(LastAdministrator):
        await door(desk).leave(boss, desk.administrator)
