"""People taken over from a WeCom address book, against a stand-in that keeps its rules."""

from pathlib import Path

import pytest

from storage.address_book import Book, KnownPerson, Member
from tests.support.pages import Visitor
from tests.support.wecom_town import Town, wecom_town
from tests.support.world import add_contact, add_person
from workflows.administration.address_book import compare
from workflows.identity.roles import Role


async def administrator(town: Town) -> Visitor:
    pages = town.pages
    return await pages.person(await add_person(pages.db, pages.world.hospital, "Admin", Role.ADMINISTRATOR))


async def people(town: Town) -> list[tuple[str, str]]:
    """Who is reached by WeCom there: userid and name."""
    rows = await town.pages.db.fetch(
        "SELECT cp.address, p.name FROM contact_point cp JOIN person p ON p.id = cp.person_id "
        "WHERE cp.account_id = $1 AND cp.ended_at IS NULL ORDER BY cp.address",
        town.account,
    )
    return [(row["address"], row["name"]) for row in rows]


def test_the_difference_names_each_kind_once() -> None:
    book = Book(
        (Member("a", "Ann"), Member("B", "Bob new"), Member("c", "Cid"), Member("d", "Dan")), ids_only=False
    )
    known = [
        KnownPerson(1, "Bob", "b"),
        KnownPerson(2, "Cid", None),
        KnownPerson(3, "Dan", None),
        KnownPerson(4, "Dan", None),
        KnownPerson(5, "Eve", "e"),
    ]
    found = compare(book, known)
    assert [m.user_id for m in found.new] == ["a", "d"], "of two namesakes neither is taken for granted"
    assert [(k.person_id, k.member.user_id) for k in found.linked] == [(2, "c")]
    assert [(k.person_id, k.member.name) for k in found.renamed] == [(1, "Bob new")]
    assert [person.id for person in found.gone] == [5]


async def test_everything_shown_is_taken_over_with_its_record(database_url: str, tmp_path: Path) -> None:
    async with wecom_town(database_url, tmp_path) as town:
        db, world = town.pages.db, town.pages.world
        await db.execute("UPDATE person SET name = 'Engineer 2' WHERE id = $1", world.second_engineer)
        await add_contact(db, world.head, town.account, "gone")
        admin = await administrator(town)
        url = (await admin.get("/admin/address-books")).location
        page = await admin.get(url)
        for words in (
            "New: 1",
            "to be linked to WeCom: 1",
            "Another name: 1",
            "No longer in the address book: 1",
            "Engineer 3",
        ):
            assert words in page.text, words
        assert "Imported: 1 added" in (await admin.post(url, {"seen": page.hidden("seen")})).text
        wanted = [("gone", "Head of Equipment"), *((f"u{n}", f"Engineer {n}") for n in (1, 2, 3))]
        assert await people(town) == wanted
        assert "nothing to import" in (await admin.get(url)).text
        rows = await db.fetch("SELECT action FROM audit WHERE action <> 'session.begin' ORDER BY id")
        assert [row["action"] for row in rows] == [
            "person.create",
            "contact.add",
            "contact.add",
            "person.change",
        ]


async def test_what_changed_since_it_was_shown_is_shown_anew_and_not_done(
    database_url: str, tmp_path: Path
) -> None:
    async with wecom_town(database_url, tmp_path) as town:
        admin = await administrator(town)
        url = f"/admin/address-books/{town.account}"
        seen = (await admin.get(url)).hidden("seen")
        await add_contact(town.pages.db, town.pages.world.head, town.account, "u3")
        answer = await admin.post(url, {"seen": seen})
        assert (answer.status, "Please check again" in answer.text) == (409, True)
        assert await people(town) == [("u1", "Engineer"), ("u3", "Head of Equipment")]


async def test_with_ids_alone_all_pages_are_read_and_it_is_said(database_url: str, tmp_path: Path) -> None:
    async with wecom_town(database_url, tmp_path, address_book="ids", page_of_ids=1) as town:
        page = await (await administrator(town)).get(f"/admin/address-books/{town.account}")
        assert all(words in page.text for words in ("only ids", "New: 2", "shows 3 people"))


@pytest.mark.parametrize(
    ("app", "words"),
    [
        ({"address_book": "nothing"}, "may not use this interface"),
        ({"sees": []}, "The account sees nobody"),
    ],
)
async def test_what_the_account_may_not_see_is_said(
    database_url: str, tmp_path: Path, app: dict[str, object], words: str
) -> None:
    async with wecom_town(database_url, tmp_path, **app) as town:
        assert words in (await (await administrator(town)).get(f"/admin/address-books/{town.account}")).text


async def test_only_who_administers_the_account_sees_and_takes_over(
    database_url: str, tmp_path: Path
) -> None:
    async with wecom_town(database_url, tmp_path) as town:
        head = await town.pages.person(town.pages.world.head)
        url = f"/admin/address-books/{town.account}"
        assert [(await head.get(path)).status for path in (url, "/admin/address-books")] == [404, 403]
        await head.get("/me")
        assert (await head.post(url, {"seen": "0" * 64})).status == 404
