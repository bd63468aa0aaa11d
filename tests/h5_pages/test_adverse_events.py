"""Adverse events on pages: report, clocks, the patient's sealed data and the record of looks."""

from datetime import timedelta

import pytest

from tests.support.events import CANARY, PATIENT, REPORT, Officials, add_officials
from tests.support.pages import Pages, Visitor
from tests.support.world import add_person
from workflows.identity.roles import Role

WRONG = [
    ("outcome", "", "Please fill this in."),
    ("outcome", "terrible", "Please choose one of the options."),
    ("is_group", "perhaps", "Please choose one of the options."),
    ("known_at", "", "Please fill this in."),
    ("known_at", "yesterday", "Please give date and time"),
    ("known_at", "1772413200", "Please give date and time"),
    ("known_at", "2026-02-30T10:00", "Please give date and time"),
    ("known_at", "2026-03-02T09:01", "This is in the future."),
    ("known_at", "2026-03-01T23:59", "This is before it happened."),
    ("happened_on", "", "Please fill this in."),
    ("happened_on", "2026-02-30", "Please give a date"),
    ("happened_on", "2026-03-03", "This is in the future."),
    ("manifestation", " ", "Please fill this in."),
    ("manifestation", "x" * 1001, "At most 1000 characters."),
    ("device_measures", "x" * 1001, "At most 1000 characters."),
    ("used_by", "a cat", "Please choose one of the options."),
    ("in_time_order", "maybe", "Please choose one of the options."),
    ("of_known_kind", "maybe", "Please choose one of the options."),
    ("otherwise_explained", "maybe", "Please choose one of the options."),
    ("patient_name", "x" * 51, "At most 50 characters."),
    ("patient_age", "x" * 21, "At most 20 characters."),
    ("patient_sex", "cat", "Please choose one of the options."),
    ("patient_phone", "call me", "Please check the phone number."),
    ("patient_record", "x" * 41, "At most 40 characters."),
]

WRONG_ANSWERS: list[tuple[str, dict[str, str], str]] = [
    ("check", {}, "causality"),
    ("check", {"causality": "surely"}, "causality"),
    ("send_back", {"reason": ""}, "reason"),
    ("refuse", {"reason": "x" * 1001}, "reason"),
    ("raise_severity", {"outcome": "other", "known_at": "2026-03-02T09:00", "reason": "r"}, "outcome"),
    ("raise_severity", {"outcome": "death", "known_at": "2026-03-02T09:01", "reason": "r"}, "known_at"),
    ("raise_severity", {"outcome": "death", "known_at": "2026-03-02T08:59", "reason": "r"}, "known_at"),
    ("raise_severity", {"outcome": "death", "known_at": "2026-03-02T09:00"}, "reason"),
    ("report_national", {"national_reported_at": "2026-03-02T08:59"}, "national_reported_at"),
    ("report_national", {"national_reported_at": "2026-03-02T09:01"}, "national_reported_at"),
    ("report_national", {"national_reported_at": "now"}, "national_reported_at"),
    ("tell_province", {"province_told_at": "2026-03-02T09:01"}, "province_told_at"),
    ("report_each", {"each_reported_at": "2026-03-02T08:59"}, "each_reported_at"),
]


@pytest.fixture
async def who(pages: Pages) -> Officials:
    return await add_officials(pages.db, pages.world.hospital)


def address(pages: Pages) -> str:
    return f"/devices/{pages.world.device}/adverse-event"


async def reported(pages: Pages, **typed: str) -> str:
    """An event that was reported on the page; the case's address."""
    nurse = await pages.person(pages.world.reporter)
    await nurse.get(address(pages))
    answer = await nurse.post(address(pages), {**REPORT, **typed})
    assert answer.status == 303, answer.text
    return answer.location


async def looks(pages: Pages) -> list[tuple[str, int]]:
    rows = await pages.db.fetch(
        "SELECT action, person_id FROM audit WHERE action NOT LIKE 'session.%' ORDER BY id"
    )
    return [(row["action"], row["person_id"]) for row in rows]


async def asked(visitor: Visitor, case: str) -> int:
    """The status of the answer to "show the patient's data"."""
    await visitor.get("/todo")
    return (await visitor.post(f"{case}/patient", {})).status


async def test_the_device_page_leads_to_the_report_and_that_to_the_case(pages: Pages, who: Officials) -> None:
    nurse = await pages.person(pages.world.reporter)
    assert f'href="{address(pages)}"' in (await nurse.get(f"/devices/{pages.world.device}")).text
    case = await reported(pages, outcome="death")
    page = await nurse.get(case)
    assert case.startswith("/cases/BL")
    assert "Report to the national system" in page.text
    assert "2026-03-09 24:00" in page.text
    assert "183 h 00 min left" in page.text
    assert 'class="tag level-info">Running' in page.text


