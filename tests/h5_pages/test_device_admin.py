"""Devices entered, changed, moved, stopped and retired on pages; what is wrong is said at its field."""

import pytest

from tests.support.pages import Pages, Visitor
from tests.support.world import DEVICE_NUMBER, LABEL, add_device, add_organisation, add_person
from workflows.identity.roles import Role

RIGHT = {
    "number": "MR-0001",
    "type": "mr",
    "name": "MR scanner",
    "maker": "Demo Medical",
    "brand": "Demo",
    "model": "M1",
    "ladder_type": "3.0T",
    "serial": "S-1",
    "udi": "(01)06901234567892(21)S-1",
    "category": "B",
    "licence_number": "乙1001100001",
    "asset_number": "A-1",
    "location": "Room 2",
    "made_on": "2024-01-05",
    "purchased_on": "2024-03-05",
    "installed_on": "2024-04-05",
    "reported_on": "2024-05-05",
    "warranty_until": "2029-04-05",
    "price": "9800000.50",
    "supplier": "Demo Trade",
    "service_vendor": "Demo Service",
    "service_phone": "0512-0000 0000",
    "remarks": "In the basement.",
}


async def head(pages: Pages) -> Visitor:
    return await pages.person(pages.world.head)


async def do(pages: Pages, visitor: Visitor, step: str, **fields: str) -> str:
    """Do a step to the CT; the text of the answer, which leads back to the device when it was done."""
    await visitor.get(f"/devices/{pages.world.device}/{step}")
    answer = await visitor.post(
        f"/devices/{pages.world.device}/{step}", {"version": visitor.page.hidden("version"), **fields}
    )
    return answer.location or answer.text


def back(pages: Pages) -> str:
    return f"/devices/{pages.world.device}"


async def test_a_device_is_entered_with_every_field_and_gets_a_label(pages: Pages) -> None:
    visitor = await head(pages)
    await visitor.get("/devices/new")
    answer = await visitor.post("/devices/new", {**RIGHT, "unit": str(pages.world.department)})
    assert answer.status == 303, answer.text
    page = (await visitor.get(answer.location)).text
    shown = {**RIGHT, "type": "MR scanner", "category": "Category B", "price": "¥9,800,000.50"}
    assert [value for value in shown.values() if value not in page] == []
    assert "qr.svg" in page
    assert "entered the device" in page


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("number", "", "Please fill this in."),
        ("number", "x" * 41, "At most 40 characters."),
        ("number", "a/b", "Please check this."),
        ("type", "bed", "Please choose one of the options."),
        ("name", "", "Please fill this in."),
        ("maker", "m" * 101, "At most 100 characters."),
        ("brand", "b" * 101, "At most 100 characters."),
        ("model", "", "Please fill this in."),
        ("ladder_type", "l" * 101, "At most 100 characters."),
        ("serial", "", "Please fill this in."),
        ("udi", "(01)06901234567893", "The check digit of this UDI does not match"),
        ("category", "C", "Please choose one of the options."),
        ("licence_number", "乙12", "A licence number is"),
        ("asset_number", "a" * 65, "At most 64 characters."),
        ("location", "p" * 201, "At most 200 characters."),
        ("made_on", "soon", "Please give a date"),
        ("made_on", "-5", "Please give a date"),
        ("made_on", "1024-01-01", "Please check the year."),
        ("purchased_on", "2999-01-01", "This is in the future."),
        ("installed_on", "2023-01-01", "This is before the device was made."),
        ("reported_on", "2024-13-01", "Please give a date"),
        ("warranty_until", "2020-01-01", "This is before the device was made."),
        ("price", "much", "Please give a number"),
        ("price", "-1", "At least 0."),
        ("price", "1.005", "At most 2 digits after the point."),
        ("supplier", "s" * 201, "At most 200 characters."),
        ("service_vendor", "s" * 201, "At most 200 characters."),
        ("service_phone", "call us", "Please check the phone number."),
        ("remarks", "r" * 1001, "At most 1000 characters."),
    ],
)
async def test_what_is_wrong_is_said_at_its_field(pages: Pages, field: str, value: str, words: str) -> None:
    visitor = await head(pages)
    await visitor.get("/devices/new")
    wrong = {**RIGHT, "udi": "", field: value, "unit": str(pages.world.department)}
    answer = await visitor.post("/devices/new", wrong)
    assert answer.status == 422
    assert words in answer.text.split(f'id="fault-{field}"')[1].split("</p>")[0]
    assert "In the basement." in answer.text or field == "remarks"


