"""The whole road of what listeners hear: from the step to another system and to groups, once, and in the ledger."""

from datetime import timedelta
from typing import Any

from storage.database import Record
from tests.support.ears import listen
from tests.support.outside import PAGES, Outside
from tests.support.telegram import GROUP
from tests.support.world import add_contact, add_person

TOLD = """
SELECT m.kind, m.state, d.state AS delivery, d.tries, d.error_code, d.maybe_twice, d.payload
  FROM message m LEFT JOIN delivery d ON d.message_id = m.id WHERE m.account_id = $1 ORDER BY m.id, d.id
"""

HEARS_BELOW_TOO = """
INSERT INTO listener (organisation_id, account_id, address, name, severities, workflows, hears_steps)
SELECT $1, account_id, address, 'again', severities, workflows, true FROM listener
"""


async def told(around: Outside, account: int) -> list[Record]:
    return list(await around.db.fetch(TOLD, account))


async def events(around: Outside) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await around.state())["hooks"][0]["events"]
    return found


async def misbehave(around: Outside, **faults: Any) -> None:
    async with around.http.post(f"{around.sandbox.http}/sandbox/hooks/faults", json=faults) as response:
        assert response.status == 200


async def test_another_system_follows_a_case_by_signed_events(around: Outside) -> None:
    account = await listen(around, "webhook", ["notice"], steps=True)
    case = await around.awaiting_approval()
    await around.drain()
    bodies = [event["body"] for event in await events(around)]
    steps = [body["data"] for body in bodies if body["type"] == "case.step"]
    assert [(step["action"], step["state"]) for step in steps] == [
        ("report", "reported"),
        ("triage", case.state),
    ]
    asked = next(body for body in bodies if body["type"] == "repair.please_approve")
    assert (asked["case"], asked["url"]) == (case.number, f"{PAGES}/cases/{case.number}")
    assert {(row["state"], row["delivery"]) for row in await told(around, account)} == {("sent", "accepted")}


async def test_an_event_comes_again_until_it_is_taken_and_is_taken_once(around: Outside) -> None:
    account = await listen(around, "webhook", ["notice"])
    await misbehave(around, status=503, status_times=2, accept_then_drop_connection=1)
    await around.report()
    await around.live(timedelta(hours=1))
    (event,) = await events(around)
    (row,) = await told(around, account)
    assert (event["times"], row["state"], row["delivery"]) == (2, "sent", "accepted")
    assert (row["tries"], row["maybe_twice"]) == (4, True)


async def test_a_receiver_that_wants_no_more_is_ended_and_its_administrator_told_once(
    around: Outside,
) -> None:
    administrator = await add_person(around.db, around.world.hospital, "Administrator", "administrator")
    await add_contact(around.db, administrator, around.accounts["email"], "visitor@people.example")
    account = await listen(around, "webhook", ["notice"], steps=True)
    await misbehave(around, status=410, status_times=1)
    await around.awaiting_approval()
    await around.live(timedelta(minutes=5))
    rows = await told(around, account)
    assert (rows[0]["state"], rows[0]["error_code"]) == ("withdrawn", "http-410")
    assert {(row["state"], row["delivery"]) for row in rows[1:]} == {("withdrawn", None)}
    await around.report()
    await around.drain()
    assert (len(await told(around, account)), await events(around)) == (len(rows), [])
    (mail,) = await around.mails("visitor@people.example")
    assert "Ear unsubscribed; it has been removed" in mail["subject"]
    (record,) = await around.db.fetch("SELECT action, door, subject, data FROM audit")
    assert tuple(record) == ("listener.end", "system", "Ear", {"code": "http-410"})


async def test_a_group_that_put_the_bot_out_is_ended_too(around: Outside) -> None:
    account = await listen(around, "telegram", ["notice"])
    faults = {"telegram": {"blocked": [GROUP]}}
    async with around.http.post(f"{around.sandbox.http}/sandbox/faults", json=faults) as response:
        assert response.status == 200
    await around.report()
    await around.drain()
    assert [(row["state"], row["error_code"]) for row in await told(around, account)] == [
        ("withdrawn", "403")
    ]
    assert len(await around.db.fetch("SELECT 1 FROM listener WHERE ended_at IS NOT NULL")) == 1


async def test_one_that_refuses_a_single_event_is_told_the_next_ones(around: Outside) -> None:
    account = await listen(around, "webhook", ["notice"])
    await misbehave(around, status=404, status_times=1)
    await around.report()
    await around.live(timedelta(hours=1))
    assert [row["state"] for row in await told(around, account)] == ["sent"]
    assert await around.db.fetch("SELECT 1 FROM listener WHERE ended_at IS NOT NULL") == []


async def test_a_group_that_listens_here_and_above_hears_each_thing_once_and_in_order(
    around: Outside,
) -> None:
    account = await listen(around, "telegram", ["notice"], steps=True)
    await around.db.execute(HEARS_BELOW_TOO, around.world.department)
    await around.awaiting_approval()
    await around.drain()
    rows = await around.db.fetch("SELECT kind, lane FROM message WHERE account_id = $1 ORDER BY id", account)
    kinds = [row["kind"] for row in rows]
    assert sorted(kinds) == ["case.step"] * 2 + ["repair.please_approve", "repair.please_triage"]
    assert len({row["lane"] for row in rows}) == 1


async def test_groups_hear_once_and_can_only_open_pages(around: Outside) -> None:
    robot, group = (
        await listen(around, "wecom_robot", ["notice"]),
        await listen(around, "telegram", ["notice"]),
    )
    case = await around.awaiting_approval()
    await around.drain()
    for account in (robot, group):
        kinds = [row["kind"] for row in await told(around, account) if row["delivery"] == "accepted"]
        assert sorted(kinds) == ["repair.please_approve", "repair.please_triage"]
    chat = (await around.state())["telegram"]["chats"][0]
    asked = next(m for m in chat["messages"] if "to be approved" in m["text"])
    assert all("callback_data" not in button for row in asked["keyboard"] for button in row)
    assert case.number in str(asked["keyboard"])
