"""An event of high grade alarms the managing department at once; the ladder climbs until somebody acknowledges."""

from datetime import timedelta

import pytest

from tests.support.events import Events
from workflows.engine import Outcome
from workflows.errors import DutiesSeparated, NotOpen, NotPermitted

MINUTE = timedelta(minutes=1)


async def climbed(events: Events, case: Outcome) -> list[int]:
    """Who was told that nobody acknowledged, in order: first the house, then the authorities in their own words."""
    kinds = ("unacknowledged", "unacknowledged_there")
    return [person for kind in kinds for person, _ in await events.told(case, kind)]


async def test_each_of_the_department_is_told_at_once_by_all_their_channels(events: Events) -> None:
    serious = [await events.report(outcome) for outcome in ("death", "serious_injury")]
    group = await events.report(is_group=True)
    await events.desk.deadlines.run_due()
    expected = [(who, "all") for who in (events.who.safety, events.desk.world.head)]
    for case in (*serious, group):
        assert sorted(await events.told(case, "alarm")) == sorted(expected)
        assert await events.actions(case) == ["report", "alarm"]


async def test_the_authorities_hear_of_it_at_once_and_are_asked_nothing(events: Events) -> None:
    case = await events.report("death")
    await events.desk.deadlines.run_due()
    officers = [(events.who.city, "all"), (events.who.province, "all")]
    assert await events.told(case, "alarm_above") == officers
    await events.desk.db.execute(
        "DELETE FROM post WHERE person_id IN ($1, $2)", events.who.city, events.who.province
    )
    alone = await events.report("death")
    await events.desk.deadlines.run_due()
    assert await events.told(alone, "alarm_above") == [], "a hospital without authorities in the service"


async def test_a_lesser_event_asks_for_a_check_and_alarms_nobody(events: Events) -> None:
    for outcome in ("other", "may_cause"):
        case = await events.report(outcome)
        await events.later(timedelta(hours=1))
        assert await events.told(case, "please_check") == [(events.who.safety, None)]
        assert await events.told(case, "alarm") == await events.told(case, "unacknowledged") == []


async def test_the_ladder_climbs_by_the_policys_minutes(events: Events) -> None:
    case, seen = await events.report("death"), []
    for minutes in (14, 1, 15, 30, 60, 120, 600):
        await events.later(minutes * MINUTE)
        seen.append(len(await climbed(events, case)))
    who, head = events.who, events.desk.world.head
    assert seen == [0, 1, 2, 3, 4, 5, 5]
    assert await climbed(events, case) == [who.safety, head, who.director, who.city, who.province]


async def test_one_press_stops_the_ladder(events: Events) -> None:
    for person in (events.desk.world.head, events.who.director, events.who.city, events.who.safety):
        case = await events.report("death")
        await events.later(16 * MINUTE)
        await events.act(case, "acknowledge", person)
        await events.later(timedelta(hours=10))
        assert len(await climbed(events, case)) == 1
        assert await events.told(case, "please_check") == [(events.who.safety, None)]
        with pytest.raises(NotOpen):
            await events.act(case, "acknowledge", events.desk.world.head)


async def test_after_an_outage_every_step_is_told_once(events: Events) -> None:
    case = await events.report("death")
    await events.later(timedelta(hours=5))
    await events.later(timedelta(hours=5))
    assert len(await climbed(events, case)) == 5
    assert len(await events.told(case, "alarm")) == 2


async def test_the_safety_officers_own_step_acknowledges(events: Events) -> None:
    case = await events.report("death")
    await events.act(case, "check", data={"causality": "possible"})
    await events.later(timedelta(days=1))
    assert await climbed(events, case) == []
    assert await events.detail(case, "acknowledged_at") is not None


async def test_a_high_grade_alarms_and_whoever_graded_does_not_acknowledge(events: Events) -> None:
    case = await events.graded(await events.report(), "I")
    await events.desk.deadlines.run_due()
    assert len(await events.told(case, "alarm")) == 2
    with pytest.raises(DutiesSeparated):
        await events.act(case, "acknowledge")
    with pytest.raises(NotOpen):
        await events.act(case, "handle", data={"cause": "c", "handling": "h"})
    await events.act(case, "acknowledge", events.desk.world.head)
    assert (await events.act(case, "handle", data={"cause": "c", "handling": "h"})).state == "handled"


@pytest.mark.parametrize(("grades", "alarms"), [(["I"], 0), (["I", "II"], 2)])
async def test_grade_two_alarms_where_the_policy_says_so(
    events: Events, grades: list[str], alarms: int
) -> None:
    policy = {"grades": grades}
    await events.desk.set_policy(events.desk.world.hospital, "adverse_event.high_grades", policy)
    case = await events.graded(await events.report(), "II")
    await events.desk.deadlines.run_due()
    assert len(await events.told(case, "alarm")) == alarms


async def test_an_event_that_alarmed_before_alarms_no_second_time_when_it_is_graded(events: Events) -> None:
    case = await events.report("death")
    await events.desk.deadlines.run_due()
    await events.graded(case, "I")
    await events.later(timedelta(hours=1))
    assert len(await events.told(case, "alarm")) == 2


async def test_audience_and_times_are_the_hospitals(events: Events) -> None:
    hospital = events.desk.world.hospital
    audience = {"roles": ["vice_director"], "ways": "first", "call": False, "chat": True}
    await events.desk.set_policy(hospital, "adverse_event.alarm", audience)
    minutes = {"amount": 3, "unit": "minutes"}
    await events.desk.set_policy(hospital, "adverse_event.unacknowledged", minutes)
    case = await events.report("death")
    await events.later(3 * MINUTE)
    assert await events.told(case, "alarm") == [(events.who.safety, None), (events.who.director, None)]
    assert await climbed(events, case) == [events.who.safety]


async def test_of_their_own_report_no_manager_says_that_the_department_knows(events: Events) -> None:
    case = await events.report("death", by=events.who.safety)
    with pytest.raises(DutiesSeparated):
        await events.act(case, "acknowledge")
    await events.later(30 * MINUTE)
    assert await climbed(events, case) == [events.who.safety, events.desk.world.head]
    await events.act(case, "acknowledge", events.desk.world.head)
    await events.later(timedelta(hours=5))
    assert len(await climbed(events, case)) == 2


async def test_the_reporter_and_a_foreign_officer_acknowledge_nothing(events: Events) -> None:
    case = await events.report("death")
    for person in (events.desk.world.reporter, events.who.foreign_safety):
        with pytest.raises(NotPermitted):
            await events.act(case, "acknowledge", person)
