"""Licences on pages: registered, followed to the duplicate, listed by colour and city, and verified by anybody."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from h5_pages.services import Rate
from tests.support.licences import DUPLICATE, ORIGINAL, PURCHASE
from tests.support.pages import Answer, Pages, Visitor, running_pages
from tests.support.world import add_organisation, add_person
from workflows.actor import Actor, Door
from workflows.engine import Outcome, Place
from workflows.identity.roles import Role


@dataclass(frozen=True)
class Town:
    """A province with two cities; each has a hospital with its licence contact."""

    province: int
    officer: int
    cities: tuple[int, int]
    hospitals: tuple[int, int]
    contacts: tuple[int, int]


async def town(pages: Pages) -> Town:
    province = await add_organisation(pages.db, "province", "Demo Province")
    cities, hospitals, contacts = [], [], []
    for nth in ("First", "Second"):
        cities.append(await add_organisation(pages.db, "city", f"{nth} City", province))
        hospitals.append(await add_organisation(pages.db, "hospital", f"{nth} Town Hospital", cities[-1]))
        contacts.append(await add_person(pages.db, hospitals[-1], f"{nth} Contact", Role.LICENCE_CONTACT))
    officer = await add_person(pages.db, province, "Officer", Role.PROVINCE_OFFICER)
    return Town(
        province, officer, (cities[0], cities[1]), (hospitals[0], hospitals[1]), (contacts[0], contacts[1])
    )


async def licence(pages: Pages, at: Town, place: int = 0, nth: int = 1, **changes: str) -> Outcome:
    number = f"乙10011{nth:05d}"
    return await pages.engine.open(
        "licence",
        "register",
        Actor(Door.PAGE, at.contacts[place]),
        {**ORIGINAL, "licence_number": number, **changes},
        place=Place(at.hospitals[place]),
        idempotency_key=f"licence {nth}",
    )


async def key_of(pages: Pages, case: Outcome) -> str:
    row = await pages.db.fetchrow("SELECT public_key FROM licence WHERE case_id = $1", case.case_id)
    assert row is not None
    return str(row["public_key"])


async def post_original(visitor: Visitor, **typed: str) -> Answer:
    await visitor.get("/licences/new")
    return await visitor.post("/licences/new", {**ORIGINAL, **typed})


async def test_a_licence_goes_its_whole_way_on_pages(pages: Pages) -> None:
    at = await town(pages)
    contact, officer = await pages.person(at.contacts[0]), await pages.person(at.officer)
    answer = await post_original(contact, unit=str(at.hospitals[0]))
    assert answer.status == 303, answer.text
    url = answer.location
    for visitor, action, typed in (
        (contact, "purchase", PURCHASE),
        (contact, "acknowledge", {"planned_on": "2026-05-01"}),
        (contact, "apply", DUPLICATE),
        (officer, "issue", {}),
    ):
        await visitor.get(f"{url}/{action}")
        assert (await visitor.post(f"{url}/{action}", typed)).status == 303
    page = (await contact.get(url)).text
    for shown in ("Duplicate issued", "DEMO-1", "State-owned", "2026-05-01", ORIGINAL["credit_code"]):
        assert shown in page


async def test_the_only_hospital_is_chosen_and_its_name_filled_in(pages: Pages) -> None:
    at = await town(pages)
    await pages.db.execute(
        "UPDATE organisation SET code = '12320000466000002A' WHERE id = $1", at.hospitals[0]
    )
    form = (await (await pages.person(at.contacts[0])).get("/licences/new")).text
    assert "class_code_checked" not in form
    assert 'value="First Town Hospital"' in form
    assert 'value="12320000466000002A"' in form


WRONG = {
    "unit": ["", "999999", "x"],
    "licence_number": ["", "乙100110000", "丙1001100001", "乙9901100001", "甲10011000012"],
    "unit_name": ["", "x" * 201],
    "legal_representative": ["", "x" * 101],
    "ownership": ["", "none"],
    "device_address": ["", "x" * 301],
    "credit_code": ["", "1232000046600000", "I2320000466000002A"],
    "device_name": ["", "x" * 201],
    "ladder_type": ["x" * 101],
    "issuing_authority": ["", "x" * 201],
    "issued_on": ["", "tomorrow", "2026-02-30", "2026-03-03", "1066-10-14"],
}


async def test_whatever_is_wrong_is_said_at_its_field_and_nothing_is_saved(pages: Pages) -> None:
    at = await town(pages)
    contact = await pages.person(at.contacts[0])
    for field, values in WRONG.items():
        for value in values:
            answer = await post_original(contact, **{"unit": str(at.hospitals[0]), field: value})
            assert answer.status == 422, (field, value)
            assert f'id="fault-{field}"' in answer.text, (field, value)
    assert await pages.db.fetch("SELECT 1 FROM work_case") == []


async def test_an_unknown_class_code_is_let_through_by_a_tick(pages: Pages) -> None:
    at = await town(pages)
    contact = await pages.person(at.contacts[0])
    typed = {"unit": str(at.hospitals[0]), "licence_number": "乙1009100001"}
    answer = await post_original(contact, **typed)
    assert 'id="fault-class_code_checked"' in answer.text
    assert (await post_original(contact, **typed, class_code_checked="true")).status == 303


async def test_a_wrong_check_digit_is_let_through_with_a_reason(pages: Pages) -> None:
    at = await town(pages)
    contact = await pages.person(at.contacts[0])
    typed = {"unit": str(at.hospitals[0]), "credit_code": "91350100M000100Y4A"}
    answer = await post_original(contact, **typed)
    assert 'id="fault-credit_code_reason"' in answer.text
    answer = await post_original(contact, **typed, credit_code_reason="so it was given")
    assert "so it was given" in (await contact.get(answer.location)).text


async def test_a_number_that_is_there_already_is_said_at_its_field(pages: Pages) -> None:
    at = await town(pages)
    contact = await pages.person(at.contacts[0])
    await licence(pages, at, nth=1)
    answer = await post_original(contact, unit=str(at.hospitals[0]), licence_number="乙1001100001")
    assert answer.status == 422
    assert "This is registered already." in answer.text


async def test_only_who_may_register_sees_the_form(pages: Pages) -> None:
    at = await town(pages)
    head = await pages.person(await add_person(pages.db, at.hospitals[0], "Head", Role.EQUIPMENT_HEAD))
    assert (await head.get("/licences/new")).status == 403
    assert "Register an original" not in (await head.get("/licences")).text
    assert (await (await pages.visitor()).get("/licences/new")).location.startswith("/sign-in")


async def test_nobody_registers_at_a_hospital_of_others(pages: Pages) -> None:
    at = await town(pages)
    answer = await post_original(await pages.person(at.contacts[0]), unit=str(at.hospitals[1]))
    assert answer.status == 422
    assert await pages.db.fetch("SELECT 1 FROM work_case") == []


ISSUED = {
    "red": "2024-03-01",
    "orange": "2024-03-02",
    "yellow": "2024-04-10",
    "blue": "2024-07-01",
    "later": "2025-01-01",
}


async def many(pages: Pages) -> Town:
    """One licence of each colour in the first city, and a red one in the second."""
    at = await town(pages)
    for nth, (colour, issued_on) in enumerate(ISSUED.items(), start=1):
        await licence(pages, at, nth=nth, issued_on=issued_on, device_name=f"{colour} device")
    await licence(pages, at, place=1, nth=9, issued_on="2024-02-29", device_name="far device")
    return at


async def test_the_list_counts_by_colour_and_shows_the_nearest_limit_first(pages: Pages) -> None:
    at = await many(pages)
    page = (await (await pages.person(at.officer)).get("/licences")).text
    places = [page.index(f"{name} device") for name in ("far", "red", "orange", "yellow", "blue", "later")]
    assert places == sorted(places)
    for colour, count in {"red": 2, "orange": 1, "yellow": 1, "blue": 1, "later": 1}.items():
        assert f"colour={colour}&amp;" in page
        assert f"<b>{count}</b>" in page.split(f"colour={colour}&amp;")[1].split("</a>")[0]
    assert "2 days past" in page
    assert "0 days left" in page


@pytest.mark.parametrize("colour", ISSUED)
async def test_the_list_is_filtered_by_colour(pages: Pages, colour: str) -> None:
    at = await many(pages)
    page = (await (await pages.person(at.contacts[0])).get(f"/licences?colour={colour}")).text
    assert [name for name in ISSUED if f"{name} device" in page] == [colour]


async def test_the_list_is_filtered_by_city_and_words(pages: Pages) -> None:
    at = await many(pages)
    officer = await pages.person(at.officer)
    second = (await officer.get(f"/licences?city={at.cities[1]}&colour=red")).text
    assert "far device" in second
    assert "red device" not in second
    found = (await officer.get("/licences?city=&q=1100003")).text
    assert "yellow device" in found
    assert "blue device" not in found


async def test_the_list_shows_what_lies_in_scope_alone(pages: Pages) -> None:
    at = await many(pages)
    page = (await (await pages.person(at.contacts[1])).get("/licences?all=1")).text
    assert "far device" in page
    assert "red device" not in page


async def test_issued_ones_are_listed_only_when_asked_for(pages: Pages) -> None:
    at = await town(pages)
    case = await licence(pages, at)
    for action, by, data in (
        ("purchase", at.contacts[0], PURCHASE),
        ("apply", at.contacts[0], DUPLICATE),
        ("issue", at.officer, {}),
    ):
        await pages.act(case, action, by, **data)
    officer = await pages.person(at.officer)
    assert "No licence is found here" in (await officer.get("/licences")).text
    assert case.number in (await officer.get("/licences?all=1")).text


async def test_a_wrong_filter_is_no_page(pages: Pages) -> None:
    at = await town(pages)
    officer = await pages.person(at.officer)
    assert (await officer.get("/licences?colour=green")).status == 404
    assert (await officer.get("/licences?city=x")).status == 404


async def test_the_menu_leads_those_who_look_after_licences_there(pages: Pages) -> None:
    at = await town(pages)
    assert 'href="/licences"' in (await (await pages.person(at.contacts[0])).get("/todo")).text
    assert 'href="/licences"' not in (await (await pages.person(pages.world.reporter)).get("/todo")).text


async def test_the_case_page_shows_colour_and_days_left(pages: Pages) -> None:
    at = await town(pages)
    case = await licence(pages, at, issued_on="2024-04-10")
    page = (await (await pages.person(at.contacts[0])).get(f"/cases/{case.number}")).text
    assert '<span class="tag level-notice">Yellow</span>' in page
    assert "39 days left" in page
    assert "The purchase is not recorded." in page


async def test_anybody_verifies_a_licence_by_its_code(pages: Pages) -> None:
    at = await town(pages)
    case = await licence(pages, at)
    visitor = await pages.visitor()
    page = (await visitor.get(f"/l/{await key_of(pages, case)}")).text
    for shown in (
        "乙1001100001",
        "First Demo Hospital",
        "PET/CT",
        "Demo Health Commission",
        "2025-03-02",
        "Original issued",
    ):
        assert shown in page
    for hidden in (ORIGINAL["legal_representative"], ORIGINAL["credit_code"], case.number, "Open the case"):
        assert hidden not in page


async def test_who_sees_the_case_is_led_to_it_and_others_are_not(pages: Pages) -> None:
    at = await town(pages)
    case = await licence(pages, at)
    url = f"/l/{await key_of(pages, case)}"
    assert f"/cases/{case.number}" in (await (await pages.person(at.contacts[0])).get(url)).text
    assert case.number not in (await (await pages.person(at.contacts[1])).get(url)).text


@pytest.mark.parametrize(
    ("key", "text"),
    [("A" * 22, "This licence is not registered"), ("x" * 65, "Not found"), ("a b", "Not found")],
)
async def test_an_unknown_code_says_so(pages: Pages, key: str, text: str) -> None:
    answer = await (await pages.visitor()).get(f"/l/{key}")
    assert answer.status == 404
    assert text in answer.text


async def test_verification_without_sign_in_is_limited(database_url: str, tmp_path: Path) -> None:
    async with running_pages(database_url, tmp_path, view_rate=Rate(3, 60)) as pages:
        visitor = await pages.visitor()
        answers = [await visitor.get(f"/l/guess{nth}") for nth in range(4)]
        assert [answer.status for answer in answers] == [404, 404, 404, 429]
        pages.clock.forward(timedelta(seconds=61))
        assert (await visitor.get("/l/guess")).status == 404


async def test_the_code_leads_to_the_verification_and_is_printed(pages: Pages, tmp_path: Path) -> None:
    at = await town(pages)
    case = await licence(pages, at)
    contact = await pages.person(at.contacts[0])
    (tmp_path / "qr.png").write_bytes((await contact.get(f"/licences/{case.number}/qr.png")).body)
    read = zxingcpp.read_barcodes(Image.open(tmp_path / "qr.png").convert("L"))
    assert [code.text for code in read] == [f"http://yishe.example/l/{await key_of(pages, case)}"]
    assert "<svg" in (await contact.get(f"/licences/{case.number}/qr.svg")).text
    assert (await contact.get(f"/licences/{case.number}/qr.pdf")).body.startswith(b"%PDF")


async def test_codes_of_others_are_not_found(pages: Pages) -> None:
    at = await town(pages)
    case = await licence(pages, at)
    other = await pages.person(at.contacts[1])
    ends = ("qr.svg", "qr.png", "qr.pdf")
    assert [(await other.get(f"/licences/{case.number}/{end}")).status for end in ends] == [404] * 3
