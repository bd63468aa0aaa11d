"""Sessions, passwords and accounts on their pages."""

import re
from datetime import timedelta

from tests.support.pages import PASSWORD, Pages, Visitor
from tests.support.world import add_person
from workflows.identity.roles import Role

GOOD = "plover ladder amber quilt"
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120 Mobile Safari/537.36"


async def administrator(pages: Pages) -> Visitor:
    return await pages.person(await add_person(pages.db, pages.world.hospital, "Admin", Role.ADMINISTRATOR))


async def sign_in(pages: Pages, username: str, password: str, **headers: str) -> tuple[Visitor, int]:
    visitor = await pages.visitor()
    await visitor.get("/sign-in")
    answer = await visitor.post("/sign-in", {"username": username, "password": password}, **headers)
    return visitor, answer.status


async def test_the_hub_says_who_one_is_and_leads_to_everything_of_ones_own(pages: Pages) -> None:
    me = await (await pages.person(pages.world.engineer)).get("/me")
    assert all(words in me.text for words in ("Engineer", "Clinical engineer", "First Demo Hospital"))
    assert all(f'href="/me/{page}"' in me.text for page in ("absence", "password", "sessions", "telegram"))


async def test_sessions_are_listed_with_browser_and_ended_singly_or_all_but_this(pages: Pages) -> None:
    here = await pages.person(pages.world.engineer)
    name = f"person{pages.world.engineer}"
    phone, _ = await sign_in(pages, name, PASSWORD, **{"User-Agent": PHONE})
    third, _ = await sign_in(pages, name, PASSWORD)
    page = await here.get("/me/sessions")
    assert ("Chrome, Android" in page.text, page.text.count("This browser")) == (True, 1)
    key = re.findall(r"/me/sessions/([0-9a-f]{16})/end", page.text)
    assert len(key) == 2
    assert (await here.post(f"/me/sessions/{key[0]}/end", {})).status == 303
    ended = [(await visitor.get("/todo")).status for visitor in (phone, third)]
    assert sorted(ended) == [200, 303]
    await here.post("/me/sessions/end", {})
    assert [(await v.get("/todo")).status for v in (here, phone, third)] == [200, 303, 303]


async def test_a_session_of_somebody_else_is_not_ended_by_its_name(pages: Pages) -> None:
    engineer, head = await pages.person(pages.world.engineer), await pages.person(pages.world.head)
    row = await pages.db.fetchrow("SELECT id FROM web_session WHERE person_id = $1", pages.world.head)
    assert row is not None
    await engineer.get("/me/sessions")
    await engineer.post(f"/me/sessions/{row['id'][:16]}/end", {})
    assert (await head.get("/todo")).status == 200


async def test_a_changed_password_ends_the_other_sessions_at_once(pages: Pages) -> None:
    here = await pages.person(pages.world.engineer)
    other, _ = await sign_in(pages, f"person{pages.world.engineer}", PASSWORD)
    await here.get("/me/password")
    typed = {"old_password": PASSWORD, "password": GOOD, "password_again": GOOD}
    answer = await here.post("/me/password", typed)
    assert answer.location == "/me/sessions?changed=true"
    assert [(await v.get("/todo")).status for v in (here, other)] == [200, 303]
    assert (await sign_in(pages, f"person{pages.world.engineer}", PASSWORD))[1] == 401
    assert (await sign_in(pages, f"person{pages.world.engineer}", GOOD))[1] == 303


async def test_what_is_far_too_long_for_a_password_is_refused_as_a_wrong_one(pages: Pages) -> None:
    here = await pages.person(pages.world.engineer)
    await here.get("/me/password")
    answer = await here.post("/me/password", {"old_password": "x" * 5000, "password": GOOD})
    assert (answer.status, "not your current password" in answer.text) == (422, True)
    assert (await sign_in(pages, "y" * 5000, "x" * 5000))[1] == 401


async def test_a_password_that_does_not_do_is_refused_and_never_shown_again(pages: Pages) -> None:
    here = await pages.person(pages.world.engineer)
    await here.get("/me/password")
    for typed, words in (
        ({"old_password": "wrong"}, "not your current password"),
        ({"password": "short", "password_again": "short"}, "At least 10 characters"),
        ({"password": "password1234", "password_again": "password1234"}, "easy to guess"),
        ({"password_again": "another one entirely"}, "not the same"),
        ({"password": PASSWORD, "password_again": PASSWORD}, "your current password"),
    ):
        answer = await here.post(
            "/me/password", {"old_password": PASSWORD, "password": GOOD, "password_again": GOOD, **typed}
        )
        shown = [value for value in (PASSWORD, GOOD, *typed.values()) if f'"{value}"' in answer.text]
        assert (answer.status, words in answer.text, shown) == (422, True, []), words


