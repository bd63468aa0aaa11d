"""Administrators see to the tree of organisations on pages, within their scope."""

import asyncio

import pytest

from storage.access import NotVisible
from tests.support.house import House, make_house
from tests.support.pages import Answer, Pages, Visitor
from tests.support.world import add_organisation
from workflows.administration import organisations
from workflows.administration.office import ChangedMeanwhile

LIST = "/admin/organisations"
HOSPITAL_CODE, WRONG_DIGIT = "12320000466000002A", "123200004660000020"
WRONG = [
    ("city", {"kind": "hospital", "name": ""}, "Please fill this in."),
    ("city", {"kind": "hospital", "name": "x" * 201}, "At most 200 characters."),
    ("city", {"kind": "", "name": "New"}, "Please fill this in."),
    ("city", {"kind": "department", "name": "New"}, "cannot be placed here"),
    ("city", {"kind": "palace", "name": "New"}, "Please choose one of the options."),
    ("city", {"kind": "hospital", "name": "second demo hospital"}, "already one with this name here"),
    ("city", {"kind": "hospital", "name": "New", "code": "1234"}, "18 digits and capital letters"),
    ("city", {"kind": "hospital", "name": "New", "code": "1" * 33}, "At most 32 characters."),
    ("city", {"kind": "hospital", "name": "New", "code": WRONG_DIGIT}, "check digit"),
    ("city", {"kind": "hospital", "name": "New", "address": "x" * 301}, "At most 300 characters."),
    ("city", {"kind": "hospital", "name": "New", "code_reason": "x" * 201}, "At most 200 characters."),
    ("province", {"kind": "city", "name": "New", "code": "32010"}, "6 digits"),
    ("province", {"kind": "city", "name": "New", "code": "330100"}, "not the code of such a region"),
    ("province", {"kind": "city", "name": "New", "code": "320101"}, "not the code of such a region"),
]


@pytest.fixture
async def house(pages: Pages) -> House:
    return await make_house(pages.db, pages.world, pages.clock)


async def enter(visitor: Visitor, parent: int, **fields: str) -> Answer:
    await visitor.get(f"{LIST}/new?parent={parent}")
    return await visitor.post(f"{LIST}/new?parent={parent}", fields)


async def changed(visitor: Visitor, organisation: int, action: str, **fields: str) -> Answer:
    await visitor.get(f"{LIST}/{organisation}/{action}")
    return await visitor.post(f"{LIST}/{organisation}/{action}", fields)


async def test_the_tree_shows_what_one_administers_and_nothing_else(pages: Pages, house: House) -> None:
    whole = (await (await pages.person(house.province_admin)).get(LIST)).text
    own = (await (await pages.person(house.hospital_admin)).get(LIST)).text
    assert all(name in whole for name in ("Demo City", "First Demo", "Second Demo", "Radiology"))
    assert "First Demo" in own
    assert "Radiology" in own
    assert "Second Demo" not in own
    found = (await (await pages.person(house.hospital_admin)).get(f"{LIST}?q=demo")).text
    assert "Second Demo" not in found


async def test_who_administers_nothing_has_no_tree(pages: Pages, house: House) -> None:
    assert (await (await pages.person(pages.world.head)).get(LIST)).status == 403


async def test_a_hospital_with_a_department_is_entered_below_a_city(pages: Pages, house: House) -> None:
    visitor = await pages.person(house.province_admin)
    answer = await enter(visitor, house.city, kind="hospital", name="Third", code=HOSPITAL_CODE.lower())
    assert answer.status == 303
    hospital = int(answer.location.rsplit("/", 1)[1])
    below = await enter(visitor, hospital, kind="department", name="Surgery")
    department = int(below.location.rsplit("/", 1)[1])
    assert await house.path(department) == f"{await house.path(house.city)}{hospital}.{department}."
    assert HOSPITAL_CODE in (await visitor.get(answer.location)).text
    row = await pages.db.fetchrow(
        "SELECT * FROM audit WHERE subject_kind = 'organisation' AND subject_id = $1", hospital
    )
    assert row is not None
    assert (row["action"], row["person_id"]) == ("organisation.create", house.province_admin)


