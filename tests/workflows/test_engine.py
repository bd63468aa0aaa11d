"""One transaction per action: who may do what when, and what a repeated or late press leads to."""

import asyncio
from datetime import timedelta

import pytest

from tests.support.desk import LARGE, TRIAGE, Desk
from tests.support.world import LONG_AGO, add_organisation, add_person
from workflows.actor import SYSTEM_ACTOR
from workflows.errors import (
    ActorUnknown,
    DutiesSeparated,
    FormInvalid,
    KeyReused,
    NotOpen,
    NotPermitted,
    Stale,
)
from workflows.identity.roles import Role

LIMIT = "repair.approval_limit"


@pytest.mark.parametrize(
    ("estimate", "state"), [("5000.00", "triaged"), ("5000.01", "awaiting_approval"), ("0", "triaged")]
)
async def test_only_an_estimate_over_the_limit_needs_approval(desk: Desk, estimate: str, state: str) -> None:
    assert (await desk.triaged(estimate)).state == state


async def test_who_asked_for_approval_cannot_approve(desk: Desk) -> None:
    data = {**TRIAGE, "estimate": LARGE, "technician": desk.world.engineer}
    case = await desk.act(await desk.report(), "triage", desk.world.head, data)
    with pytest.raises(DutiesSeparated):
        await desk.act(case, "approve", desk.world.head)
    assert "approve" not in await desk.offers(case, desk.world.head)


async def test_who_reported_cannot_approve(desk: Desk) -> None:
    case = await desk.report(by=desk.world.head)
    case = await desk.act(case, "triage", desk.world.engineer, {**TRIAGE, "estimate": LARGE})
    with pytest.raises(DutiesSeparated):
        await desk.act(case, "approve", desk.world.head)


async def test_who_changed_the_estimate_decides_nothing_of_it_whatever_posts_they_hold(desk: Desk) -> None:
    both = await add_person(desk.db, desk.world.hospital, "Engineer and head", Role.ENGINEER)
    await desk.db.execute(
        "INSERT INTO post (person_id, organisation_id, role, starts_at) VALUES ($1, $2, $3, $4)",
        both,
        desk.world.hospital,
        Role.EQUIPMENT_HEAD,
        LONG_AGO,
    )
    case = await desk.triaged(LARGE)
    case = await desk.act(case, "estimate", both, {"estimate": "70000", "reason": "worse"})
    for action, data in (("approve", {}), ("reject", {"reason": "too dear"})):
        with pytest.raises(DutiesSeparated):
            await desk.act(case, action, both, data)


@pytest.mark.parametrize(("estimate", "state"), [("60000", "triaged"), ("60000.01", "awaiting_approval")])
async def test_an_estimate_within_what_was_approved_needs_no_second_approval(
    desk: Desk, estimate: str, state: str
) -> None:
    case = await desk.act(await desk.triaged(LARGE), "approve", desk.world.head)
    changed = {"estimate": estimate, "reason": "another part"}
    assert (await desk.act(case, "estimate", desk.world.engineer, changed)).state == state


async def test_a_card_is_good_as_long_as_the_state_that_it_speaks_of(desk: Desk) -> None:
    case = await desk.report()
    rows = await desk.db.fetch("SELECT kind, valid_while FROM message WHERE case_id = $1", case.case_id)
    assert {(row["kind"], row["valid_while"]) for row in rows} == {
        ("repair.please_triage", case.version),
        ("repair.received", None),
    }


async def test_an_engineer_cannot_approve(desk: Desk) -> None:
    case = await desk.triaged(LARGE)
    with pytest.raises(NotPermitted):
        await desk.act(case, "approve", desk.world.second_engineer)


async def test_an_estimate_changed_after_the_card_went_out_makes_the_press_stale(desk: Desk) -> None:
    card = await desk.triaged(LARGE)
    await desk.act(card, "estimate", desk.world.second_engineer, {"estimate": "70000", "reason": "worse"})
    with pytest.raises(Stale) as refused:
        await desk.act(card, "approve", desk.world.head)
    said = refused.value.say(str)
    assert "Second Engineer has done this in the meantime: changed the estimate" in said
    assert "Awaiting approval" in said


async def test_what_is_approved_is_the_amount_that_was_shown(desk: Desk) -> None:
    card = await desk.triaged("60000.01")
    approved = await desk.act(card, "approve", desk.world.head)
    amount = await desk.value("SELECT approved_amount::text FROM repair WHERE case_id = $1", card.case_id)
    assert (approved.state, amount) == ("triaged", "60000.01")


