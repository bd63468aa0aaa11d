"""Whoever is notified can be reached: the unreachable are passed over, in the end for an administrator."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from storage import reach
from storage.sealing import MasterKey, new_master_key
from tests.support.desk import TRIAGE, Desk, open_desk
from tests.support.world import add_account, add_contact, add_person
from workflows.identity.roles import Role


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    """Everybody but the reporter has a mailbox."""
    async with open_desk(database_url) as opened:
        world, key = opened.world, MasterKey(new_master_key())
        account = await add_account(opened.db, world.hospital, "email", "mail", {}, {}, key)
        people = (world.engineer, world.second_engineer, world.head, world.department_head)
        for person in (*people, opened.administrator):
            await add_contact(opened.db, person, account, f"{person}@hospital.example")
        yield opened


async def newcomer(desk: Desk, role: Role = Role.ENGINEER) -> int:
    """Somebody new at the department, without any channel."""
    return await add_person(desk.db, desk.world.department, "Engineer X", role)


async def to_triage(desk: Desk, kind: str = "please_triage") -> list[int | None]:
    return [person for what, person in await desk.told(await desk.report()) if what == kind]


async def silence(desk: Desk, *people: int) -> None:
    now = desk.real.now()
    await desk.db.execute(
        "UPDATE contact_point SET ended_at = $2 WHERE person_id = ANY($1)", list(people), now
    )


async def test_a_newcomer_without_a_channel_silences_no_department(desk: Desk) -> None:
    await newcomer(desk)
    assert await to_triage(desk) == [desk.world.engineer, desk.world.second_engineer]


async def test_once_the_newcomer_has_a_channel_reports_go_to_them(desk: Desk) -> None:
    new = await newcomer(desk)
    account = await desk.value("SELECT id FROM channel_account")
    await add_contact(desk.db, new, account, "x@hospital.example")
    assert await to_triage(desk) == [new]
    await desk.db.execute("UPDATE channel_account SET active = false")
    assert await to_triage(desk) == [new], "nothing reaches anybody: the ledger shows whose it was"


async def test_where_nothing_reaches_anybody_with_the_role_an_administrator_is_told(desk: Desk) -> None:
    new = await newcomer(desk)
    await silence(desk, desk.world.engineer, desk.world.second_engineer)
    assert await to_triage(desk) == [desk.administrator]
    case = await desk.report()
    assert new not in dict(await desk.told(case)).values()


async def test_an_address_that_refused_for_good_is_none_for_a_week_or_until_it_takes_something(
    desk: Desk,
) -> None:
    account = await desk.value("SELECT id FROM channel_account")
    way = (account, f"{desk.world.engineer}@hospital.example")
    async with desk.db.connection() as connection:
        await reach.refused(connection, *way, desk.real.now())
        assert await to_triage(desk) == [desk.world.second_engineer]
        await reach.worked(connection, [way])
        assert len(await to_triage(desk)) == 2
        await reach.refused(connection, *way, desk.real.now())
    desk.real.forward(reach.LATELY + timedelta(seconds=1))
    assert len(await to_triage(desk)) == 2


async def test_instead_of_an_engineer_on_the_case_those_who_may_go_on_are_told(desk: Desk) -> None:
    await silence(desk, desk.world.engineer)
    data = {**TRIAGE, "technician": desk.world.engineer}
    case = await desk.act(await desk.report(), "triage", desk.world.second_engineer, data)
    told = await desk.db.fetch(
        "SELECT person_id, variables FROM message WHERE case_id = $1 AND kind = 'repair.assigned'",
        case.case_id,
    )
    assert [row["person_id"] for row in told] == [desk.administrator], "the other engineer did it"
    assert told[0]["variables"]["stand_in_for"] == "Engineer"


async def test_the_head_of_the_department_confirms_for_a_reporter_whom_nothing_reaches(desk: Desk) -> None:
    case = await desk.repaired()
    assert ("please_confirm", desk.world.department_head) in await desk.told(case)
    assert ("please_confirm", desk.world.reporter) not in await desk.told(case)


async def test_a_reminder_that_reaches_nobody_counts_nobody_as_told(desk: Desk) -> None:
    await desk.db.execute("UPDATE channel_account SET active = false")
    case = await desk.report()
    await desk.move_clock(timedelta(minutes=31))
    step = await desk.value(
        "SELECT data FROM step WHERE case_id = $1 AND action = 'remind' ORDER BY id", case.case_id
    )
    assert step["told"] == 0


async def test_who_is_barred_is_told_along_with_an_administrator(desk: Desk) -> None:
    await silence(desk, desk.world.head)
    case = await desk.triaged("60000")
    assert [person for kind, person in await desk.told(case) if kind == "please_approve"] == [
        desk.administrator
    ]