async def test_what_is_wrong_is_said_and_nothing_is_entered(pages: Pages, house: House) -> None:
    visitor = await pages.person(house.province_admin)
    before = await pages.db.fetch("SELECT id FROM organisation")
    for parent, fields, said in WRONG:
        answer = await enter(visitor, getattr(house, parent), **fields)
        assert answer.status == 422, fields
        assert said in answer.text, fields
    assert await pages.db.fetch("SELECT id FROM organisation") == before


async def test_an_odd_code_is_let_through_with_a_reason_that_is_on_record(pages: Pages, house: House) -> None:
    visitor = await pages.person(house.province_admin)
    fields = {"kind": "hospital", "name": "New", "code": WRONG_DIGIT, "code_reason": "as on the certificate"}
    assert (await enter(visitor, house.city, **fields)).status == 303
    row = await pages.db.fetchrow("SELECT after FROM audit WHERE action = 'organisation.create'")
    assert row is not None
    assert row["after"]["code_reason"] == "as on the certificate"


async def test_a_code_that_another_one_has_is_odd(pages: Pages, house: House) -> None:
    visitor = await pages.person(house.province_admin)
    await enter(visitor, house.city, kind="hospital", name="One", code=HOSPITAL_CODE)
    answer = await enter(visitor, house.city, kind="hospital", name="Two", code=HOSPITAL_CODE)
    assert "Another organisation has this code." in answer.text


async def test_a_change_is_saved_with_before_and_after(pages: Pages, house: House) -> None:
    visitor = await pages.person(house.hospital_admin)
    hospital = pages.world.hospital
    assert (await changed(visitor, hospital, "edit", name="Renamed", address="Road 1")).status == 303
    row = await pages.db.fetchrow("SELECT before, after FROM audit WHERE action = 'organisation.change'")
    assert row is not None
    assert row["before"] == {"name": "First Demo Hospital", "address": ""}
    assert row["after"] == {"name": "Renamed", "address": "Road 1"}


async def test_a_form_that_somebody_overtook_saves_nothing_and_shows_both(pages: Pages, house: House) -> None:
    slow, quick = await pages.person(house.hospital_admin), await pages.person(house.province_admin)
    url = f"{LIST}/{pages.world.hospital}/edit"
    await slow.get(url)
    await changed(quick, pages.world.hospital, "edit", name="Quick")
    answer = await slow.post(url, {"name": "Slow"})
    assert answer.status == 409
    assert 'value="Slow"' in answer.text
    assert "Saved now: Quick" in answer.text


async def test_others_organisations_cannot_be_found_nor_changed(pages: Pages, house: House) -> None:
    visitor = await pages.person(house.other_admin)
    await visitor.get("/todo")
    for what in ("", "/edit", "/move"):
        assert (await visitor.get(f"{LIST}/{pages.world.hospital}{what}")).status == 404
    for what in ("edit", "move", "close", "reopen"):
        fields = {"name": "Mine", "parent": str(house.other), "seen_version": "1"}
        await visitor.get("/todo")
        assert (await visitor.post(f"{LIST}/{pages.world.hospital}/{what}", fields)).status == 404
    assert (await enter(visitor, pages.world.hospital, kind="department", name="Mine")).status in (403, 404)


