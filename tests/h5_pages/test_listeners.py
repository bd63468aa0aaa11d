"""Listeners are entered, changed and ended on their page, by whoever administers organisation and account."""

from typing import Any

import pytest

from storage.sealing import MasterKey, new_master_key
from tests.support.house import House, make_house
from tests.support.pages import Answer, Pages, Visitor
from tests.support.world import add_account

LIST = "/admin/listeners"


@pytest.fixture
async def house(pages: Pages) -> House:
    return await make_house(pages.db, pages.world, pages.clock)


@pytest.fixture
async def admin(pages: Pages, house: House) -> Visitor:
    visitor = await pages.person(house.hospital_admin)
    await visitor.get(LIST)
    return visitor


async def ear(pages: Pages, organisation: int, kind: str = "webhook") -> int:
    return await add_account(
        pages.db, organisation, kind, f"{kind}-{organisation}", {}, {}, MasterKey(new_master_key())
    )


async def enter(admin: Visitor, pages: Pages, account: int, **more: Any) -> Answer:
    form = {"name": "His", "unit": str(pages.world.hospital), "account": str(account), "least": "urgent"}
    return await admin.post(f"{LIST}/new", form | more)


async def kept(pages: Pages) -> list[dict[str, Any]]:
    return [dict(row) for row in await pages.db.fetch("SELECT * FROM listener ORDER BY id")]


async def test_an_empty_page_says_what_to_do(admin: Visitor) -> None:
    assert "There are no listeners yet" in (await admin.get(LIST)).text


async def test_one_is_entered_shown_changed_and_ended_on_record(pages: Pages, admin: Visitor) -> None:
    account = await ear(pages, pages.world.hospital)
    assert (await enter(admin, pages, account, workflow="repair")).location == LIST
    (row,) = await kept(pages)
    assert (row["severities"], row["workflows"]) == (["urgent", "critical"], ["repair"])
    assert "orange and worse" in (await admin.get(LIST)).text
    form = {"name": "His", "unit": str(pages.world.hospital), "account": str(account), "seen_version": "1"}
    await admin.post(f"{LIST}/{row['id']}", form | {"least": "never", "hears_steps": "true"})
    await admin.post(f"{LIST}/{row['id']}/end", {"seen_version": "2"})
    (row,) = await kept(pages)
    assert (row["severities"], row["hears_steps"], row["ended_at"] is not None) == ([], True, True)
    audit = await pages.db.fetch("SELECT action FROM audit WHERE subject_kind = 'listener' ORDER BY id")
    assert [r["action"] for r in audit] == ["listener.add", "listener.change", "listener.end"]


@pytest.mark.parametrize(
    ("kind", "more", "words"),
    [
        ("telegram", {}, "begins with a minus sign"),
        ("telegram", {"address": "42"}, "begins with a minus sign"),
        ("webhook", {"address": "-1001"}, "leave this empty"),
        ("webhook", {"least": "never"}, "what it receives"),
        ("email", {}, "Please choose one of the options."),
        ("webhook", {"workflow": "none"}, "Please choose one of the options."),
    ],
)
async def test_what_cannot_be_told_is_refused_with_a_reason(
    pages: Pages, admin: Visitor, kind: str, more: dict[str, str], words: str
) -> None:
    answer = await enter(admin, pages, await ear(pages, pages.world.hospital, kind), **more)
    assert (answer.status, words in answer.text) == (422, True)
    assert await kept(pages) == []


async def test_anothers_account_or_organisation_cannot_be_used(
    pages: Pages, admin: Visitor, house: House
) -> None:
    foreign, own = await ear(pages, house.other), await ear(pages, pages.world.hospital)
    assert (await enter(admin, pages, foreign)).status == 422
    assert (await enter(admin, pages, own, unit=str(house.other))).status == 404
    assert await kept(pages) == []


async def test_who_saw_an_older_version_changes_nothing(pages: Pages, admin: Visitor) -> None:
    account = await ear(pages, pages.world.hospital)
    await enter(admin, pages, account)
    (row,) = await kept(pages)
    form = {"name": "B", "unit": str(pages.world.hospital), "account": str(account), "least": "info"}
    answer = await admin.post(f"{LIST}/{row['id']}", form | {"seen_version": "7"})
    assert "Somebody else changed this in the meantime" in answer.text
    assert (await kept(pages))[0]["name"] == "His"


async def test_what_is_pressed_twice_is_done_once(pages: Pages, admin: Visitor) -> None:
    account = await ear(pages, pages.world.hospital)
    twice = [await enter(admin, pages, account) for _ in range(2)]
    (row,) = await kept(pages)
    twice += [await admin.post(f"{LIST}/{row['id']}/end", {"seen_version": "1"}) for _ in range(2)]
    assert [(answer.status, answer.location) for answer in twice] == [(303, LIST)] * 4
    assert len(await kept(pages)) == 1


async def test_only_administrators_come_to_listeners(pages: Pages) -> None:
    engineer = await pages.person(pages.world.engineer)
    assert [(await engineer.get(LIST + path)).status for path in ("", "/new")] == [403, 403]


async def test_names_keep_no_sign_that_turns_what_follows_around(pages: Pages, admin: Visitor) -> None:
    account = await ear(pages, pages.world.hospital)
    await enter(admin, pages, account, name="His\u202e\u0007 😀")
    assert [row["name"] for row in await kept(pages)] == ["His 😀"]
