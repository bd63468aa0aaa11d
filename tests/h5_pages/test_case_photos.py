"""Photos come along with steps of a case that tell something, and not with the report of a fault alone."""

from tests.support.desk import TRIAGE
from tests.support.licence_town import town
from tests.support.licences import ORIGINAL
from tests.support.pages import Pages, picture
from tests.support.world import LABEL

REMARK = {"remark": "The plate behind the cover"}


async def attached(pages: Pages) -> list[tuple[str, int]]:
    """Name of each attached file, and the step that brought it."""
    rows = await pages.db.fetch("SELECT name, version FROM attachment ORDER BY id")
    return [(row["name"], row["version"]) for row in rows]


async def test_a_remark_brings_a_photo_which_the_case_shows(pages: Pages) -> None:
    case = await pages.report(pages.world.reporter)
    engineer = await pages.person(pages.world.engineer)
    form = await engineer.get(f"/cases/{case.number}/remark")
    assert 'type="file"' in form.text
    answer = await engineer.post_files(f"/cases/{case.number}/remark", REMARK, ("plate.jpg", picture()))
    assert answer.status == 303
    assert 'alt="plate.jpg"' in (await engineer.get(answer.location)).text
    assert await attached(pages) == [("plate.jpg", 2)]


async def test_who_has_a_link_alone_adds_the_photo_that_was_forgotten(pages: Pages) -> None:
    visitor = await pages.visitor()
    await visitor.get(f"/d/{LABEL}/report")
    typed = {"fault": "No image", "name": "A nurse"}
    link = (await visitor.post(f"/d/{LABEL}/report", typed)).location
    await visitor.get(f"{link}/remark")
    answer = await visitor.post_files(f"{link}/remark", REMARK, ("front.jpg", picture()))
    assert (answer.status, await attached(pages)) == (303, [("front.jpg", 2)])


async def test_nothing_is_done_while_a_photo_is_refused_and_the_rest_is_kept(pages: Pages) -> None:
    case = await pages.report(pages.world.reporter)
    engineer, path = await pages.person(pages.world.engineer), f"/cases/{case.number}/remark"
    await engineer.get(path)
    files = ("plate.jpg", picture()), ("letter.txt", b"no picture")
    refused = await engineer.post_files(path, REMARK, *files)
    assert refused.status == 422
    assert REMARK["remark"] in refused.text
    assert await attached(pages) == []
    again = await engineer.post(path, {**REMARK, "kept_photo": refused.hidden("kept_photo")})
    assert (again.status, await attached(pages)) == (303, [("plate.jpg", 2)])


async def test_a_photo_that_comes_with_a_late_press_is_kept_for_the_next(pages: Pages) -> None:
    case = await pages.report(pages.world.reporter)
    engineer, path = await pages.person(pages.world.engineer), f"/cases/{case.number}/remark"
    await engineer.get(path)
    await pages.act(case, "triage", pages.world.second_engineer, **TRIAGE)
    late = await engineer.post_files(path, REMARK, ("plate.jpg", picture()))
    assert (late.status, await attached(pages)) == (409, [])
    again = {**late.machinery, **REMARK, "kept_photo": late.hidden("kept_photo")}
    assert (await engineer.post(path, again)).status == 303
    assert await attached(pages) == [("plate.jpg", 3)]


async def test_an_action_without_photos_asks_for_none_and_keeps_none(pages: Pages) -> None:
    case = await pages.report(pages.world.reporter)
    engineer, path = await pages.person(pages.world.engineer), f"/cases/{case.number}/cancel"
    assert 'type="file"' not in (await engineer.get(path)).text
    answer = await engineer.post_files(path, {"reason": "By mistake"}, ("x.jpg", picture()))
    assert (answer.status, await attached(pages)) == (303, [])


async def test_the_original_of_a_licence_is_registered_with_its_picture(pages: Pages) -> None:
    at = await town(pages)
    contact = await pages.person(at.contacts[0])
    form = await contact.get("/licences/new")
    fields = {
        **ORIGINAL,
        "licence_number": "乙1001100001",
        "issued_on": "2025-03-02",
        "key": form.hidden("key"),
    }
    answer = await contact.post_files(
        "/licences/new", {**fields, "unit": str(at.hospitals[0])}, ("original.jpg", picture())
    )
    assert answer.status == 303, answer.text
    assert 'alt="original.jpg"' in (await contact.get(answer.location)).text
    assert await attached(pages) == [("original.jpg", 1)]


async def test_an_adverse_event_is_reported_with_a_photo(pages: Pages) -> None:
    nurse, path = await pages.person(pages.world.reporter), f"/devices/{pages.world.device}/adverse-event"
    form = await nurse.get(path)
    typed = {
        "key": form.hidden("key"),
        "manifestation": "The table moved",
        "outcome": "other",
        "known_at": "2026-03-01 10:00",
        "happened_on": "2026-03-01",
    }
    answer = await nurse.post_files(path, typed, ("table.jpg", picture()))
    assert answer.status == 303, answer.text
    assert await attached(pages) == [("table.jpg", 1)]