@pytest.mark.parametrize("unit", ["", "0", "x", "999999"])
async def test_a_wrong_department_is_said(pages: Pages, unit: str) -> None:
    visitor = await head(pages)
    await visitor.get("/devices/new")
    answer = await visitor.post("/devices/new", {**RIGHT, "unit": unit})
    assert answer.status == 422
    assert 'id="fault-unit"' in answer.text


async def test_a_number_that_is_taken_names_the_device_in_scope_and_nothing_beyond(pages: Pages) -> None:
    elsewhere = await add_organisation(pages.db, "hospital", "Second Demo Hospital")
    await add_device(pages.db, elsewhere, "CT-0099", name="Secret scanner")
    visitor = await head(pages)
    unit = {"unit": str(pages.world.department)}
    await visitor.get("/devices/new")
    here = await visitor.post("/devices/new", {**RIGHT, **unit, "number": DEVICE_NUMBER.lower()})
    assert "CT-0001 CT scanner already has this number." in here.text
    serial = await visitor.post("/devices/new", {**RIGHT, **unit, "serial": "ct-0001"})
    assert "CT-0001 CT scanner already has this serial number and maker." in serial.text
    there = await visitor.post("/devices/new", {**RIGHT, **unit, "number": "CT-0099"})
    assert "This is already registered." in there.text
    assert "Secret" not in there.text


async def test_a_change_shows_before_and_after_and_one_on_an_old_version_is_refused(pages: Pages) -> None:
    first, second = await head(pages), await head(pages)
    for visitor in (first, second):
        await visitor.get(f"{back(pages)}/edit")
    made = {**RIGHT, "number": DEVICE_NUMBER, "version": "1"}
    assert (await first.post(f"{back(pages)}/edit", made)).location == back(pages)
    late = await second.post(f"{back(pages)}/edit", {**made, "name": "Mine"})
    assert late.status == 409
    assert "Somebody else changed this in the meantime" in late.text
    assert 'value="Mine"' in late.text
    assert f"Saved now: {RIGHT['name']}" in late.text
    page = (await first.get(f"{back(pages)}/history")).text
    assert "<s>CT scanner</s> → MR scanner" in page


async def test_engineers_note_the_place_and_change_nothing_else(pages: Pages) -> None:
    engineer = await pages.person(pages.world.engineer)
    assert await do(pages, engineer, "place", location="Room 9") == back(pages)
    assert "Room 9" in (await engineer.get(back(pages))).text
    for step in ("edit", "move", "stop", "retire"):
        assert (await engineer.get(f"{back(pages)}/{step}")).status == 403
    assert (await engineer.get("/devices/new")).status == 403


async def test_a_moved_device_keeps_its_label_and_its_open_cases_stay(pages: Pages) -> None:
    case = await pages.report(pages.world.reporter)
    ward = await add_organisation(pages.db, "department", "Ward", pages.world.hospital)
    visitor = await head(pages)
    assert case.number in (await visitor.get(f"{back(pages)}/move")).text
    assert await do(pages, visitor, "move", unit=str(ward), location="Room 3") == back(pages)
    assert "Ward" in (await (await pages.visitor()).get(f"/d/{LABEL}")).text
    row = await pages.db.fetchrow("SELECT organisation_id FROM work_case")
    assert row is not None
    assert row[0] == pages.world.department


async def test_a_device_moves_only_to_where_the_mover_has_the_right(pages: Pages) -> None:
    elsewhere = await add_organisation(pages.db, "hospital", "Second Demo Hospital")
    visitor = await head(pages)
    for unit in (str(elsewhere), str(pages.world.department), "", "x"):
        assert 'id="fault-unit"' in await do(pages, visitor, "move", unit=unit)


