"""Who is told, people without an account, bad input, and a database that goes away."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from storage.database import Database, DatabaseAway
from storage.failpoints import NoFailPoints
from storage.links import Links
from tests.support.desk import LARGE, TRIAGE, Desk
from tests.support.gate import Gate, gate_to
from tests.support.ledger import changed, everything
from workflows.actor import Actor, Door
from workflows.engine import Engine, Outcome
from workflows.errors import CaseNotFound, FormInvalid, NotPermitted, WorkflowError
from workflows.registry import all_workflows

LINKS = Links(b"k" * 32)


def by_link(opened: Outcome) -> Actor:
    """Whoever holds the follow-up link of a case opened without an account."""
    assert opened.participant_id is not None
    return Actor(Door.LINK, participant_id=LINKS.participant_id(LINKS.token(opened.participant_id)))


async def test_a_role_that_nobody_holds_is_answered_for_by_the_administrator(desk: Desk) -> None:
    await desk.db.execute("UPDATE person SET active = false WHERE id = $1", desk.world.head)
    assert await desk.told(await desk.triaged(LARGE)) == [("please_approve", desk.administrator)]


async def test_everybody_who_holds_the_role_is_told_but_not_who_acted(desk: Desk) -> None:
    case = await desk.report(by=desk.world.engineer)
    assert await desk.told(case) == [
        ("please_triage", desk.world.second_engineer),
        ("received", desk.world.engineer),
    ]


async def test_the_departments_head_confirms_in_the_reporters_place(desk: Desk) -> None:
    case = await desk.repaired()
    closed = await desk.act(case, "confirm", desk.world.department_head)
    assert closed.state == "closed"
    assert (await desk.steps(case))[-1] == ("confirm", "Head of Radiology")


async def test_who_repaired_does_not_confirm_that_it_works(desk: Desk) -> None:
    case = await desk.repaired()
    for person in (desk.world.engineer, desk.world.second_engineer, desk.world.head):
        with pytest.raises(NotPermitted):
            await desk.act(case, "confirm", person)


async def test_who_reported_without_account_confirms_by_link_and_history_says_so(desk: Desk) -> None:
    opened = await desk.report_without_account("A nurse")
    case = await desk.repaired(opened)
    await desk.act(case, "confirm", by_link(opened))
    row = await desk.db.fetchrow("SELECT actor_name, door, person_id FROM step ORDER BY id DESC LIMIT 1")
    assert row is not None
    assert tuple(row) == ("A nurse", "link", None)


async def test_a_link_is_good_for_its_own_case_alone(desk: Desk) -> None:
    stranger, opened = await desk.report_without_account(), await desk.report_without_account()
    case = await desk.repaired(opened)
    with pytest.raises(CaseNotFound):
        await desk.act(case, "confirm", by_link(stranger))


@pytest.mark.parametrize("action", ["approve", "reject"])
async def test_a_link_decides_nothing_else(desk: Desk, action: str) -> None:
    opened = await desk.report_without_account()
    data = {**TRIAGE, "estimate": LARGE}
    case = await desk.act(opened, "triage", desk.world.engineer, data)
    with pytest.raises(NotPermitted):
        await desk.act(case, action, by_link(opened), {"reason": "please"} if action == "reject" else {})


async def test_somebody_without_account_is_told_where_they_left_an_address(desk: Desk) -> None:
    await desk.report_without_account(email="nurse@hospital.example")
    await desk.report_without_account()
    rows = await desk.db.fetch("SELECT kind FROM message WHERE participant_id IS NOT NULL")
    assert [row["kind"] for row in rows] == ["repair.received"]


BAD_FORMS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "a field too many": {**TRIAGE, "approved_amount": "1"},
    "a negative amount": {**TRIAGE, "estimate": "-1"},
    "not a number": {**TRIAGE, "estimate": "NaN"},
    "no amount": {**TRIAGE, "estimate": "much"},
    "three digits after the point": {**TRIAGE, "estimate": "1.001"},
    "too large an amount": {**TRIAGE, "estimate": "10000000000000"},
    "too long a text": {**TRIAGE, "diagnosis": "x" * 1001},
    "only blanks": {**TRIAGE, "diagnosis": " \n "},
    "an unknown urgency": {**TRIAGE, "urgency": "now"},
    "a list": {**TRIAGE, "diagnosis": ["a"]},
}


async def test_a_wrong_form_is_refused_field_by_field_and_changes_nothing(desk: Desk) -> None:
    case = await desk.report()
    before = await everything(desk.db)
    for name, form in BAD_FORMS.items():
        with pytest.raises(FormInvalid) as refused:
            await desk.act(case, "triage", desk.world.engineer, form)
        assert all(text.format(**params) for text, params in refused.value.fields.values()), name
    assert await changed(desk.db, before) == set()


@pytest.mark.parametrize("nasty", ["tube\x00 hot", "tube\ud800 hot", "\x00\x00tube hot"])
async def test_characters_that_no_database_keeps_do_not_stop_a_report(desk: Desk, nasty: str) -> None:
    case = await desk.act(await desk.report(), "triage", desk.world.engineer, {**TRIAGE, "diagnosis": nasty})
    kept = await desk.value("SELECT diagnosis FROM repair WHERE case_id = $1", case.case_id)
    assert kept.replace(" ", "").replace("\ufffd", "") == "tubehot"


async def test_an_action_that_opens_no_case_is_refused(desk: Desk) -> None:
    actor = Actor(Door.PAGE, desk.world.reporter)
    for action in ("approve", "no such action"):
        with pytest.raises(WorkflowError):
            await desk.engine.open("repair", action, actor, {}, place=desk.place, idempotency_key=action)


async def test_an_unknown_case_is_not_found(desk: Desk) -> None:
    with pytest.raises(CaseNotFound):
        await desk.act(Outcome(999_999, "", "", 1), "triage", desk.world.engineer, TRIAGE)


class CutOff(NoFailPoints):
    """The network dies between the last statement and the commit."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self.happened = asyncio.Event()

    def hit(self, name: str) -> None:
        if name == "engine.before_commit":
            self._gate.hang()
            self.happened.set()


