"""What a hostile browser, site or visitor tries."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from h5_pages.next_page import local
from h5_pages.routes import ROUTES
from storage.rates import Rate
from tests.support.pages import PASSWORD, Pages, picture, reported_by_stranger, running_pages
from tests.support.world import LABEL

POSTS = [route.path for route in ROUTES if route.method == "POST"]
BY_ITS_OWN_TOKEN = "/n/{token}"  # mail programs stop a kind of message without any page (RFC 8058)
REPORT = f"/d/{LABEL}/report"
TYPED = {"fault": "No image", "name": "A nurse"}


def filled(path: str, number: str) -> str:
    """A route's pattern as an address."""
    parts = {"number": number, "action": "remark", "token": "t" if path.startswith("/f/") else LABEL}
    return re.sub(r"{(\w+)[^}]*}", lambda part: parts.get(part[1], "1"), path)


async def test_the_table_names_every_posting_route_of_the_application(pages: Pages) -> None:
    routes = pages.server.app.router.routes()
    posting = {r.resource.canonical for r in routes if r.method not in ("GET", "HEAD", "*") and r.resource}
    assert posting == set(POSTS)


@pytest.mark.parametrize("token", ["", "guessed"])
async def test_every_form_is_refused_without_this_browsers_token(pages: Pages, token: str) -> None:
    case = await pages.report(pages.world.reporter)
    visitor = await pages.person(pages.world.engineer)
    fields = {"csrf": token, "remark": "Forged", **TYPED}
    answers = {path: await visitor.post(filled(path, case.number), fields) for path in POSTS}
    del answers[BY_ITS_OWN_TOKEN]
    assert {path: a.status for path, a in answers.items() if a.status != 403} == {}
    assert [path for path, a in answers.items() if "nothing was saved" not in a.text] == []
    assert len(await pages.db.fetch("SELECT 1 FROM step")) == 1


@pytest.mark.parametrize(
    "header", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
async def test_every_form_is_refused_from_another_site(pages: Pages, header: dict[str, str]) -> None:
    case = await pages.report(pages.world.reporter)
    visitor = await pages.person(pages.world.engineer)
    await visitor.get(f"/cases/{case.number}")
    statuses = {
        path: (await visitor.post(filled(path, case.number), {"remark": "Forged"}, **header)).status
        for path in POSTS
        if path != BY_ITS_OWN_TOKEN  # mail programs press it from their pages, and it looks at no session
    }
    assert {path: status for path, status in statuses.items() if status != 403} == {}


async def test_a_form_from_our_own_address_is_taken(pages: Pages) -> None:
    visitor = await pages.visitor()
    await visitor.get(REPORT)
    assert (await visitor.post(REPORT, TYPED, Origin="http://yishe.example")).status == 303


async def test_another_browsers_token_is_refused(pages: Pages) -> None:
    one, other = await pages.visitor(), await pages.visitor()
    stolen = (await one.get(REPORT)).hidden("csrf")
    await other.get(REPORT)
    assert (await other.post(REPORT, {**TYPED, "csrf": stolen})).status == 403


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/todo?x=//evil",
        "javascript:alert(1)",
        "/todo\n",
        "",
    ],
)
def test_nobody_is_led_away_after_sign_in(path: str) -> None:
    assert local(path) == "/todo"


@pytest.mark.parametrize(
    "path", ["/cases/WX2026-000001", "/cases/WX2026-000001/approve", "/devices/7", "/d/abc_-1"]
)
def test_pages_of_ours_are_found_again_after_sign_in(path: str) -> None:
    assert local(path) == path


async def test_every_page_carries_the_protecting_headers(pages: Pages) -> None:
    visitor = await pages.person(pages.world.engineer)
    for path in ("/todo", f"/d/{LABEL}", "/sign-in", "/no/such/page"):
        headers = (await visitor.get(path)).headers
        policy = headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "camera=(self)" in headers["Permissions-Policy"]
        assert headers["Cache-Control"] == "no-store"


async def test_no_page_has_scripts_or_styles_inside(pages: Pages) -> None:
    _, link, case = await reported_by_stranger(pages)
    visitor = await pages.person(pages.world.engineer)
    for path in ("/todo", "/devices", f"/cases/{case.number}", link, REPORT):
        text = (await visitor.get(path)).text
        assert "<style" not in text
        assert " style=" not in text
        assert " onclick=" not in text
        assert "<script>" not in text


