"""Taking note of a message by whichever channel: in the ledger, and in the case where the message offers it."""

from datetime import timedelta

import pytest

from tests.support.desk import Desk
from tests.workflows.alarm.test_alarm import measured, raised
from workflows.acknowledging import Acknowledged, Acknowledging
from workflows.actor import Door
from workflows.engine import Outcome
from workflows.registry import all_workflows

MESSAGE = "SELECT id FROM message WHERE kind = $1 AND person_id = $2"
NOTED = "SELECT acknowledged_way FROM message WHERE id = $1"


@pytest.fixture
def acknowledging(desk: Desk) -> Acknowledging:
    return Acknowledging(desk.db, desk.engine, all_workflows(), desk.clocks)


async def message_to(desk: Desk, person: int, kind: str = "alarm.alarm") -> int:
    found: int = await desk.value(MESSAGE, kind, person)
    return found


async def state(desk: Desk, case: Outcome) -> str:
    found: str = await desk.value("SELECT state FROM work_case WHERE id = $1", case.case_id)
    return found


async def test_an_alarm_is_acknowledged_by_its_sms(desk: Desk, acknowledging: Acknowledging) -> None:
    case = await raised(desk, 29)
    message = await message_to(desk, desk.world.engineer)
    assert await acknowledging.acknowledge(message, Door.SMS) is Acknowledged.NOTED
    assert await desk.value(NOTED, message) == "sms"
    assert await state(desk, case) == "acknowledged"
    step = "SELECT door FROM step WHERE action = 'acknowledge' AND person_id = $1"
    assert await desk.value(step, desk.world.engineer) == "sms"


async def test_a_second_time_changes_nothing(desk: Desk, acknowledging: Acknowledging) -> None:
    await raised(desk, 29)
    message = await message_to(desk, desk.world.engineer)
    await acknowledging.acknowledge(message, Door.SMS)
    assert await acknowledging.acknowledge(message, Door.VOICE) is Acknowledged.ALREADY
    assert await desk.value(NOTED, message) == "sms"


async def test_who_comes_second_is_told_that_it_moved_on(desk: Desk, acknowledging: Acknowledging) -> None:
    await raised(desk, 29)
    await acknowledging.acknowledge(await message_to(desk, desk.world.engineer), Door.SMS)
    late = await message_to(desk, desk.world.second_engineer)
    assert await acknowledging.acknowledge(late, Door.VOICE) is Acknowledged.MOVED_ON
    assert await desk.value(NOTED, late) == "voice"


async def test_what_asks_for_more_than_a_nod_is_only_noted(desk: Desk, acknowledging: Acknowledging) -> None:
    case = await desk.report()
    message: int = await desk.value("SELECT max(id) FROM message WHERE case_id = $1", case.case_id)
    before = await state(desk, case)
    assert await acknowledging.acknowledge(message, Door.SMS) is Acknowledged.NOTED
    assert await state(desk, case) == before


async def test_a_message_that_was_never_written_is_unknown(acknowledging: Acknowledging) -> None:
    assert await acknowledging.acknowledge(4711, Door.MAIL) is Acknowledged.UNKNOWN


async def test_somebody_who_left_acknowledges_nothing_and_moves_no_case(
    desk: Desk, acknowledging: Acknowledging
) -> None:
    case = await raised(desk, 29)
    message = await message_to(desk, desk.world.engineer)
    await desk.db.execute("UPDATE person SET active = false WHERE id = $1", desk.world.engineer)
    desk.real.forward(timedelta(minutes=1))
    assert await acknowledging.acknowledge(message, Door.SMS) is Acknowledged.UNKNOWN
    assert await desk.value(NOTED, message) == ""
    assert await state(desk, case) == "raised"


STORM = """
WITH said AS (
  INSERT INTO message (created_at, case_version, kind, severity, person_id, lane, variables, next_at, state)
  VALUES ($2, 0, 'storm.began', 'critical', $1, 'storm/7', '{"count": 1}', $2, 'sent') RETURNING id)
UPDATE message m SET state = 'bundled', bundle_id = said.id FROM said WHERE m.person_id = $1 RETURNING said.id
"""
JOINS = "UPDATE message SET state = 'bundled', bundle_id = $2 WHERE person_id = $1 AND state = 'queued'"


async def test_case_that_is_raised_anew_within_a_storm_is_acknowledged_anew(
    desk: Desk, acknowledging: Acknowledging
) -> None:
    case, engineer = await raised(desk, 25), desk.world.engineer
    storm: int = await desk.value(STORM, engineer, desk.real.now())
    assert await acknowledging.acknowledge(storm, Door.MAIL) is Acknowledged.NOTED
    assert await state(desk, case) == "acknowledged"
    await measured(desk, 29)
    await desk.db.execute(JOINS, engineer, storm)
    assert await state(desk, case) == "raised"
    await acknowledging.acknowledge(storm, Door.MAIL)
    assert await state(desk, case) == "acknowledged"
