"""How much people hear, on their own page, and the list behind a storm's message."""

from datetime import timedelta

from aiohttp.test_utils import TestServer

from notifier.noise.told_together import Rounds
from storage import mutes
from tests.support.channel_contents import SECRET
from tests.support.pages import Pages, Visitor
from tests.support.wecom_stub import WeComStub
from tests.support.world import add_account, add_contact, add_organisation

RAISED = """
WITH one AS (
  INSERT INTO work_case (number, workflow, definition_version, state, version, entered_version, entered_at,
                         organisation_id, device_id, title, opened_at)
  SELECT 'BJ2026-00000' || n, 'alarm', 1, 'raised', 1, 1, now(), $1, $2, 'T 31 > 28', now() FROM generate_series(1, 3) n
  RETURNING id),
detail AS (
  INSERT INTO alarm (case_id, metric, unit, level, side, value, limit_value, raised_at)
  SELECT id, 'room_temperature', '°C', 'alarm', 'high', 31, 28, now() FROM one),
said AS (
  INSERT INTO message (created_at, case_version, kind, severity, person_id, lane, variables, next_at, state)
  VALUES (now(), 0, 'storm.began', 'critical', $3, 'storm/1', '{"count": 3}', now(), 'sent') RETURNING id),
told AS (
  INSERT INTO message (created_at, case_id, case_version, kind, severity, person_id, lane, variables, valid_while,
                       next_at, state, bundle_id)
  SELECT now(), one.id, 1, 'alarm.alarm', 'critical', $3, one.id || '/', '{}', 1, now(), 'bundled', said.id
    FROM one, said)
INSERT INTO storm (id, person_id, subject, began_at, last_at, count, message_id)
SELECT 1, $3, 'alarm', now(), now(), 3, id FROM said
"""


async def in_a_storm(pages: Pages) -> Visitor:
    world = pages.world
    await pages.db.execute(RAISED, world.hospital, world.device, world.engineer)
    return await pages.person(world.engineer)


async def test_storm_shows_its_cases_and_one_press_acknowledges_them_all(pages: Pages) -> None:
    engineer = await in_a_storm(pages)
    assert "Cases: 3" in (await engineer.get("/me/storms/1")).text
    assert (await engineer.post("/me/storms/1", {})).status == 303
    rows = await pages.db.fetch(
        "SELECT c.state, s.person_id FROM work_case c JOIN step s ON s.case_id = c.id WHERE c.workflow = 'alarm'"
    )
    assert [tuple(row) for row in rows] == [("acknowledged", pages.world.engineer)] * 3
    page = (await engineer.get("/me/storms/1")).text
    assert "You have acknowledged everything received by" in page
    assert 'class="notice done"' in page
    assert "&lt;time" not in page


async def test_storm_is_shown_to_nobody_else(pages: Pages) -> None:
    await in_a_storm(pages)
    other = await pages.person(pages.world.second_engineer)
    assert (await other.get("/me/storms/1")).status == 404


async def test_storm_tells_nothing_but_the_number_of_a_case_that_left_ones_sight(pages: Pages) -> None:
    engineer = await in_a_storm(pages)
    await pages.db.execute(
        "UPDATE work_case SET organisation_id = $1, title = 'secret', state = 'acknowledged' "
        "WHERE number = 'BJ2026-000002'",
        await add_organisation(pages.db, "hospital", "Another Hospital"),
    )
    page = (await engineer.get("/me/storms/1")).text
    assert "BJ2026-000002" in page
    assert "No longer visible to you" in page
    assert [word for word in ("secret", "/cases/BJ2026-000002", "Acknowledged") if word in page] == []


async def test_what_was_stopped_is_heard_again_at_a_press(pages: Pages) -> None:
    person, now = pages.world.engineer, pages.clock.now()
    muting = mutes.Muting(person, "repair.please_triage", now + timedelta(days=3), "sms")
    async with pages.db.transaction() as tx:
        await mutes.mute(tx, muting, now)
    engineer = await pages.person(person)
    assert "Unmute" in (await engineer.get("/me/notices")).text
    mute = await pages.db.fetchrow("SELECT id FROM mute")
    assert mute is not None
    assert (await engineer.post(f"/me/notices/mutes/{mute['id']}/end", {})).status == 303
    assert "Nothing is muted" in (await engineer.get("/me/notices")).text


async def test_own_quiet_hours_are_kept_and_half_of_them_is_refused(pages: Pages) -> None:
    engineer = await pages.person(pages.world.engineer)
    await engineer.get("/me/notices")
    refused = await engineer.post("/me/notices", {"quiet_from": "22:00", "quiet_to": ""})
    assert "Please give both times" in refused.text
    assert (await engineer.post("/me/notices", {"quiet_from": "22:00", "quiet_to": "07:00"})).status == 303
    assert 'value="22:00"' in (await engineer.get("/me/notices")).text


async def test_own_digest_hour_is_kept_and_what_is_no_hour_is_refused(pages: Pages) -> None:
    engineer = await pages.person(pages.world.engineer)
    await engineer.get("/me/notices")
    refused = await engineer.post("/me/notices", {"digest_at": "25:00"})
    assert (refused.status, 'value="25:00"' in refused.text) == (422, True)
    assert (await engineer.post("/me/notices", {"digest_at": "17:00"})).status == 303
    assert 'value="17:00"' in (await engineer.get("/me/notices")).text