async def test_clocks_say_in_word_and_colour_how_far_they_are(pages: Pages, who: Officials) -> None:
    case = await reported(pages, is_group="true")
    pages.clock.forward(timedelta(hours=12))
    at_the_limit = await (await pages.person(who.safety)).get(case)
    assert 'level-critical">The last tenth of the time' in at_the_limit.text
    assert 'level-notice">Half of the time has passed' in at_the_limit.text
    pages.clock.forward(timedelta(hours=6))
    later = await (await pages.person(who.safety)).get(case)
    assert 'level-critical">Passed' in later.text
    assert 'level-urgent">A quarter of the time is left' in later.text
    assert "6 h 00 min left" in later.text


async def test_a_repair_leads_to_an_event_that_names_it(pages: Pages, who: Officials) -> None:
    repair = await pages.report(pages.world.reporter)
    engineer = await pages.person(pages.world.engineer)
    link = f"{address(pages)}?case={repair.number}"
    assert f'href="{link}"' in (await engineer.get(f"/cases/{repair.number}")).text
    form = await engineer.get(link)
    answer = await engineer.post(address(pages), {**REPORT, "case": form.hidden("case")})
    assert f'href="/cases/{repair.number}"' in (await engineer.get(answer.location)).text
    parents = await pages.db.fetch("SELECT parent_id FROM work_case WHERE workflow = 'adverse_event'")
    assert [row["parent_id"] for row in parents] == [repair.case_id]


async def test_an_event_comes_from_no_case_that_is_not_there(pages: Pages, who: Officials) -> None:
    nurse = await pages.person(pages.world.reporter)
    for case in ("WX2026-999999", "nonsense", "<script>"):
        await nurse.get(address(pages))
        assert (await nurse.post(address(pages), {**REPORT, "case": case})).status == 404
    assert await pages.db.fetch("SELECT 1 FROM work_case") == []


async def test_every_wrong_field_is_marked_and_nothing_that_was_typed_is_lost(
    pages: Pages, who: Officials
) -> None:
    nurse = await pages.person(pages.world.reporter)
    for name, value, words in WRONG:
        await nurse.get(address(pages))
        answer = await nurse.post(address(pages), {**REPORT, "patient_name": CANARY, name: value})
        assert answer.status == 422, (name, value)
        assert f'id="fault-{name}">{words}' in answer.text, (name, value)
        assert "The table moved on its own" in answer.text or name == "manifestation"
    assert await pages.db.fetch("SELECT 1 FROM work_case") == []


async def test_the_same_form_sent_twice_is_one_event(pages: Pages, who: Officials) -> None:
    nurse = await pages.person(pages.world.reporter)
    await nurse.get(address(pages))
    first, second = [await nurse.post(address(pages), REPORT) for _ in range(2)]
    assert first.location == second.location


async def test_only_people_with_an_account_and_a_part_in_the_hospital_report(
    pages: Pages, who: Officials
) -> None:
    stranger, officer = await pages.visitor(), await pages.person(who.city)
    foreign = await pages.person(who.foreign_safety)
    assert (await stranger.get(address(pages))).location.startswith("/sign-in")
    assert (await officer.get(address(pages))).status == 403
    assert (await foreign.get(address(pages))).status == 404
    assert (await foreign.post(address(pages), REPORT)).status == 404


async def test_the_safety_officer_sees_the_patient_and_the_look_is_on_record(
    pages: Pages, who: Officials
) -> None:
    case = await reported(pages, **PATIENT)
    officer = await pages.person(who.safety)
    assert CANARY not in (await officer.get(case)).text
    page = await officer.post(f"{case}/patient", {})
    assert page.status == 200
    assert page.headers["Cache-Control"] == "no-store"
    shown = [*(v for k, v in PATIENT.items() if k != "patient_sex"), "Female"]
    assert [value for value in shown if value not in page.text] == []
    (row,) = await pages.db.fetch("SELECT a.*, c.number FROM audit a JOIN work_case c ON c.id = a.case_id")
    assert (row["person_id"], row["door"], row["client"]) == (who.safety, "page", "127.0.0.1")
    assert row["at"] == pages.clock.now()
    assert row["number"] == row["subject"] == case.rpartition("/")[2]
    assert row["data"]["fields"] == list(PATIENT)
    assert CANARY not in str(dict(row))