END_OTHERS = """
SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
NONE_LEFT = "SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = ANY($1)"
LOCK_WAITED_FOR = "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


async def test_a_press_that_the_server_dies_under_is_not_done_and_works_later(
    desk: Desk, database_url: str
) -> None:
    case = await desk.triaged(LARGE)
    before = await everything(desk.db)
    async with gate_to(database_url) as gate, Database.open(gate.dsn, acquire_timeout_s=1) as away:
        remote = replace(desk, db=away, engine=Engine(away, all_workflows(), desk.clocks, NoFailPoints()))
        async with desk.db.transaction() as tx:
            await tx.execute("SELECT 1 FROM work_case FOR UPDATE")
            press = asyncio.create_task(remote.act(case, "approve", desk.world.head, key="press"))
            await until_true(desk, LOCK_WAITED_FOR)
            await gate.shut()
        with pytest.raises(DatabaseAway):
            await press
        with pytest.raises(DatabaseAway):
            await remote.act(case, "approve", desk.world.head, key="press")
        assert await changed(desk.db, before) == set()
        await gate.unlock()
        approved = await remote.act(case, "approve", desk.world.head, key="press")
    assert (approved.state, approved.repeated) == ("triaged", False)


async def test_a_commit_that_is_lost_on_the_way_is_not_done(desk: Desk, database_url: str) -> None:
    case = await desk.triaged(LARGE)
    async with gate_to(database_url) as gate, Database.open(gate.dsn, acquire_timeout_s=1) as away:
        cut = CutOff(gate)
        remote = replace(desk, engine=Engine(away, all_workflows(), desk.clocks, cut))
        press = asyncio.create_task(remote.act(case, "approve", desk.world.head, key="press"))
        await asyncio.wait_for(cut.happened.wait(), 10)
        await gate.shut()
        with pytest.raises(DatabaseAway):
            await press
    answer = await desk.act(case, "approve", desk.world.head, key="press")
    assert (answer.repeated, len(await desk.steps(case))) == (False, 3)


async def test_connections_that_the_server_ended_are_replaced(desk: Desk) -> None:
    case = await desk.triaged(LARGE)
    async with Database.open(desk.db.dsn, max_size=1) as other:
        ended = [row["pid"] for row in await other.fetch(END_OTHERS)]
        await until_true(replace(desk, db=other), NONE_LEFT, ended)
    with suppress(DatabaseAway):
        await desk.act(case, "approve", desk.world.head, key="press")
    approved = await desk.act(case, "approve", desk.world.head, key="press")
    assert (approved.state, len(await desk.steps(case))) == ("triaged", 3)


async def until_true(desk: Desk, question: str, *args: object) -> None:
    async with asyncio.timeout(10):
        while not await desk.value(question, *args):  # noqa: ASYNC110 - the server makes it true
            await asyncio.sleep(0.01)