async def test_guessing_the_old_password_on_an_open_browser_locks_it(pages: Pages) -> None:
    here = await pages.person(pages.world.engineer)
    await here.get("/me/password")
    typed = {"old_password": "wrong", "password": GOOD, "password_again": GOOD}
    for _ in range(5):
        await here.post("/me/password", typed)
    assert "locked" in (await here.post("/me/password", {**typed, "old_password": PASSWORD})).text


async def test_an_administrator_makes_a_link_that_sets_a_password_once(pages: Pages) -> None:
    admin, old = await administrator(pages), await pages.person(pages.world.engineer)
    url = f"/admin/people/{pages.world.engineer}/account"
    await admin.get(url)
    shown = await admin.post(f"{url}/link", {})
    path = re.search(r"http://yishe\.example(/p/[\w-]+)", shown.text)
    assert path is not None
    assert path[1] not in (await admin.get(url)).text
    stranger = await pages.visitor()
    assert f"person{pages.world.engineer}" in (await stranger.get(path[1])).text
    typed = {"password": GOOD, "password_again": GOOD}
    assert (await stranger.post(path[1], typed)).location == "/sign-in"
    assert (await old.get("/todo")).status == 303
    assert (await sign_in(pages, f"person{pages.world.engineer}", GOOD))[1] == 303
    assert (await stranger.post(path[1], typed)).status == 404
    assert (await stranger.get(path[1])).status == 404
    trail = await pages.db.fetch(
        "SELECT action, person_id FROM audit WHERE action LIKE 'password%' ORDER BY id"
    )
    assert [row["action"] for row in trail] == ["password.link", "password.set"]
    assert trail[1]["person_id"] == pages.world.engineer


async def test_a_link_ends_after_a_day_and_when_another_is_made(pages: Pages) -> None:
    admin = await administrator(pages)
    await pages.person(pages.world.engineer)
    url = f"/admin/people/{pages.world.engineer}/account"
    await admin.get(url)
    links = [re.search(r"(/p/[\w-]+)", (await admin.post(f"{url}/link", {})).text) for _ in range(2)]
    stranger = await pages.visitor()
    assert [(await stranger.get(link[1])).status for link in links if link] == [404, 200]
    pages.clock.forward(timedelta(hours=24))
    assert [(await stranger.get(link[1])).status for link in links if link] == [404, 404]


async def test_a_link_can_end_the_present_password_at_once(pages: Pages) -> None:
    admin = await administrator(pages)
    await pages.person(pages.world.engineer)
    url = f"/admin/people/{pages.world.engineer}/account"
    await admin.get(url)
    await admin.post(f"{url}/link", {"at_once": "true"})
    assert (await sign_in(pages, f"person{pages.world.engineer}", PASSWORD))[1] == 401


async def test_who_must_change_their_password_is_led_to_it_and_nowhere_else(pages: Pages) -> None:
    here = await pages.person(pages.world.engineer)
    await pages.db.execute("UPDATE person SET must_change_password = true")
    assert (await here.get("/todo")).location == "/me/password"
    assert "before you continue" in (await here.get("/me/password")).text
    assert (await here.post("/me/sessions/end", {})).location == "/me/password"
    await here.post("/me/password", {"old_password": PASSWORD, "password": GOOD, "password_again": GOOD})
    assert (await here.get("/todo")).status == 200


async def test_a_password_older_than_the_hospital_allows_must_be_changed(pages: Pages) -> None:
    await pages.db.execute(
        "INSERT INTO policy (organisation_id, name, value, source, valid_from, version) "
        "VALUES ($1, 'password', $2, 'test', $3, 1)",
        pages.world.hospital,
        {"least_length": 12, "most_age_days": 90},
        pages.clock.now(),
    )
    here = await pages.person(pages.world.engineer)
    assert (await here.get("/todo")).location == "/me/password"
    assert "At least 12 characters" in (await here.get("/me/password")).text


async def test_an_administrator_unlocks_and_signs_out_and_others_may_not(pages: Pages) -> None:
    admin, victim = await administrator(pages), await pages.person(pages.world.engineer)
    for _ in range(5):
        await sign_in(pages, f"person{pages.world.engineer}", "wrong")
    url = f"/admin/people/{pages.world.engineer}/account"
    assert "Locked" in (await admin.get(url)).text
    await admin.post(f"{url}/unlock", {})
    assert (await sign_in(pages, f"person{pages.world.engineer}", PASSWORD))[1] == 303
    await admin.post(f"{url}/sign-out", {})
    assert (await victim.get("/todo")).status == 303
    head = await pages.person(pages.world.head)
    await head.get("/me")
    assert [(await head.post(f"{url}/{what}", {})).status for what in ("unlock", "sign-out")] == [404, 404]
    assert ((await head.get(url)).status, (await head.post(f"{url}/link", {})).status) == (404, 404)
