"""Licences on pages: registered with what is wrong said at its field, and followed to the duplicate."""

from tests.support.licence_town import licence, town
from tests.support.licences import DUPLICATE, ORIGINAL, PURCHASE
from tests.support.pages import Answer, Pages, Visitor
from tests.support.world import add_person
from workflows.identity.roles import Role


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
    assert "This is already registered." in answer.text


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


async def test_the_case_page_shows_colour_and_days_left(pages: Pages) -> None:
    at = await town(pages)
    case = await licence(pages, at, issued_on="2024-04-10")
    page = (await (await pages.person(at.contacts[0])).get(f"/cases/{case.number}")).text
    assert '<span class="tag level-notice">Yellow</span>' in page
    assert "39 days left" in page
    assert "The purchase is not recorded." in page


async def test_the_authority_sees_both_sides_of_a_correction_and_approves_it(pages: Pages) -> None:
    at = await town(pages)
    case = await licence(pages, at)
    contact, officer = await pages.person(at.contacts[0]), await pages.person(at.officer)
    form = {**ORIGINAL, "licence_number": "乙1001100001", "issued_on": "2025-02-01", "reason": "misread"}
    await contact.get(f"/cases/{case.number}/propose")
    assert (await contact.post(f"/cases/{case.number}/propose", form)).status == 303
    page = await officer.get(f"/cases/{case.number}")
    assert "<del>2025-03-02</del>" in page.text
    assert "<ins>2025-02-01</ins>" in page.text
    assert f"/cases/{case.number}/approve" in page.text
    assert f"/cases/{case.number}/approve" not in (await contact.get(f"/cases/{case.number}")).text
    assert (await officer.post(f"/cases/{case.number}/approve", {})).status == 303
