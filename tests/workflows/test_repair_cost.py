"""What a repair cost is approved like its estimate before the order is closed; the device is in use meanwhile."""

from datetime import timedelta

import pytest

from tests.support.desk import LARGE, Desk
from tests.support.world import LONG_AGO, add_person
from workflows.engine import Outcome
from workflows.errors import DutiesSeparated, NotPermitted, Stale
from workflows.identity.roles import Role

NO_REASON = {"reason": "not what we agreed"}
CONFIRM: dict[str, str] = {}


async def finished(desk: Desk, estimate: str, cost: str, *, approved: bool = True) -> Outcome:
    """A repair with that estimate (approved where it had to be) that an engineer reports as done at that cost."""
    case = await desk.triaged(estimate)
    if case.state == "awaiting_approval" and approved:
        case = await desk.act(case, "approve", desk.world.head)
    case = await desk.act(case, "start", desk.world.engineer)
    return await desk.act(case, "finish", desk.world.engineer, {"work_done": "new tube", "cost": cost})


@pytest.mark.parametrize(
    ("estimate", "cost", "state"),
    [
        ("19999", "52000", "cost_review"),
        ("19999", "99999999", "cost_review"),
        ("19999", "21998.90", "repaired"),  # exactly a tenth more
        ("19999", "21998.91", "cost_review"),
        ("4000", "52000", "cost_review"),
        ("4000", "5000", "repaired"),  # exactly the limit
        ("4000", "5000.01", "cost_review"),
        ("0", "4999", "repaired"),
    ],
)
async def test_cost_over_the_approval_or_the_limit_is_approved_anew(
    desk: Desk, estimate: str, cost: str, state: str
) -> None:
    case = await finished(desk, estimate, cost)
    asked = ("please_approve_cost", desk.world.head) in await desk.told(case)
    assert (case.state, asked) == (state, state == "cost_review")


async def test_the_share_is_the_houses_own(desk: Desk) -> None:
    await desk.set_policy(desk.world.hospital, "repair.cost_over", {"amount": 50, "unit": "percent"})
    assert (await finished(desk, "10000", "15000")).state == "repaired"
    assert (await finished(desk, "10000", "15000.01")).state == "cost_review"


async def test_who_approved_hears_of_a_cost_slightly_over_it(desk: Desk) -> None:
    director = await add_person(desk.db, desk.world.hospital, "Director", Role.VICE_DIRECTOR)
    case = await desk.act(await desk.triaged("19999"), "approve", director)
    case = await desk.act(case, "start", desk.world.engineer)
    case = await desk.act(case, "finish", desk.world.engineer, {"work_done": "tube", "cost": "20000"})
    informed = {person for kind, person in await desk.told(case) if kind == "cost_above"}
    assert informed == {desk.world.head, director}
    exactly = await finished(desk, "19999", "19999")
    assert "cost_above" not in {kind for kind, _ in await desk.told(exactly)}


async def test_confirmed_work_is_closed_by_the_approval_and_not_before(desk: Desk) -> None:
    case = await finished(desk, "19999", "52000")
    case = await desk.act(case, "confirm", desk.world.reporter, CONFIRM)
    assert case.state == "cost_review"
    assert "confirm" not in await desk.offers(case, desk.world.reporter)
    case = await desk.act(case, "approve_cost", desk.world.head)
    amount = await desk.value("SELECT approved_amount FROM repair WHERE case_id = $1", case.case_id)
    assert (case.state, amount) == ("closed", 52000)


async def test_approved_cost_still_waits_for_the_reporter(desk: Desk) -> None:
    case = await finished(desk, "19999", "52000")
    case = await desk.act(case, "approve_cost", desk.world.head)
    assert (case.state, ("please_confirm", desk.world.reporter) in await desk.told(case)) == (
        "repaired",
        True,
    )
    assert (await desk.act(case, "confirm", desk.world.reporter, CONFIRM)).state == "closed"