async def test_cookies_are_bound_and_hidden_from_scripts(pages: Pages) -> None:
    visitor = await pages.visitor()
    await visitor.get("/sign-in")
    row = await pages.db.fetchrow("SELECT id FROM person WHERE name = 'Engineer'")
    assert row is not None
    await pages.person(row["id"])
    fields = {"username": f"person{row['id']}", "password": PASSWORD}
    cookie = (await visitor.post("/sign-in", fields)).headers["Set-Cookie"]
    assert cookie.startswith("yishe=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


async def test_over_https_cookies_are_bound_to_the_host_and_browsers_told_to_stay(
    database_url: str, tmp_path: Path
) -> None:
    async with running_pages(database_url, tmp_path, secure_cookies=True) as pages:
        answer = await (await pages.visitor()).get("/sign-in")
    assert answer.headers["Set-Cookie"].startswith("__Host-yishe-form=")
    assert "Secure" in answer.headers["Set-Cookie"]
    assert "max-age=" in answer.headers["Strict-Transport-Security"]


async def test_views_of_labels_are_limited_with_a_page_that_says_when_to_come_back(
    database_url: str, tmp_path: Path
) -> None:
    async with running_pages(database_url, tmp_path, view_rate=Rate(3, 60)) as pages:
        visitor = await pages.visitor()
        answers = [await visitor.get(f"/d/{LABEL}") for _ in range(4)]
        assert [answer.status for answer in answers] == [200, 200, 200, 429]
        assert "Please try again in 65 seconds." in answers[-1].text
        assert answers[-1].headers["Retry-After"] == "65"
        pages.clock.forward(timedelta(seconds=65))
        assert (await visitor.get(f"/d/{LABEL}")).status == 200


async def test_who_is_signed_in_may_look_as_often_as_they_like(database_url: str, tmp_path: Path) -> None:
    async with running_pages(database_url, tmp_path, view_rate=Rate(1, 60)) as pages:
        engineer = await pages.person(pages.world.engineer)
        assert [(await engineer.get(f"/d/{LABEL}")).status for _ in range(3)] == [200] * 3


async def test_reports_are_limited_and_the_words_are_kept(database_url: str, tmp_path: Path) -> None:
    async with running_pages(database_url, tmp_path, report_rate=Rate(1, 600)) as pages:
        visitor, _, _ = await reported_by_stranger(pages)
        await visitor.get(REPORT)
        answer = await visitor.post(REPORT, {**TYPED, "fault": "A second fault"})
        assert answer.status == 429
        assert "A second fault" in answer.text


async def test_photos_of_strangers_are_limited_and_the_words_are_kept(
    database_url: str, tmp_path: Path
) -> None:
    async with running_pages(database_url, tmp_path, photo_rate=Rate(1, 600)) as pages:
        visitor = await pages.visitor()
        await visitor.get(REPORT)
        answer = await visitor.post_files(REPORT, TYPED, ("1.jpg", picture()), ("2.jpg", picture()))
        assert answer.status == 429
        assert "No image" in answer.text
        assert len(await pages.db.fetch("SELECT 1 FROM stored_file WHERE thumbnail IS NOT NULL")) == 1


async def test_a_forwarded_address_counts_only_from_our_own_proxy(database_url: str, tmp_path: Path) -> None:
    async with running_pages(database_url, tmp_path, view_rate=Rate(1, 60)) as pages:
        visitor = await pages.visitor()
        await visitor.get("/f/x", **{"X-Forwarded-For": "198.51.100.1"})
        assert (await visitor.get("/f/x", **{"X-Forwarded-For": "198.51.100.2"})).status == 429


async def test_behind_our_proxy_each_client_is_counted_alone(database_url: str, tmp_path: Path) -> None:
    async with running_pages(database_url, tmp_path, view_rate=Rate(1, 60), trusted_proxy_hops=1) as pages:
        visitor = await pages.visitor()
        await visitor.get("/f/x", **{"X-Forwarded-For": "made up, 198.51.100.1"})
        answers = [await visitor.get("/f/x", **{"X-Forwarded-For": f"198.51.100.{i}"}) for i in (1, 2)]
        assert [answer.status for answer in answers] == [429, 404]