async def test_who_asks_for_it_is_told_when_the_case_is_over(pages: Pages) -> None:
    engineer = await in_a_storm(pages)
    await engineer.get("/me/notices/cases/BJ2026-000001")
    assert (await engineer.post("/me/notices/cases/BJ2026-000001", {"do": "watch"})).status == 303
    assert "You will be notified" in (await engineer.get("/me/notices/cases/BJ2026-000001")).text
    rounds = Rounds(pages.db, pages.clock)
    await rounds.run_due()
    told = "SELECT variables->>'number' FROM message WHERE kind = 'watch.over'"
    assert await pages.db.fetch(told) == []
    await pages.db.execute("UPDATE work_case SET closed_at = now() WHERE number = 'BJ2026-000001'")
    await rounds.run_due()
    await rounds.run_due()
    assert [row[0] for row in await pages.db.fetch(told)] == ["BJ2026-000001"]


async def test_case_is_put_off_for_some_days(pages: Pages) -> None:
    engineer = await in_a_storm(pages)
    await engineer.get("/me/notices/cases/BJ2026-000002")
    assert (await engineer.post("/me/notices/cases/BJ2026-000002", {"do": "snooze_3"})).status == 303
    assert "BJ2026-000002" in (await engineer.get("/me/notices")).text


async def test_what_was_stopped_twice_is_heard_again_at_one_press(pages: Pages) -> None:
    person, now = pages.world.engineer, pages.clock.now()
    for days in (3, 5):
        async with pages.db.transaction() as tx:
            muting = mutes.Muting(person, "repair.please_triage", now + timedelta(days=days), "sms")
            await mutes.mute(tx, muting, now)
    engineer = await pages.person(person)
    assert (await engineer.get("/me/notices")).text.count("Unmute") == 1
    row = await pages.db.fetchrow("SELECT id, until FROM mute")
    assert row is not None
    assert row["until"] == now + timedelta(days=5)
    await engineer.post(f"/me/notices/mutes/{row['id']}/end", {})
    async with pages.db.connection() as connection:
        assert await mutes.active(connection, person, "repair.please_triage", None, now) is None


async def test_a_later_choice_of_days_counts_and_what_waited_is_judged_anew(pages: Pages) -> None:
    engineer, now = await in_a_storm(pages), pages.clock.now()
    page = "/me/notices/cases/BJ2026-000002"
    await engineer.get(page)
    await engineer.post(page, {"do": "snooze_7"})
    await pages.db.execute(
        "UPDATE message SET state = 'queued', held = 'snooze', next_at = $1 WHERE case_id IS NOT NULL",
        now + timedelta(days=7),
    )
    await engineer.post(page, {"do": "snooze_1"})
    rows = await pages.db.fetch("SELECT until - $1 FROM mute WHERE ended_at IS NULL", now)
    assert [row[0] for row in rows] == [timedelta(days=1)]
    assert "Postponed until" in (await engineer.get(page)).text
    woken = "SELECT count(*) FROM message WHERE state = 'queued' AND next_at <= $1"
    assert [row[0] for row in await pages.db.fetch(woken, now)] == [1]


async def test_a_test_goes_out_by_each_way_that_works_and_tells_how_it_ended(pages: Pages) -> None:
    person, stub = pages.world.engineer, WeComStub()
    secrets = {"secret": SECRET}
    async with TestServer(stub.app()) as server:
        settings = {"corp_id": "ww1", "agent_id": 1, "base_url": str(server.make_url("")).rstrip("/")}
        for rank, (kind, way, known) in enumerate(
            [("wecom", "zhangsan", settings), ("email", "z@h.example", {}), ("telegram", "77", {})]
        ):
            account = await add_account(
                pages.db, pages.world.hospital, kind, f"{kind}-1", known, secrets, pages.master
            )
            await add_contact(pages.db, person, account, way, rank)
        await pages.db.execute("UPDATE channel_account SET active = false WHERE kind = 'telegram'")
        engineer = await pages.person(person)
        await engineer.get("/me/notices")
        answer = await engineer.post("/me/notices/test", {})
    assert answer.text.count("accepted by the provider") == 1
    assert answer.text.count(">failed<") == 1
    assert [body["touser"] for body in stub.bodies] == ["zhangsan"]
    rows = await pages.db.fetch("SELECT after->>'result' FROM audit WHERE action = 'person.test'")
    assert [row[0].startswith("wecom ok · email failed") for row in rows] == [True]


async def test_tests_to_oneself_are_few_and_need_a_way(pages: Pages) -> None:
    person = pages.world.engineer
    engineer = await pages.person(person)
    await engineer.get("/me/notices")
    assert "You have no working channel" in (await engineer.post("/me/notices/test", {})).text
    account = await add_account(pages.db, pages.world.hospital, "email", "mail-1", {}, {}, pages.master)
    await add_contact(pages.db, person, account, "z@h.example")
    assert [(await engineer.post("/me/notices/test", {})).status for _ in range(4)] == [200, 200, 200, 429]


async def test_what_could_not_be_acknowledged_is_not_said_to_be(pages: Pages) -> None:
    engineer = await in_a_storm(pages)
    await pages.db.execute("DELETE FROM post WHERE person_id = $1", pages.world.engineer)
    await engineer.get("/me/storms/1")
    answer = await engineer.post("/me/storms/1", {})
    assert (answer.status, "Not all of them could be acknowledged" in answer.text) == (409, True)