async def test_a_remark_does_not_make_the_card_stale(desk: Desk) -> None:
    card = await desk.triaged(LARGE)
    await desk.act(card, "remark", desk.world.reporter, {"remark": "Patients are waiting"})
    approved = await desk.act(card, "approve", desk.world.head)
    assert (approved.state, approved.version) == ("triaged", card.version + 2)


async def test_of_two_managers_at_once_one_decides(desk: Desk) -> None:
    second = await add_person(desk.db, desk.world.hospital, "Second Head", Role.EQUIPMENT_HEAD)
    card = await desk.triaged(LARGE)
    answers = await asyncio.gather(
        desk.act(card, "approve", desk.world.head),
        desk.act(card, "reject", second, {"reason": "too dear"}),
        return_exceptions=True,
    )
    refused = [answer for answer in answers if isinstance(answer, Stale | NotOpen)]
    assert (len(refused), len(await desk.steps(card))) == (1, 3)


async def test_the_same_key_at_once_is_one_step_with_one_answer(desk: Desk) -> None:
    card = await desk.triaged(LARGE)
    presses = [desk.act(card, "approve", desk.world.head, key="one press") for _ in range(4)]
    answers = await asyncio.gather(*presses)
    assert {(a.state, a.version) for a in answers} == {("triaged", 3)}
    assert sorted(a.repeated for a in answers) == [False, True, True, True]
    assert len(await desk.steps(card)) == 3


async def test_the_same_report_at_once_is_one_case(desk: Desk) -> None:
    answers = await asyncio.gather(*[desk.report_without_account(key="one form") for _ in range(4)])
    assert len({(a.case_id, a.participant_id) for a in answers}) == 1
    assert await desk.value("SELECT count(*) FROM work_case") == 1
    assert await desk.value("SELECT count(*) FROM participant") == 1


async def test_a_key_used_by_another_person_or_for_another_action_is_refused(desk: Desk) -> None:
    case = await desk.report(key="taken")
    with pytest.raises(KeyReused):
        await desk.act(case, "triage", desk.world.engineer, TRIAGE, key="taken")
    with pytest.raises(KeyReused):
        await desk.report(by=desk.world.engineer, key="taken")


async def test_a_repeated_press_gets_its_answer_although_the_case_has_moved_on(desk: Desk) -> None:
    case = await desk.triaged()
    first = await desk.act(case, "start", desk.world.engineer, key="start")
    await desk.act(first, "finish", desk.world.engineer, {"work_done": "done", "cost": "1"})
    again = await desk.act(case, "start", desk.world.engineer, key="start")
    assert (again.state, again.version, again.repeated) == ("in_progress", first.version, True)


async def test_a_repair_that_leads_nowhere_is_given_up_by_the_head_alone(desk: Desk) -> None:
    case = await desk.act(await desk.triaged(), "start", desk.world.engineer)
    with pytest.raises(NotPermitted):
        await desk.act(case, "cancel", desk.world.engineer, {"reason": "no parts any more"})
    given_up = await desk.act(case, "cancel", desk.world.head, {"reason": "no parts any more"})
    assert given_up.state == "cancelled"
    assert {("cancelled", desk.world.reporter), ("cancelled", desk.world.engineer)} <= {
        *await desk.told(given_up)
    }


async def test_a_foreign_hospitals_head_is_refused(desk: Desk) -> None:
    case = await desk.triaged(LARGE)
    with pytest.raises(NotPermitted):
        await desk.act(case, "approve", desk.stranger)


async def test_somebody_inactive_or_unknown_is_refused(desk: Desk) -> None:
    case = await desk.report()
    await desk.db.execute("UPDATE person SET active = false WHERE id = $1", desk.world.engineer)
    for person in (desk.world.engineer, 999_999):
        with pytest.raises(ActorUnknown):
            await desk.act(case, "triage", person, TRIAGE)


async def test_a_post_that_has_ended_gives_no_right(desk: Desk) -> None:
    case = await desk.triaged(LARGE)
    await desk.db.execute(
        "UPDATE post SET ends_at = $2 WHERE person_id = $1", desk.world.head, desk.business.now()
    )
    with pytest.raises(NotPermitted):
        await desk.act(case, "approve", desk.world.head)


async def test_the_system_may_do_only_what_the_table_gives_it(desk: Desk) -> None:
    with pytest.raises(NotPermitted):
        await desk.act(await desk.triaged(LARGE), "approve", SYSTEM_ACTOR)


@pytest.mark.parametrize("days", [0, 7])
async def test_a_closed_repair_is_reopened_within_the_policys_days(desk: Desk, days: int) -> None:
    case = await desk.closed()
    await desk.move_clock(timedelta(days=7) if days else timedelta(seconds=1))
    again = await desk.act(case, "reopen", desk.world.reporter, {"reason": "noise again"})
    assert again.state == "in_progress"
    assert await desk.value("SELECT closed_at FROM work_case") is None


