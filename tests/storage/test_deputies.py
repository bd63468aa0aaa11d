"""Who is there for somebody who is away: in the directory, and on cases."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from storage import reach
from tests.support.desk import LARGE, Desk, open_desk
from tests.support.world import add_absence, add_person
from workflows.errors import DutiesSeparated
from workflows.identity.roles import Role

DAY = timedelta(days=1)


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with open_desk(database_url) as opened:
        yield opened


async def away(desk: Desk, person: int, deputy: int | None) -> None:
    now = desk.business.now()
    await add_absence(desk.db, person, deputy, now - DAY, now + DAY)


async def holders(desk: Desk, role: Role) -> list[int]:
    path = await desk.value("SELECT path FROM organisation WHERE id = $1", desk.world.department)
    async with desk.db.connection() as connection:
        found = await reach.holders(connection, [role], path, desk.business.now(), desk.real.now())
        return list(found.nearest[role])


async def test_the_deputy_is_told_instead_of_the_absent(desk: Desk) -> None:
    await away(desk, desk.world.head, desk.world.reporter)
    assert await holders(desk, Role.EQUIPMENT_HEAD) == [desk.world.reporter]


async def test_an_absence_counts_between_its_ends_alone(desk: Desk) -> None:
    await away(desk, desk.world.head, desk.world.reporter)
    desk.real.forward(2 * DAY)
    assert await holders(desk, Role.EQUIPMENT_HEAD) == [desk.world.head]
    assert (await desk.viewer(desk.world.reporter)).acts_for == ()


async def test_an_absence_that_was_called_off_does_not_count(desk: Desk) -> None:
    await away(desk, desk.world.head, desk.world.reporter)
    await desk.db.execute("UPDATE absence SET ended_at = now()")
    assert await holders(desk, Role.EQUIPMENT_HEAD) == [desk.world.head]


async def test_a_deputy_who_is_away_has_a_deputy_in_turn(desk: Desk) -> None:
    await away(desk, desk.world.head, desk.world.engineer)
    await away(desk, desk.world.engineer, desk.world.second_engineer)
    assert await holders(desk, Role.EQUIPMENT_HEAD) == [desk.world.second_engineer]
    last = await desk.viewer(desk.world.second_engineer)
    assert {absent.name for absent in last.acts_for} == {"Head of Equipment", "Engineer"}


async def test_two_who_stand_in_for_each_other_are_told_themselves(desk: Desk) -> None:
    await away(desk, desk.world.head, desk.world.engineer)
    await away(desk, desk.world.engineer, desk.world.head)
    assert await holders(desk, Role.EQUIPMENT_HEAD) == [desk.world.head]


async def test_where_no_deputy_is_there_the_next_level_is_told(desk: Desk) -> None:
    near = await add_person(desk.db, desk.world.department, "Head near by", Role.EQUIPMENT_HEAD)
    await away(desk, near, desk.world.reporter)
    await desk.db.execute("UPDATE person SET active = false WHERE id = $1", desk.world.reporter)
    assert await holders(desk, Role.EQUIPMENT_HEAD) == [desk.world.head]


async def test_the_absent_keeps_their_grants_and_the_deputy_has_them_too(desk: Desk) -> None:
    await away(desk, desk.world.head, desk.world.reporter)
    head, deputy = await desk.viewer(desk.world.head), await desk.viewer(desk.world.reporter)
    assert [grant.role for grant in head.grants] == [Role.EQUIPMENT_HEAD]
    assert {grant.role: grant.for_person for grant in deputy.grants} == {
        Role.MEDICAL_STAFF: None,
        Role.EQUIPMENT_HEAD: desk.world.head,
    }


async def test_a_deputy_sees_and_does_what_waits_and_history_says_for_whom(desk: Desk) -> None:
    case = await desk.triaged(LARGE)
    await away(desk, desk.world.head, desk.world.second_engineer)
    assert [line.number for line in await desk.cases.todo(await desk.viewer(desk.world.second_engineer))] == [
        case.number
    ]
    await desk.act(case, "approve", desk.world.second_engineer)
    behalf = await desk.value("SELECT data->>'for_person' FROM step ORDER BY id DESC LIMIT 1")
    assert behalf == "Head of Equipment"


async def test_a_deputy_does_not_decide_on_their_own_request(desk: Desk) -> None:
    case = await desk.triaged(LARGE)
    await away(desk, desk.world.head, desk.world.engineer)
    with pytest.raises(DutiesSeparated):
        await desk.act(case, "approve", desk.world.engineer)


async def test_the_deputy_plays_the_part_of_an_absent_engineer(desk: Desk) -> None:
    case = await desk.triaged()
    await away(desk, desk.world.engineer, desk.world.reporter)
    assert [line.number for line in await desk.cases.todo(await desk.viewer(desk.world.reporter))] == [
        case.number
    ]
    case = await desk.act(case, "start", desk.world.reporter)
    assert case.state == "in_progress"


async def test_what_concerns_an_absent_reporter_goes_to_their_deputy(desk: Desk) -> None:
    case = await desk.report()
    await away(desk, desk.world.reporter, desk.world.department_head)
    case = await desk.repaired(case)
    told = {person for _, person in await desk.told(case)}
    assert desk.world.department_head in told
    assert desk.world.reporter not in told
