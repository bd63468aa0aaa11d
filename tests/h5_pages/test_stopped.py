"""A fault that stops a device shows wherever the device does, until it is back; its way to the end is on pages."""

import re

from storage.access.open_faults import STOPS_IN
from tests.h5_pages.test_cases import repaired
from tests.support.pages import Pages, reported_by_stranger
from tests.support.world import LABEL
from workflows.repair import names

CHIP = "Stopped by a fault"


def test_the_query_knows_the_states_of_the_table() -> None:
    assert set(STOPS_IN) == {str(state) for state in names.STOPS_IN}


async def test_a_stopped_device_shows_on_page_label_and_list_until_it_is_repaired(pages: Pages) -> None:
    case = await pages.report(pages.world.reporter)
    engineer, visitor = await pages.person(pages.world.engineer), await pages.visitor()
    places = [(engineer, f"/devices/{pages.world.device}"), (engineer, "/devices"), (visitor, f"/d/{LABEL}")]
    assert [CHIP in (await who.get(path)).text for who, path in places] == [False] * 3
    await pages.db.execute("UPDATE repair SET device_down = true WHERE case_id = $1", case.case_id)
    assert [CHIP in (await who.get(path)).text for who, path in places] == [True] * 3
    await pages.db.execute("UPDATE work_case SET state = 'repaired' WHERE id = $1", case.case_id)
    assert [CHIP in (await who.get(path)).text for who, path in places] == [False] * 3


async def test_the_label_says_what_is_reported_already_and_no_more(pages: Pages) -> None:
    visitor = await pages.visitor()
    assert "Already reported" not in (await visitor.get(f"/d/{LABEL}")).text
    case = await pages.report(pages.world.reporter, "Smoke behind the panel")
    page = (await visitor.get(f"/d/{LABEL}")).text
    assert "Already reported" in page
    assert "Smoke" not in page
    assert case.number not in page


async def test_not_fixed_stands_beside_fixed_and_closing_leaves_no_big_button(pages: Pages) -> None:
    case = await repaired(pages)
    nurse = await pages.person(pages.world.reporter)
    bar = (await nurse.get(f"/cases/{case.number}")).text.split('class="bar-in"')[1]
    assert "Not fixed, reopen" in bar.split("<details")[0]
    await pages.act(case, "confirm", pages.world.reporter)
    closed = (await nurse.get(f"/cases/{case.number}")).text
    assert "Not fixed, reopen" in closed
    assert not re.findall(r'weui-btn_primary">', closed)


async def test_closed_cases_stand_on_the_page_of_the_device(pages: Pages) -> None:
    case = await repaired(pages)
    await pages.act(case, "confirm", pages.world.reporter)
    page = (await (await pages.person(pages.world.engineer)).get(f"/devices/{pages.world.device}")).text
    assert f'href="/cases/{case.number}"' in page.split("Closed cases")[1]


async def test_to_dos_show_patients_first_then_stopped_devices_then_the_rest(pages: Pages) -> None:
    plain, stopped, red = [await pages.report(pages.world.reporter, f"Fault {nth}") for nth in range(3)]
    await pages.db.execute("UPDATE repair SET device_down = true WHERE case_id = $1", stopped.case_id)
    await pages.db.execute("UPDATE repair SET urgency = 'critical' WHERE case_id = $1", red.case_id)
    page = (await (await pages.person(pages.world.engineer)).get("/todo")).text
    assert re.findall(r'class="lead"><a href="/cases/([^"]+)"', page) == [
        red.number,
        stopped.number,
        plain.number,
    ]
    assert page.count(CHIP) == 1
    assert page.count("Red: critical") == 1


async def test_an_assessment_starts_with_what_the_reporter_said(pages: Pages) -> None:
    case = await pages.report(pages.world.reporter, "Smoke behind the panel")
    page = await (await pages.person(pages.world.engineer)).get(f"/cases/{case.number}/triage")
    assert re.search(r'name="diagnosis"[^>]*>\s*Smoke behind the panel', page.text)


async def test_a_case_says_for_whom_it_waits_for_its_reporter_too(pages: Pages) -> None:
    visitor, link, case = await reported_by_stranger(pages)
    engineer = await pages.person(pages.world.engineer)
    for who, path in ((visitor, link), (engineer, f"/cases/{case.number}")):
        line = (await who.get(path)).text.split('id="waiting">')[1].split("</p>")[0]
        assert re.search(r"Waiting for: .*ngineer", line)
        assert "Assess and assign" in line


async def test_a_closed_case_waits_for_nobody(pages: Pages) -> None:
    case = await repaired(pages)
    await pages.act(case, "confirm", pages.world.reporter)
    page = await (await pages.person(pages.world.engineer)).get(f"/cases/{case.number}")
    assert 'id="waiting"' not in page.text