async def test_nobody_approves_a_cost_that_they_entered_or_without_the_right(desk: Desk) -> None:
    both = await add_person(desk.db, desk.world.hospital, "Both", Role.ENGINEER)
    await desk.db.execute(
        "INSERT INTO post (person_id, organisation_id, role, starts_at) VALUES ($1, $2, $3, $4)",
        both,
        desk.world.hospital,
        Role.EQUIPMENT_HEAD,
        LONG_AGO,
    )
    case = await desk.act(await desk.triaged("4000"), "start", both)
    case = await desk.act(case, "finish", both, {"work_done": "tube", "cost": "52000"})
    with pytest.raises(DutiesSeparated):
        await desk.act(case, "approve_cost", both)
    with pytest.raises(NotPermitted):
        await desk.act(case, "approve_cost", desk.world.second_engineer)


async def test_a_refused_cost_goes_back_to_who_entered_it_and_is_asked_again(desk: Desk) -> None:
    case = await finished(desk, "19999", "52000")
    case = await desk.act(case, "refuse_cost", desk.world.head, NO_REASON)
    assert (case.state, await desk.told(case)) == ("cost_refused", [("cost_refused", desk.world.engineer)])
    todo = await desk.cases.todo(await desk.viewer(desk.world.engineer))
    assert [line.number for line in todo] == [case.number]
    explained = {"cost": "52000", "reason": "the maker raised the price"}
    case = await desk.act(case, "correct_cost", desk.world.engineer, explained)
    assert (case.state, ("please_approve_cost", desk.world.head) in await desk.told(case)) == (
        "cost_review",
        True,
    )
    slip = {"cost": "5200", "reason": "a nought too many"}
    assert (await desk.act(case, "correct_cost", desk.world.engineer, slip)).state == "repaired"


async def test_a_cost_changed_after_the_card_makes_the_press_stale(desk: Desk) -> None:
    card = await finished(desk, "19999", "52000")
    await desk.act(card, "correct_cost", desk.world.engineer, {"cost": "99999999", "reason": "more"})
    with pytest.raises(Stale):
        await desk.act(card, "approve_cost", desk.world.head)


async def test_not_fixed_reopens_while_the_cost_waits(desk: Desk) -> None:
    case = await finished(desk, "19999", "52000")
    case = await desk.act(case, "confirm", desk.world.reporter, CONFIRM)
    case = await desk.act(case, "reopen", desk.world.reporter, NO_REASON)
    case = await desk.act(case, "finish", desk.world.engineer, {"work_done": "again", "cost": "52000"})
    case = await desk.act(case, "approve_cost", desk.world.head)
    assert case.state == "repaired", "what was confirmed before it was reopened does not count"


async def test_a_repair_finished_by_an_older_version_is_not_closed_before_its_cost_is_approved(
    desk: Desk,
) -> None:
    case = await finished(desk, "19999", "19999")
    await desk.db.execute("UPDATE work_case SET definition_version = 1 WHERE id = $1", case.case_id)
    await desk.db.execute("UPDATE repair SET cost = 52000 WHERE case_id = $1", case.case_id)
    case = await desk.act(case, "confirm", desk.world.reporter, CONFIRM)
    assert (case.state, await desk.told(case)) == ("cost_review", [("please_approve_cost", desk.world.head)])
    assert (await desk.act(case, "approve_cost", desk.world.head)).state == "closed"


async def test_no_time_closes_an_order_whose_cost_waits(desk: Desk) -> None:
    director = await add_person(desk.db, desk.world.hospital, "Director", Role.VICE_DIRECTOR)
    case = await finished(desk, "19999", "52000")
    await desk.move_clock(timedelta(days=40))
    state = await desk.value("SELECT state FROM work_case WHERE id = $1", case.case_id)
    reminded = await desk.db.fetch(
        "SELECT kind, person_id FROM message WHERE case_id = $1 AND kind LIKE '%cost_approval%' ORDER BY id",
        case.case_id,
    )
    assert state == "cost_review"
    assert [tuple(row) for row in reminded] == [
        ("repair.cost_approval_waits", desk.world.head),
        ("repair.cost_approval_overdue", director),
    ]


async def test_amounts_are_shown_with_separators(desk: Desk) -> None:
    case = await finished(desk, LARGE, "99999999")
    sql = "SELECT variables FROM message WHERE case_id = $1 AND kind = 'repair.please_approve_cost'"
    said = await desk.value(sql, case.case_id)
    assert ("99,999,999.00" in said["cost"], "60,000.00" in said["approved"]) == (True, True)