async def test_a_department_moves_with_all_below_and_scope_follows(pages: Pages, house: House) -> None:
    radiology, new_home = (
        pages.world.department,
        await add_organisation(pages.db, "department", "Imaging", pages.world.hospital),
    )
    rooms = await add_organisation(pages.db, "department", "Rooms", radiology)
    visitor = await pages.person(house.hospital_admin)
    assert (await changed(visitor, radiology, "move", parent=str(new_home))).status == 303
    assert await house.path(rooms) == f"{await house.path(new_home)}{radiology}.{rooms}."
    await pages.db.execute(
        "UPDATE post SET organisation_id = $1 WHERE person_id = $2", new_home, pages.world.head
    )
    assert (await (await pages.person(pages.world.head)).get(f"/devices/{pages.world.device}")).status == 200


async def test_a_department_goes_neither_into_itself_nor_into_another_hospital(
    pages: Pages, house: House
) -> None:
    radiology = pages.world.department
    rooms = await add_organisation(pages.db, "department", "Rooms", radiology)
    visitor = await pages.person(house.province_admin)
    form = (await visitor.get(f"{LIST}/{radiology}/move")).text
    assert "Second Demo" not in form
    for parent in (radiology, rooms, house.other, pages.world.hospital):
        answer = await changed(visitor, radiology, "move", parent=str(parent))
        assert answer.status == 422, parent
    assert (await changed(visitor, pages.world.hospital, "move", parent=str(house.other))).status == 422
    assert (await changed(visitor, radiology, "move", parent="")).status == 422
    assert (await changed(visitor, radiology, "move", parent="999999")).status == 404


async def test_two_moves_at_once_make_no_ring(pages: Pages, house: House) -> None:
    one, two = (
        pages.world.department,
        await add_organisation(pages.db, "department", "B", pages.world.hospital),
    )
    by = await house.by(house.hospital_admin)
    moves = [
        organisations.move(house.office, by, here, 1, {"parent": str(there)})
        for here, there in ((one, two), (two, one))
    ]
    done = await asyncio.gather(*moves, return_exceptions=True)
    assert sum(result is None for result in done) == 1
    assert (await house.path(one)).startswith(await house.path(pages.world.hospital))
    assert (await house.path(two)).startswith(await house.path(pages.world.hospital))


async def test_closing_waits_until_nothing_is_in_use(pages: Pages, house: House) -> None:
    visitor, department = await pages.person(house.hospital_admin), pages.world.department
    await pages.report(pages.world.reporter)
    await visitor.get(f"{LIST}/{department}")
    refused = await visitor.post(f"{LIST}/{department}/close", {"seen_version": "1"})
    assert refused.status == 409
    assert "Open cases: 1" in refused.text
    assert "Devices that are not retired: 1" in refused.text
    assert "Active people: 2" in refused.text
    await pages.db.execute("UPDATE person SET active = false WHERE organisation_id = $1", department)
    await pages.db.execute("UPDATE device SET status = 'retired'")
    await pages.db.execute("UPDATE work_case SET closed_at = now()")
    await visitor.get(f"{LIST}/{department}")
    assert (await visitor.post(f"{LIST}/{department}/close", {})).status == 303
    assert (await enter(visitor, department, kind="department", name="New")).status == 403
    await visitor.get(f"{LIST}/{department}")
    assert (await visitor.post(f"{LIST}/{department}/reopen", {})).status == 303
    assert (await enter(visitor, department, kind="department", name="New")).status == 303


async def test_nobody_closes_the_place_where_their_own_right_begins(pages: Pages, house: House) -> None:
    visitor = await pages.person(house.hospital_admin)
    page = await visitor.get(f"{LIST}/{pages.world.hospital}")
    assert "/close" not in page.text
    answer = await visitor.post(f"{LIST}/{pages.world.hospital}/close", {"seen_version": "1"})
    assert answer.status == 403


async def test_a_stale_press_changes_nothing(pages: Pages, house: House) -> None:
    by = await house.by(house.province_admin)
    with pytest.raises(ChangedMeanwhile):
        await organisations.close(house.office, by, pages.world.department, 7)
    with pytest.raises(NotVisible):
        await organisations.close(house.office, await house.by(house.other_admin), pages.world.department, 1)
