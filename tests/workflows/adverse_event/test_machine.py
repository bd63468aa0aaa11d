"""The way of an event: who may do what, severity raised later, what closing needs."""

import itertools
from datetime import timedelta
from typing import Any

import pytest

from tests.support.events import HANDLED, Events, shanghai
from workflows.adverse_event.effects import proposed_causality
from workflows.adverse_event.forms import Causality, Tri
from workflows.engine import Outcome
from workflows.errors import DutiesSeparated, FormInvalid, NotOpen, NotPermitted


async def raise_to(events: Events, case: Outcome, **data: Any) -> Outcome:
    """It becomes known now that the event is more serious."""
    now = events.desk.real.now().isoformat()
    return await events.act(
        case, "raise_severity", data={"outcome": "other", "known_at": now, "reason": "r", **data}
    )


async def national(events: Events, case: Outcome) -> None:
    now = events.desk.real.now().isoformat()
    await events.act(case, "report_national", data={"national_reported_at": now})


async def test_whoever_reported_does_not_check_or_grade(events: Events) -> None:
    case = await events.report(by=events.who.safety)
    why = {"reason": "r"}
    for action, data in (("check", {"causality": "possible"}), ("refuse", why), ("send_back", why)):
        with pytest.raises(DutiesSeparated):
            await events.act(case, action, data=data)
    await events.act(case, "check", events.who.director, {"causality": "possible"})
    with pytest.raises(DutiesSeparated):
        await events.act(case, "grade", data={"grade": "IV"})


async def test_of_the_only_safety_officers_own_report_the_vice_director_is_asked(events: Events) -> None:
    case = await events.report("death", by=events.who.safety)
    await events.act(case, "acknowledge", events.desk.world.head)
    await events.later(timedelta(hours=4))
    for kind in ("please_check", "check_waits"):
        assert await events.told(case, kind) == [(events.who.director, None)]


async def test_nobody_but_the_safety_officer_checks(events: Events) -> None:
    case, world = await events.report(), events.desk.world
    people = (world.reporter, world.engineer, world.head, events.who.city, events.who.foreign_safety)
    for person, action in itertools.product(people, ("check", "send_back", "refuse")):
        with pytest.raises(NotPermitted):
            await events.act(case, action, person, {"causality": "possible"})


async def test_people_without_a_post_in_the_hospital_report_nothing(events: Events) -> None:
    for person in (events.desk.stranger, events.who.foreign_safety, events.who.city):
        with pytest.raises(NotPermitted):
            await events.report(by=person)
    assert await events.desk.value("SELECT count(*) FROM work_case") == 0


async def test_a_report_is_sent_back_and_completed_without_stopping_the_clocks(events: Events) -> None:
    case = await events.report("may_cause")
    await events.act(case, "send_back", data={"reason": "Which table?"})
    assert await events.told(case, "sent_back") == [(events.desk.world.reporter, None)]
    completed = {"manifestation": "Table 2 moved", "in_time_order": "yes", "of_known_kind": "yes"}
    back = await events.act(
        case, "complete", events.desk.world.reporter, {**completed, "otherwise_explained": "no"}
    )
    await events.later(timedelta(hours=48, seconds=1))
    assert back.state == "reported"
    assert await events.detail(case, "causality") == "very_likely"
    assert (await events.actions(case)).count("hospital_passed") == 1


async def test_what_is_no_event_ends_and_nothing_more_is_told(events: Events) -> None:
    case = await events.report("death")
    assert (await events.act(case, "refuse", data={"reason": "A drill"})).state == "refused"
    await events.later(timedelta(days=60))
    assert await events.actions(case) == ["report", "refuse"]


async def test_a_grade_is_proposed_by_the_policy(events: Events) -> None:
    shipped = {"death": "I", "serious_injury": "II", "may_cause": "III", "other": "IV"}
    proposed = {outcome: await events.detail(await events.report(outcome), "grade") for outcome in shipped}
    own = {**shipped, "other": "I"}
    await events.desk.set_policy(events.desk.world.hospital, "adverse_event.grades", own)
    assert proposed == shipped
    assert await events.detail(await events.report("other"), "grade") == "I"


@pytest.mark.parametrize(
    ("answers", "causality"),
    [
        ("yes yes no", Causality.VERY_LIKELY),
        ("yes yes yes", Causality.POSSIBLE),
        ("yes no no", Causality.POSSIBLE),
        ("yes no yes", Causality.UNLIKELY),
        ("no yes no", Causality.UNLIKELY),
        ("yes unknown no", Causality.UNDETERMINED),
        ("unknown yes no", Causality.UNDETERMINED),
    ],
)
def test_the_answers_propose_a_causality(answers: str, causality: Causality) -> None:
    in_order, kind, otherwise = (Tri(answer) for answer in answers.split())
    assert proposed_causality(in_order, kind, otherwise) == causality


async def test_a_death_known_later_starts_a_clock_of_its_own(events: Events) -> None:
    case = await events.report("serious_injury")
    await events.graded(case, "II")
    await events.at(shanghai("2026-03-05 10:00"))
    assert (await raise_to(events, case, outcome="death")).state == "checked"
    await events.at(shanghai("2026-03-13 00:00"))
    assert "national_passed" not in await events.actions(case)
    await events.later(timedelta(seconds=1))
    assert (await events.actions(case)).count("national_passed") == 1
    await events.at(shanghai("2026-03-23 00:01"))
    assert (await events.actions(case)).count("national_passed") == 1


