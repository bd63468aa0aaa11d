"""Scope: who may see which device, file, label and message."""

import re

import pytest

from storage.sealing import MasterKey, new_master_key
from tests.support.pages import Pages, Visitor, picture, reported_by_stranger
from tests.support.world import LABEL, add_account, add_device, add_organisation, add_person
from workflows.identity.roles import Role


async def foreigner(pages: Pages, role: Role = Role.ENGINEER) -> Visitor:
    """Somebody with a role at another hospital."""
    other = await add_organisation(pages.db, "hospital", "Second Demo Hospital")
    return await pages.person(await add_person(pages.db, other, "Foreigner", role))


async def with_photo(pages: Pages, visitor: Visitor) -> str:
    """Report a fault with a photo; the address of the page that shows it."""
    form = await visitor.get(f"/d/{LABEL}/report")
    fields = {"fault": "No image", **({"name": "A nurse"} if 'name="name"' in form.text else {})}
    answer = await visitor.post_files(f"/d/{LABEL}/report", fields, ("front.jpg", picture()))
    return answer.location


def photo_on(text: str) -> str:
    found = re.search(r'<img src="([^"]+)"', text)
    assert found is not None
    return found[1]


async def test_the_record_is_for_those_in_scope_alone(pages: Pages) -> None:
    mine = await (await pages.person(pages.world.engineer)).get(f"/d/{LABEL}")
    theirs = await (await foreigner(pages)).get(f"/d/{LABEL}")
    assert "Serial number" in mine.text
    assert "Serial number" not in theirs.text
    assert "Report a fault" in theirs.text


async def test_devices_of_others_are_not_found(pages: Pages) -> None:
    visitor = await foreigner(pages)
    paths = [f"/devices/{pages.world.device}{end}" for end in ("", "/qr.svg", "/qr.png")]
    assert [(await visitor.get(path)).status for path in paths] == [404, 404, 404]


async def test_cases_of_others_are_not_found(pages: Pages) -> None:
    case = await pages.report(pages.world.reporter)
    visitor = await foreigner(pages)
    assert (await visitor.get(f"/cases/{case.number}")).status == 404
    assert case.number not in (await visitor.get("/cases?all=1")).text


async def test_devices_are_found_by_words(pages: Pages) -> None:
    await add_device(pages.db, pages.world.department, "MR-0007", name="MR scanner")
    page = await (await pages.person(pages.world.engineer)).get("/devices?q=mr-0007")
    assert "MR scanner" in page.text
    assert "CT-0001" not in page.text


async def test_a_label_sheet_is_for_engineers_and_administrators(pages: Pages) -> None:
    engineer, nurse = await pages.person(pages.world.engineer), await pages.person(pages.world.reporter)
    sheet = await engineer.get(f"/labels.pdf?ids={pages.world.device}")
    assert sheet.body.startswith(b"%PDF")
    assert (await nurse.get("/labels.pdf")).status == 403
    assert (await (await foreigner(pages)).get("/labels.pdf")).status == 404


async def test_a_device_code_is_an_image_of_its_address(pages: Pages) -> None:
    engineer = await pages.person(pages.world.engineer)
    svg = await engineer.get(f"/devices/{pages.world.device}/qr.svg")
    png = await engineer.get(f"/devices/{pages.world.device}/qr.png")
    assert svg.headers["Content-Type"].startswith("image/svg+xml")
    assert png.body.startswith(b"\x89PNG")


async def test_photos_are_seen_by_those_who_see_the_case(pages: Pages) -> None:
    nurse = await pages.person(pages.world.reporter)
    photo = photo_on((await nurse.get(await with_photo(pages, nurse))).text)
    shown = await nurse.get(photo)
    assert shown.headers["Content-Type"] == "image/jpeg"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert shown.headers["Cache-Control"].startswith("private")
    assert (await (await foreigner(pages)).get(photo)).status == 404


async def test_a_link_shows_the_photos_of_its_own_case_alone(pages: Pages) -> None:
    visitor = await pages.visitor()
    photo = photo_on((await visitor.get(await with_photo(pages, visitor))).text)
    assert (await visitor.get(photo)).status == 200
    _, other_link, _ = await reported_by_stranger(pages)
    assert (await visitor.get(f"{other_link}/files/{photo.rsplit('/')[-1]}")).status == 404


async def dead_letter(pages: Pages) -> int:
    await pages.report(pages.world.reporter)
    row = await pages.db.fetchrow(
        "UPDATE message SET state = 'dead', finished_at = now(), reason = 'no address' "
        "WHERE person_id = $1 RETURNING id",
        pages.world.engineer,
    )
    assert row is not None
    return int(row["id"])


async def test_an_administrator_sends_a_dead_letter_again(pages: Pages) -> None:
    message = await dead_letter(pages)
    person = await add_person(pages.db, pages.world.hospital, "Administrator", Role.ADMINISTRATOR)
    administrator = await pages.person(person)
    page = await administrator.get("/admin/dead-letters")
    assert "no address" in page.text
    answer = await administrator.post(f"/admin/dead-letters/{message}", {})
    assert answer.status == 303
    assert await state_of(pages, message) == "queued"


async def test_a_dead_letter_of_no_case_and_of_a_group_is_shown_too(pages: Pages) -> None:
    group = await add_account(
        pages.db, pages.world.hospital, "wecom_robot", "group", {}, {}, MasterKey(new_master_key())
    )
    dead = (
        "INSERT INTO message (created_at, case_version, kind, organisation_id, person_id, account_id, lane, variables, "
        "next_at, state, finished_at, reason) VALUES (now(), 0, 'digest.list', $1, $2, $3, '', '{\"count\": 2}', "
        "now(), 'dead', now(), 'no address')"
    )
    await pages.db.execute(dead, pages.world.hospital, pages.world.engineer, None)
    await pages.db.execute(dead, pages.world.hospital, None, group)
    person = await add_person(pages.db, pages.world.hospital, "Administrator", Role.ADMINISTRATOR)
    page = (await (await pages.person(person)).get("/admin/dead-letters")).text
    assert "accepted these messages: 2" in page
    assert (">Engineer</a>" in page, "None" in page) == (True, False)


async def state_of(pages: Pages, message: int) -> str:
    row = await pages.db.fetchrow("SELECT state FROM message WHERE id = $1", message)
    assert row is not None
    return str(row["state"])


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.ENGINEER])
async def test_nobody_else_sends_a_dead_letter_again(pages: Pages, role: Role) -> None:
    message = await dead_letter(pages)
    visitor = await foreigner(pages, role)
    await visitor.get("/devices")
    answer = await visitor.post(f"/admin/dead-letters/{message}", {})
    assert answer.status == 404
    assert await state_of(pages, message) == "dead"