async def test_after_the_policys_days_a_closed_repair_stays_closed(desk: Desk) -> None:
    case = await desk.closed()
    await desk.move_clock(timedelta(days=7, seconds=1))
    assert await desk.offers(case, desk.world.reporter) == []
    with pytest.raises(NotOpen, match="report the fault again"):
        await desk.act(case, "reopen", desk.world.reporter, {"reason": "noise again"})


async def test_the_hospitals_policy_beats_the_provinces_and_the_newest_version_counts(desk: Desk) -> None:
    province = await add_organisation(desk.db, "province", "Demo Province")
    await desk.db.execute(
        "UPDATE organisation SET path = $1 || path WHERE path LIKE $2",
        f"{province}.",
        f"{desk.world.hospital}.%",
    )
    await desk.set_policy(province, LIMIT, {"amount": 100, "unit": "CNY"}, version=9)
    assert (await desk.triaged("101")).state == "awaiting_approval"
    await desk.set_policy(desk.world.hospital, LIMIT, {"amount": 10, "unit": "CNY"})
    await desk.set_policy(desk.world.hospital, LIMIT, {"amount": 1000, "unit": "CNY"}, version=2)
    assert (await desk.triaged("1000")).state == "triaged"
    assert (await desk.triaged("1000.01")).state == "awaiting_approval"


async def test_a_policy_of_another_hospital_does_not_count(desk: Desk) -> None:
    other = await desk.value("SELECT organisation_id FROM person WHERE id = $1", desk.stranger)
    await desk.set_policy(other, LIMIT, {"amount": 1, "unit": "CNY"})
    assert (await desk.triaged("1200")).state == "triaged"


@pytest.mark.parametrize("who", ["stranger", "reporter", "nobody", "too large", "negative"])
async def test_the_technician_must_be_an_engineer_of_this_hospital(desk: Desk, who: str) -> None:
    people = {"stranger": await foreign_engineer(desk), "reporter": desk.world.reporter, "nobody": 999_999}
    technician = people.get(who, -1 if who == "negative" else 10**30)
    with pytest.raises(FormInvalid) as refused:
        await desk.act(
            await desk.report(), "triage", desk.world.engineer, {**TRIAGE, "technician": technician}
        )
    assert refused.value.fields["technician"][0] == "Please choose one of the options."


async def foreign_engineer(desk: Desk) -> int:
    other = await desk.value("SELECT organisation_id FROM person WHERE id = $1", desk.stranger)
    return await add_person(desk.db, other, "Foreign Engineer", Role.ENGINEER)


async def test_the_head_who_assesses_must_name_an_engineer(desk: Desk) -> None:
    case = await desk.report()
    with pytest.raises(FormInvalid):
        await desk.act(case, "triage", desk.world.head, TRIAGE)
    named = {**TRIAGE, "technician": desk.world.second_engineer}
    case = await desk.act(case, "triage", desk.world.head, named)
    assert await desk.told(case) == [
        ("assigned", desk.world.second_engineer),
        ("taken_up", desk.world.reporter),
    ]


async def test_the_only_head_who_asks_for_approval_is_answered_by_the_vice_director(desk: Desk) -> None:
    director = await add_person(desk.db, desk.world.hospital, "Director", Role.VICE_DIRECTOR)
    asked = {**TRIAGE, "estimate": "180000", "technician": desk.world.engineer}
    case = await desk.act(await desk.report(), "triage", desk.world.head, asked)
    assert await desk.told(case, case.version) == [("please_approve", director)]
    assert (await desk.act(case, "approve", director)).state == "triaged"


async def test_the_only_head_who_reported_is_answered_for_by_the_vice_director(desk: Desk) -> None:
    director = await add_person(desk.db, desk.world.hospital, "Director", Role.VICE_DIRECTOR)
    case = await desk.report(by=desk.world.head)
    case = await desk.act(case, "triage", desk.world.engineer, {**TRIAGE, "estimate": LARGE})
    assert await desk.told(case) == [("please_approve", director)]
    await desk.move_clock(timedelta(hours=4))
    assert await desk.told(case, case.version + 1) == [("approval_waits", director)]


async def test_where_nobody_may_approve_the_head_is_told_all_the_same(desk: Desk) -> None:
    case = await desk.report(by=desk.world.head)
    case = await desk.act(case, "triage", desk.world.engineer, {**TRIAGE, "estimate": LARGE})
    assert await desk.told(case) == [("please_approve", desk.world.head)]
