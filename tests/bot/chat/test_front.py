"""Commands and presses through the real callback, as the people of one hospital."""

from datetime import timedelta

import pytest

from tests.support.chat import PAGES, Rig
from tests.support.events import REPORT
from tests.support.world import DEVICE_NUMBER, LABEL, add_contact, add_device, add_organisation, add_person
from workflows.actor import Actor, Door
from workflows.engine import Place

CASE = f'<a href="{PAGES}/cases/'


@pytest.mark.parametrize(("text", "language"), [("待办", "zh_CN"), ("todo", "en")])
async def test_todo_lists_what_waits_with_links(rig: Rig, text: str, language: str) -> None:
    case = await rig.reported()
    reply = (await rig.write("engineer", text)).text
    assert reply.startswith(f'<a href="{PAGES}/todo">[{language[:2]}]To do: 1</a>')
    assert f'{CASE}{case.number}">{case.number}</a> · [{language[:2]}]Reported' in reply
    assert "tube overheats" in reply


async def test_todo_says_when_it_is_due_and_that_it_is_overdue(rig: Rig) -> None:
    await rig.reported()
    assert "until 03-02 09:30" in (await rig.write("engineer", "todo")).text
    rig.clock.forward(timedelta(minutes=30))
    assert "overdue" in (await rig.write("engineer", "todo")).text


async def test_an_adverse_event_is_listed_without_the_reporters_own_words(rig: Rig) -> None:
    place = Place(rig.world.department, rig.world.device)
    actor = Actor(Door.PAGE, rig.world.reporter)
    event = await rig.engine.open("adverse_event", "report", actor, REPORT, place=place, idempotency_key="e")
    reply = (await rig.write("engineer", f"device {DEVICE_NUMBER}")).text
    assert event.number in reply
    assert "Adverse event" in reply
    assert "table moved" not in reply


async def test_todo_of_somebody_with_nothing_to_do_says_so(rig: Rig) -> None:
    assert (await rig.write("head", "todo")).text == "[en]Nothing is waiting for you."


async def test_long_todo_list_counts_all_and_fits_in_one_message(rig: Rig) -> None:
    for _ in range(8):
        await rig.reported()
    reply = (await rig.write("engineer", "待办")).text
    assert "To do: 8" in reply
    assert reply.count(CASE) == 5
    assert len(reply.encode()) <= 2048


@pytest.mark.parametrize(
    ("text", "language"),
    [("设备　ｃｔ－０００１", "zh_CN"), (f"设备{DEVICE_NUMBER}", "zh_CN"), ("device ct-0001", "en")],
)
async def test_device_shows_place_open_cases_and_where_to_report(rig: Rig, text: str, language: str) -> None:
    case = await rig.reported()
    reply = (await rig.write("engineer", text)).text
    assert f'<a href="{PAGES}/devices/{rig.world.device}">CT scanner (CT-0001)</a>' in reply
    assert "First Demo Hospital · Radiology · Room 1" in reply
    assert f"[{language[:2]}]Open cases: 1" in reply
    assert case.number in reply
    assert f'<a href="{PAGES}/d/{LABEL}/report">[{language[:2]}]Report a fault</a>' in reply


async def test_device_without_number_is_asked_for(rig: Rig) -> None:
    reply = (await rig.write("engineer", "设备")).text
    assert "Please write the number" in reply
    assert f"{PAGES}/devices" in reply


@pytest.mark.parametrize("number", ["CT-FOREIGN", "CT-MISSING"])
async def test_foreign_device_looks_like_one_that_does_not_exist(rig: Rig, number: str) -> None:
    other = await add_organisation(rig.db, "hospital", "Second Demo Hospital")
    await add_device(rig.db, other, "CT-FOREIGN")
    reply = (await rig.write("engineer", f"device {number}")).text
    assert reply.startswith(f"[en]I cannot find a device “{number}” in your area.")


@pytest.mark.parametrize(
    ("text", "language", "fault"),
    [
        ("报修 CT-0001 球管过热，停机", "zh_CN", "球管过热，停机"),
        ("报修，CT-0001球管过热", "zh_CN", "球管过热"),
        ("report ct-0001 tube overheats", "en", "tube overheats"),
    ],
)
async def test_report_opens_a_repair_in_the_persons_name(
    rig: Rig, text: str, language: str, fault: str
) -> None:
    reply = (await rig.write("reporter", text)).text
    assert f"[{language[:2]}]Your report about CT scanner was received." in reply
    row = await rig.db.fetchrow(
        "SELECT c.number, c.device_id, r.fault, s.actor_name, s.door FROM work_case c "
        "JOIN repair r ON r.case_id = c.id JOIN step s ON s.case_id = c.id"
    )
    assert row is not None
    assert tuple(row)[1:] == (rig.world.device, fault, "Reporter", "wecom")
    assert f'{CASE}{row["number"]}">' in reply


async def test_report_that_comes_again_gets_the_first_answer(rig: Rig) -> None:
    first = await rig.write("reporter", "report CT-0001 tube overheats", "4561255354251345929")
    again = await rig.write("reporter", "report CT-0001 tube overheats", "4561255354251345929")
    assert again.text == first.text
    assert len(await rig.db.fetch("SELECT id FROM work_case")) == 1


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("报修", "To report a fault, write"),
        ("report CT-0001", "What is wrong with CT scanner?"),
        ("report CT-9 smoke", "I cannot find a device “CT-9”"),
        (f"report CT-0001 {'x' * 1001}", "At most 1000 characters.\n[en]Nothing was saved."),
    ],
)
async def test_report_that_lacks_something_says_what(rig: Rig, text: str, hint: str) -> None:
    assert hint in (await rig.write("reporter", text)).text
    assert await rig.db.fetch("SELECT id FROM work_case") == []


async def test_nothing_is_reported_for_a_retired_device(rig: Rig) -> None:
    await rig.db.execute("UPDATE device SET status = 'retired'")
    assert (
        "is retired, so nothing can be reported" in (await rig.write("reporter", "report CT-0001 smoke")).text
    )
    assert await rig.db.fetch("SELECT id FROM work_case") == []


@pytest.mark.parametrize(
    ("text", "start"),
    [("帮助", "[zh]todo: "), ("help", "[en]todo: "), ("你好", "[zh]I did not understand")],
)
async def test_help_and_unknown_words(rig: Rig, text: str, start: str) -> None:
    assert (await rig.write("engineer", text)).text.startswith(start)


async def test_own_choice_of_language_beats_that_of_the_command(rig: Rig) -> None:
    person = await add_person(rig.db, rig.world.hospital, "Visitor", language="en")
    await add_contact(rig.db, person, rig.account, "visitor")
    assert (await rig.write("visitor", "待办")).text == "[en]Nothing is waiting for you."


async def test_words_of_a_fault_cannot_become_a_link(rig: Rig) -> None:
    await rig.write("reporter", 'report CT-0001 <a href="https://evil.example">press</a>')
    reply = (await rig.write("engineer", "todo")).text
    assert "＜a href" in reply
    assert reply.count("<a ") == 2


async def test_provider_may_spell_the_user_in_another_case(rig: Rig) -> None:
    assert "did not understand" in (await rig.write("Engineer", "hm")).text


async def test_leaver_is_unknown_at_once(rig: Rig) -> None:
    await rig.db.execute("UPDATE person SET active = false WHERE id = $1", rig.world.engineer)
    assert "not known here" in (await rig.write("engineer", "todo")).text
