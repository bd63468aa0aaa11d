"""Sign-in, sessions, languages, static files, and how much a phone has to load."""

import gzip
import re
from datetime import timedelta

import pytest

from tests.support.pages import PASSWORD, Pages, Visitor, reported_by_stranger
from tests.support.world import LABEL

LIGHT_BYTES = 60_000


async def test_who_is_not_signed_in_is_led_to_sign_in_and_back(pages: Pages) -> None:
    case = await pages.report(pages.world.reporter)
    await pages.person(pages.world.engineer)
    visitor = await pages.visitor()
    asked = await visitor.get(f"/cases/{case.number}")
    assert asked.status == 303
    form = await visitor.get(asked.location)
    fields = {"username": f"person{pages.world.engineer}", "password": PASSWORD, "next": form.hidden("next")}
    assert (await visitor.post("/sign-in", fields)).location == f"/cases/{case.number}"


async def test_a_wrong_password_leaves_the_name_and_says_no_more(pages: Pages) -> None:
    visitor = await pages.visitor()
    await visitor.get("/sign-in")
    answer = await visitor.post("/sign-in", {"username": "somebody", "password": "wrong"})
    assert answer.status == 401
    assert "User name or password is wrong." in answer.text
    assert 'value="somebody"' in answer.text
    assert "wrong&quot;" not in answer.text


async def test_after_sign_out_the_session_is_over(pages: Pages) -> None:
    engineer = await pages.person(pages.world.engineer)
    await engineer.get("/todo")
    assert (await engineer.post("/sign-out", {})).location == "/sign-in"
    assert (await engineer.get("/todo")).status == 303


async def test_a_form_sent_after_the_session_ran_out_shows_the_words_again(pages: Pages) -> None:
    case = await pages.report(pages.world.reporter)
    engineer = await pages.person(pages.world.engineer)
    await engineer.get(f"/cases/{case.number}/remark")
    pages.clock.forward(timedelta(hours=2))
    answer = await engineer.post(f"/cases/{case.number}/remark", {"remark": "My own words"})
    assert answer.status == 401
    assert "My own words" in answer.text
    assert "sign-in?next=" in answer.text


async def test_a_person_who_left_is_signed_out(pages: Pages) -> None:
    engineer = await pages.person(pages.world.engineer)
    await pages.db.execute("UPDATE person SET active = false WHERE id = $1", pages.world.engineer)
    assert (await engineer.get("/todo")).status == 303


@pytest.mark.parametrize(
    ("accept", "shown"),
    [("", "zh-CN"), ("en-GB,en;q=0.8", "en"), ("de, zh;q=0.5, en;q=0.4", "zh-CN"), (";;q=x", "zh-CN")],
)
async def test_the_browsers_language_is_followed(pages: Pages, accept: str, shown: str) -> None:
    page = await (await pages.visitor()).get(f"/d/{LABEL}", **{"Accept-Language": accept})
    assert f'<html lang="{shown}">' in page.text


async def test_a_chosen_language_stays_and_leads_back(pages: Pages) -> None:
    visitor = await pages.visitor()
    answer = await visitor.get(f"/language?to=en&next=/d/{LABEL}")
    assert answer.location == f"/d/{LABEL}"
    assert '<html lang="en">' in (await visitor.get(f"/d/{LABEL}")).text


async def test_a_language_that_there_is_not_is_not_found(pages: Pages) -> None:
    assert (await (await pages.visitor()).get("/language?to=xx")).status == 404


async def test_static_files_come_packed_and_for_ever(pages: Pages) -> None:
    visitor = await pages.visitor()
    page = await visitor.get("/sign-in")
    url = re.findall(r'href="(/static/yishe\.css\?v=[0-9a-f]+)"', page.text)[0]
    answer = await visitor.get(url, **{"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "immutable" in answer.headers["Cache-Control"]
    again = await visitor.get(url, **{"If-None-Match": answer.headers["ETag"]})
    assert again.status == 304


async def test_nothing_outside_of_the_static_folder_is_sent(pages: Pages) -> None:
    visitor = await pages.visitor()
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/.lock", "/static/vendor/.lock"):
        assert (await visitor.get(path)).status == 404


async def weight(visitor: Visitor, path: str) -> int:
    """Bytes over the wire for a first visit: the page, and every file it names, headers not counted."""
    page = await visitor.get(path)
    assert page.status == 200
    urls = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text))
    files = [await visitor.get(url, **{"Accept-Encoding": "identity"}) for url in sorted(urls)]
    assert len(files) >= 3
    return len(page.body) + sum(len(gzip.compress(file.body, mtime=0)) for file in files)


async def test_a_first_load_stays_light(pages: Pages) -> None:
    _, link, case = await reported_by_stranger(pages, fault="No image " * 100)
    await pages.act(
        case, "triage", pages.world.engineer, urgency="normal", diagnosis="x " * 400, estimate="9000"
    )
    engineer = await pages.person(pages.world.engineer)
    stranger = await pages.visitor()
    seen = {p: await weight(stranger, p) for p in (f"/d/{LABEL}", f"/d/{LABEL}/report", link, "/sign-in")}
    seen |= {
        p: await weight(engineer, p) for p in ("/todo", "/devices", f"/cases/{case.number}", f"/d/{LABEL}")
    }
    assert max(seen.values()) < LIGHT_BYTES, seen
