"""Absences on their pages: one's own, and those that an administrator enters."""

from datetime import timedelta

from tests.support.pages import Pages, Visitor
from tests.support.world import add_organisation, add_person
from workflows.identity.roles import Role

DAYS = {"first_day": "2026-03-02", "last_day": "2026-03-06"}


async def entered(pages: Pages, person: int, **typed: str) -> Visitor:
    visitor = await pages.person(person)
    await visitor.get("/me/absence")
    answer = await visitor.post("/me/absence", {**DAYS, **typed})
    assert answer.status == 303, answer.text
    return visitor


async def test_who_goes_away_names_a_deputy_who_then_sees_their_work(pages: Pages) -> None:
    head = await entered(pages, pages.world.head, deputy=str(pages.world.reporter))
    assert "Away now" in (await head.get("/me/absence")).text
    deputy = await pages.person(pages.world.reporter)
    assert "as their deputy" in (await deputy.get("/todo")).text
    assert "Head of Equipment" in (await deputy.get("/me/absence")).text


async def test_an_absence_is_called_off_and_the_deputy_is_none_any_more(pages: Pages) -> None:
    head = await entered(pages, pages.world.head, deputy=str(pages.world.reporter))
    row = await pages.db.fetchrow("SELECT id FROM absence")
    assert row is not None
    assert (await head.post(f"/me/absence/{row['id']}/end", {})).location == "/me/absence"
    assert "No absence is registered" in (await head.get("/me/absence")).text
    deputy = await pages.person(pages.world.reporter)
    assert "as their deputy" not in (await deputy.get("/todo")).text


async def test_what_was_typed_wrongly_is_said_and_kept(pages: Pages) -> None:
    elsewhere = await add_organisation(pages.db, "hospital", "Second")
    stranger = await add_person(pages.db, elsewhere, "Stranger", Role.ENGINEER)
    head = await pages.person(pages.world.head)
    await head.get("/me/absence")
    for typed, words in (
        ({"last_day": "2026-02-28"}, "is before the first"),
        ({"first_day": "2026-02-01", "last_day": "2026-02-02"}, "This date has passed"),
        ({"last_day": "2028-03-02"}, "a year at most"),
        ({"deputy": str(stranger)}, "Please choose one of the options"),
        ({"first_day": "soon"}, "Please give a date"),
    ):
        answer = await head.post("/me/absence", {**DAYS, "note": "congress", **typed})
        assert (answer.status, words in answer.text, "congress" in answer.text) == (422, True, True), words
    assert await pages.db.fetch("SELECT id FROM absence") == []


async def test_who_has_lost_their_deputy_is_asked_for_another(pages: Pages) -> None:
    head = await entered(pages, pages.world.head, deputy=str(pages.world.reporter))
    assert "there is no deputy" not in (await head.get("/me/absence")).text
    await pages.db.execute("UPDATE person SET active = false WHERE id = $1", pages.world.reporter)
    assert "there is no deputy" in (await head.get("/me/absence")).text
    assert "please choose another" in (await head.get("/me")).text


async def test_nobody_is_away_twice_at_one_time(pages: Pages) -> None:
    head = await entered(pages, pages.world.head)
    assert "registered for some of these days" in (await head.post("/me/absence", DAYS)).text


async def test_an_administrator_enters_and_ends_the_absence_of_somebody_who_fell_ill(pages: Pages) -> None:
    boss = await add_person(pages.db, pages.world.hospital, "Administrator", Role.ADMINISTRATOR)
    visitor = await pages.person(boss)
    url = f"/admin/people/{pages.world.head}/absence"
    assert "Head of Equipment" in (await visitor.get(url)).text
    assert (await visitor.post(url, {**DAYS, "deputy": str(pages.world.engineer)})).location == url
    row = await pages.db.fetchrow("SELECT id FROM absence")
    assert row is not None
    assert (await visitor.post(f"{url}/{row['id']}/end", {})).location == url
    trail = await pages.db.fetch(
        "SELECT action, person_id, subject FROM audit WHERE subject_kind = 'absence' ORDER BY id"
    )
    assert [tuple(line) for line in trail] == [
        ("absence.enter", boss, "Head of Equipment"),
        ("absence.end", boss, "Head of Equipment"),
    ]


async def test_others_neither_see_nor_enter_it(pages: Pages) -> None:
    head = await entered(pages, pages.world.head)
    row = await pages.db.fetchrow("SELECT id FROM absence")
    assert row is not None
    colleague = await pages.person(pages.world.engineer)
    url = f"/admin/people/{pages.world.head}/absence"
    assert (await colleague.get(url)).status == 404
    await colleague.get("/me/absence")
    assert (await colleague.post(url, DAYS)).status == 404
    assert (await colleague.post(f"/me/absence/{row['id']}/end", {})).status == 404
    assert "Away now" in (await head.get("/me/absence")).text


async def test_an_absence_begins_and_ends_at_midnight_in_shanghai(pages: Pages) -> None:
    await entered(pages, pages.world.head)
    row = await pages.db.fetchrow("SELECT starts_at, ends_at FROM absence")
    assert row is not None
    assert row["ends_at"] - row["starts_at"] == timedelta(days=5)
    assert row["starts_at"].isoformat() == "2026-03-01T16:00:00+00:00"