async def test_a_device_is_stopped_and_used_again(pages: Pages) -> None:
    visitor = await head(pages)
    assert "Please fill this in." in await do(pages, visitor, "stop", reason="")
    assert await do(pages, visitor, "stop", reason="Tube") == back(pages)
    assert "Out of use" in (await visitor.get(back(pages))).text
    assert (await visitor.get(f"{back(pages)}/stop")).status == 403
    assert await do(pages, visitor, "use-again", reason="New tube") == back(pages)


async def test_a_retired_device_says_so_on_its_label_and_can_be_taken_back_by_an_administrator(
    pages: Pages,
) -> None:
    visitor, stranger = await head(pages), await pages.visitor()
    for day, words in (("2999-01-01", "is in the future"), ("", "fill this in"), ("x", "give a date")):
        assert words in await do(pages, visitor, "retire", retired_on=day, reason="Old")
    assert await do(pages, visitor, "retire", retired_on="2026-03-01", reason="Old") == back(pages)
    for path in (f"/d/{LABEL}", f"/d/{LABEL}/report"):
        page = await stranger.get(path)
        assert page.status == 410
        assert "This device is retired" in page.text
    assert "Report a fault" not in (await visitor.get(back(pages))).text
    assert (await visitor.get(f"{back(pages)}/use-again")).status == 403
    admin = await pages.person(
        await add_person(pages.db, pages.world.hospital, "Administrator", Role.ADMINISTRATOR)
    )
    assert await do(pages, admin, "use-again", reason="By mistake") == back(pages)
    assert (await stranger.get(f"/d/{LABEL}")).status == 200


async def test_a_device_with_open_cases_is_retired_only_when_that_is_decided(pages: Pages) -> None:
    case = await pages.report(pages.world.reporter)
    visitor, form = await head(pages), {"retired_on": "2026-03-01", "reason": "Old"}
    refused = await do(pages, visitor, "retire", **form)
    assert "Cases are open for this device" in refused
    assert case.number in refused
    assert await do(pages, visitor, "retire", **form, cases_stay="true") == back(pages)


async def test_a_replaced_label_says_so_and_the_new_one_holds(pages: Pages) -> None:
    engineer = await pages.person(pages.world.engineer)
    assert await do(pages, engineer, "label") == back(pages)
    old = await (await pages.visitor()).get(f"/d/{LABEL}")
    assert old.status == 410
    assert "This label was replaced" in old.text
    row = await pages.db.fetchrow("SELECT token, generation FROM device_label WHERE revoked_at IS NULL")
    assert row is not None
    assert row["generation"] == 2
    assert (await (await pages.visitor()).get(f"/d/{row['token']}")).status == 200


async def test_nobody_from_elsewhere_does_anything(pages: Pages) -> None:
    elsewhere = await add_organisation(pages.db, "hospital", "Second Demo Hospital")
    foreign = await pages.person(await add_person(pages.db, elsewhere, "Foreign", Role.ADMINISTRATOR))
    for step in ("edit", "place", "move", "stop", "retire", "label"):
        assert (await foreign.get(f"{back(pages)}/{step}")).status == 404
        answer = await foreign.post(f"{back(pages)}/{step}", {**RIGHT, "version": "1", "reason": "x"})
        assert answer.status in (403, 404)
    assert (await foreign.get(f"{back(pages)}/history")).status == 404


@pytest.mark.parametrize("path", ["/devices/0/edit", "/devices/x/edit", "/devices/1/explode"])
async def test_a_wrong_address_is_no_page(pages: Pages, path: str) -> None:
    assert (await (await head(pages)).get(path)).status == 404


async def test_every_fault_of_a_new_device_is_shown_at_once_that_of_its_place_too(pages: Pages) -> None:
    visitor = await head(pages)
    await visitor.get("/devices/new")
    answer = await visitor.post("/devices/new", {**RIGHT, "number": "", "price": "much"})
    faults = [f'id="fault-{name}"' in answer.text for name in ("unit", "number", "price", "maker")]
    assert (answer.status, faults) == (422, [True, True, True, False])