async def test_a_death_known_very_late_leaves_the_earlier_limit(events: Events) -> None:
    case = await events.report("serious_injury")
    await events.at(shanghai("2026-03-20 10:00"))
    await raise_to(events, case, outcome="death")
    await events.at(shanghai("2026-03-23 00:00:01"))
    assert (await events.actions(case)).count("national_passed") == 1


async def test_what_was_reported_before_does_not_tell_of_the_death(events: Events) -> None:
    case = await events.report("serious_injury")
    await events.later(timedelta(hours=1))
    await national(events, case)
    await events.at(shanghai("2026-03-10 10:00"))
    await raise_to(events, case, outcome="death")
    early = shanghai("2026-03-09 10:00").isoformat()
    with pytest.raises(FormInvalid):
        await events.act(case, "report_national", data={"national_reported_at": early})
    await events.at(shanghai("2026-03-18 00:00:01"))
    assert (await events.actions(case)).count("national_passed") == 1


async def test_what_was_reported_before_keeps_no_earlier_limit(events: Events) -> None:
    case = await events.report("may_cause")
    await events.later(timedelta(hours=1))
    await national(events, case)
    await events.at(shanghai("2026-03-12 10:00"))
    await raise_to(events, case, outcome="serious_injury")
    assert await events.told(case, "raised") == [(events.desk.world.head, None)]
    await events.at(shanghai("2026-04-02 00:00"))
    assert "national_passed" not in await events.actions(case)
    await events.later(timedelta(seconds=1))
    assert "national_passed" in await events.actions(case)


async def test_what_was_handled_and_is_handled_anew_was_handled_in_time(events: Events) -> None:
    case = await events.graded(await events.report())
    await events.act(case, "handle", data=HANDLED)
    assert (await raise_to(events, case, outcome="may_cause")).state == "checked"
    await events.later(timedelta(hours=49))
    await events.act(case, "grade", data={"grade": "III"})
    await events.act(case, "handle", data=HANDLED)
    await events.later(timedelta(minutes=1))
    assert "hospital_passed" not in await events.actions(case)
    await national(events, case)
    assert (await events.act(case, "close")).state == "closed"


async def test_a_raised_severity_alarms_anew_and_is_graded_anew(events: Events) -> None:
    case = await events.report("serious_injury")
    await events.desk.deadlines.run_due()
    await events.act(case, "acknowledge", events.desk.world.head)
    await events.later(timedelta(hours=1))
    await raise_to(events, case, outcome="death")
    await events.later(timedelta(minutes=16))
    assert len(await events.told(case, "alarm")) == 4
    assert len(await events.told(case, "unacknowledged")) == 1
    assert await events.detail(case, "grade") == "I"


async def test_an_event_that_becomes_one_of_a_group_has_hours_from_that_instant(events: Events) -> None:
    case = await events.report("death")
    await events.later(timedelta(days=3))
    await raise_to(events, case, outcome="death", is_group=True)
    await events.later(timedelta(hours=12))
    assert "province_passed" not in await events.actions(case)
    await events.later(timedelta(seconds=1))
    assert (await events.actions(case)).count("province_passed") == 1


async def test_severity_is_never_lowered(events: Events) -> None:
    case = await events.report("serious_injury")
    for outcome in ("serious_injury", "may_cause", "other"):
        with pytest.raises(FormInvalid) as refused:
            await raise_to(events, case, outcome=outcome)
        assert set(refused.value.fields) == {"outcome"}
    await raise_to(events, case, is_group=True)
    with pytest.raises(FormInvalid):
        await raise_to(events, case, is_group=True)
    assert await events.detail(case, "outcome") == "serious_injury"


async def test_a_closed_event_is_opened_by_a_more_serious_knowledge(events: Events) -> None:
    case = await events.graded(await events.report())
    await events.act(case, "handle", data=HANDLED)
    assert (await events.act(case, "close")).state == "closed"
    assert (await raise_to(events, case, outcome="death")).state == "checked"
    assert await events.desk.value("SELECT closed_at FROM work_case WHERE id = $1", case.case_id) is None


async def test_closing_needs_what_every_clock_asks_for(events: Events) -> None:
    case = await events.report("death", is_group=True)
    await events.graded(case, "II")
    await events.act(case, "handle", data=HANDLED)
    now = events.desk.real.now().isoformat()
    steps = {
        "report_national": {"national_reported_at": now},
        "tell_province": {"province_told_at": now},
        "report_each": {"each_reported_at": now},
    }
    for action, data in steps.items():
        with pytest.raises(NotOpen):
            await events.act(case, "close")
        await events.act(case, action, data=data)
    assert (await events.act(case, "close")).state == "closed"


async def test_a_passed_clock_is_on_record_before_the_case_is_closed(events: Events) -> None:
    case = await events.graded(await events.report("death"), "II")
    await events.act(case, "handle", data=HANDLED)
    events.desk.real.forward(timedelta(days=30))
    await national(events, case)
    with pytest.raises(NotOpen):
        await events.act(case, "close")
    await events.desk.deadlines.run_due()
    assert (await events.act(case, "close")).state == "closed"
    assert (await events.actions(case)).count("national_passed") == 1