async def test_each_look_has_a_row_of_its_own_that_officer_and_administrator_see(
    pages: Pages, who: Officials
) -> None:
    case = await reported(pages, **PATIENT)
    officer = await pages.person(who.safety)
    assert [await asked(officer, case) for _ in range(2)] == [200, 200]
    assert await looks(pages) == [("look_at_patient", who.safety)] * 2
    admin = await pages.person(await _administrator(pages))
    for visitor in (officer, admin):
        page = await visitor.get(f"{case}/looks")
        assert "Views: 2" in page.text
        assert page.text.count("Safety Officer") >= 2
        assert CANARY not in page.text
    assert (await (await pages.person(pages.world.reporter)).get(f"{case}/looks")).status == 403


async def _administrator(pages: Pages) -> int:
    return await add_person(pages.db, pages.world.hospital, "Administrator", Role.ADMINISTRATOR)


async def test_a_refused_look_shows_nothing_and_leaves_no_row(pages: Pages, who: Officials) -> None:
    case = await reported(pages, **PATIENT)
    others = {
        pages.world.reporter: 403,
        pages.world.engineer: 403,
        pages.world.head: 403,
        who.director: 403,
        who.city: 403,
        who.province: 403,
        await _administrator(pages): 403,
        who.foreign_safety: 404,
    }
    for person, status in others.items():
        visitor = await pages.person(person)
        assert await asked(visitor, case) == status, person
        assert "Show the patient" not in (await visitor.get(case)).text
    assert await looks(pages) == []


async def test_a_safety_officer_above_the_hospital_is_none_of_its_own(pages: Pages, who: Officials) -> None:
    case = await reported(pages, **PATIENT)
    await pages.db.execute(
        "UPDATE post SET role = $1 WHERE person_id = $2", Role.SAFETY_OFFICER, who.province
    )
    assert await asked(await pages.person(who.province), case) == 403
    assert await looks(pages) == []


async def test_the_patient_is_shown_to_a_press_alone(pages: Pages, who: Officials) -> None:
    case = await reported(pages, **PATIENT)
    officer = await pages.person(who.safety)
    assert (await officer.get(f"{case}/patient")).status == 404
    forged = await officer.post(f"{case}/patient", {"csrf": "guessed"})
    assert forged.status == 403
    assert await looks(pages) == []


async def test_a_look_at_a_repair_is_not_found(pages: Pages, who: Officials) -> None:
    repair = await pages.report(pages.world.reporter)
    officer = await pages.person(who.safety)
    assert await asked(officer, f"/cases/{repair.number}") == 404
    assert (await officer.get(f"/cases/{repair.number}/looks")).status == 404


async def test_a_seal_that_is_broken_shows_nothing(pages: Pages, who: Officials) -> None:
    case = await reported(pages, **PATIENT)
    await pages.db.execute("UPDATE adverse_event SET sealed = jsonb_set(sealed, '{keys}', '{}')")
    officer = await pages.person(who.safety)
    assert await asked(officer, case) == 500
    assert await looks(pages) == []


async def test_the_whole_event_is_handled_on_pages(pages: Pages, who: Officials) -> None:
    case = await reported(pages, outcome="serious_injury")
    officer, head = await pages.person(who.safety), await pages.person(pages.world.head)
    await officer.get(f"{case}/check")
    assert 'value="undetermined" checked' in officer.page.text
    assert (await officer.post(f"{case}/check", {"causality": "possible"})).status == 303
    await officer.get(f"{case}/grade")
    assert 'value="II" checked' in officer.page.text
    assert (await officer.post(f"{case}/grade", {"grade": "II"})).status == 303
    await head.get(f"{case}/handle")
    fields = {"cause": "worn spindle", "handling": "spindle replaced"}
    assert (await head.post(f"{case}/handle", fields)).status == 303
    await officer.get(f"{case}/remark")
    assert (await officer.post(f"{case}/close", {})).status == 409
    await officer.get(f"{case}/report_national")
    told = {"national_reported_at": "2026-03-02T09:00", "report_code": "AE-1"}
    assert (await officer.post(f"{case}/report_national", told)).status == 303
    await officer.get(case)
    assert "Done in time" in officer.page.text
    assert (await officer.post(f"{case}/close", {})).status == 303
    assert "Closed" in (await officer.get(case)).text


async def test_wrong_answers_to_every_action_are_marked(pages: Pages, who: Officials) -> None:
    case = await reported(pages, outcome="serious_injury", is_group="true")
    officer = await pages.person(who.safety)
    for action, fields, marked in WRONG_ANSWERS:
        assert (await officer.get(f"{case}/{action}")).status == 200
        answer = await officer.post(f"{case}/{action}", fields)
        assert answer.status == 422, (action, fields)
        assert f'id="fault-{marked}"' in answer.text, (action, fields)
