"""Sign-in by WeCom, inside it and by scanning, against a stand-in that keeps WeCom's rules."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.pages import Answer, Visitor
from tests.support.sandbox import AGENT, CORPID, MUTE_AGENT
from tests.support.wecom_town import PHONE, SEALER, Town, wecom_town
from tests.support.world import add_account, add_organisation

WAY = "/sign-in/wecom/wecom-one"


@pytest.fixture
async def town(database_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    async with wecom_town(database_url, tmp_path / "files") as made:
        yield made


def path_of(url: str) -> str:
    parts = urlsplit(url)
    assert parts.netloc == "yishe.example", url
    return f"{parts.path}?{parts.query}"


async def begun(town: Town, visitor: Visitor, then: str = "/cases", **headers: str) -> str:
    answer = await visitor.get(f"{WAY}?next={then}", **headers)
    assert answer.status == 303, answer.text
    return answer.location


async def scanned(town: Town, name: str) -> tuple[Visitor, Answer]:
    visitor = await town.pages.visitor()
    back = await town.scan(await begun(town, visitor), name)
    return visitor, await visitor.get(path_of(back))


async def test_inside_wecom_one_is_recognised_without_a_question(town: Town) -> None:
    visitor = await town.pages.visitor()
    first = await visitor.get("/sign-in?next=/cases", **{"User-Agent": PHONE})
    assert first.location == f"{WAY}?next=/cases"
    back = await town.ask(await begun(town, visitor, **{"User-Agent": PHONE}), member="u1")
    assert (await visitor.get(path_of(back))).location == "/cases"
    assert "Engineer" in (await visitor.get("/me")).text
    row = await town.pages.db.fetchrow("SELECT way FROM web_session")
    assert row is not None
    assert row["way"] == "wecom"


async def test_outside_one_scans_with_the_phone_and_the_form_offers_it(town: Town) -> None:
    visitor = await town.pages.visitor()
    assert f'href="{WAY}?next=' in (await visitor.get("/sign-in?next=/cases")).text
    back = await town.scan(await begun(town, visitor), "Engineer 1")
    assert (await visitor.get(path_of(back))).location == "/cases"
    row = await town.pages.db.fetchrow("SELECT way FROM web_session")
    assert row is not None
    assert row["way"] == "wecom_scan"


async def test_where_several_have_wecom_one_finds_ones_own_by_name_and_nobody_is_listed(town: Town) -> None:
    visitor, db = await town.pages.visitor(), town.pages.db
    other = await add_organisation(db, "hospital", "Second Demo Hospital")
    await add_account(db, other, "wecom", "wecom-two", {}, {}, SEALER)
    for query in ("", "?place=Fi", "?place=nobody", "?place=%25%25%25"):
        assert "/sign-in/wecom/" not in (await visitor.get(f"/sign-in{query}")).text, query
    found = (await visitor.get("/sign-in?place=second+demo")).text
    assert ("/sign-in/wecom/wecom-two" in found, WAY in found) == (True, False)
    assert (await visitor.get("/sign-in", **{"User-Agent": PHONE})).status == 200


async def test_a_name_that_many_have_lists_none_of_them(town: Town) -> None:
    db = town.pages.db
    for number in range(4):
        place = await add_organisation(db, "hospital", f"Demo House {number}")
        await add_account(db, place, "wecom", f"wecom-{number}", {}, {}, SEALER)
    visitor = await town.pages.visitor()
    page = await visitor.get("/sign-in?place=Demo+House")
    assert "/sign-in/wecom/" not in page.text
    assert "enter the full name" in page.text
    assert "/sign-in/wecom/wecom-3" in (await visitor.get("/sign-in?place=Demo+House+3")).text


async def test_what_was_begun_in_one_browser_counts_in_no_other_and_once(town: Town) -> None:
    visitor, thief = await town.pages.visitor(), await town.pages.visitor()
    back = path_of(await town.scan(await begun(town, visitor), "Engineer 1"))
    assert (await thief.get(back)).status == 400
    cookies = [(c.key, c.value) for c in visitor.client.session.cookie_jar if c.key == "yishe-wecom"]
    assert (await visitor.get(back)).status == 303
    again = await visitor.get(back, Cookie="; ".join(f"{name}={value}" for name, value in cookies))
    assert (again.status, "Please start again" in again.text) == (400, True)
    assert len(await town.pages.db.fetch("SELECT 1 FROM web_session")) == 1


async def test_only_our_own_pages_are_gone_to_afterwards(town: Town) -> None:
    visitor = await town.pages.visitor()
    location = await begun(town, visitor, "//evil.example/x")
    back = await town.scan(location, "Engineer 1")
    assert (await visitor.get(path_of(back))).location == "/todo"


async def test_whom_wecom_knows_and_nobody_here_is_told_so_beside_the_form(town: Town) -> None:
    for name, words in (
        ("Engineer 2", "is not registered here"),
        ("Somebody who", "not a member"),
    ):
        _, answer = await scanned(town, f"{name}[^<]*")
        assert (answer.status, words in answer.text, 'name="password"' in answer.text) == (403, True, True)


async def test_an_address_that_has_ended_opens_nothing(town: Town) -> None:
    await town.pages.db.execute("UPDATE contact_point SET ended_at = now()")
    assert (await scanned(town, "Engineer 1"))[1].status == 403


async def test_when_wecom_is_away_the_form_remains(town: Town) -> None:
    visitor = await town.pages.visitor()
    back = await town.scan(await begun(town, visitor), "Engineer 1")
    await town.box.faults(wecom={"unavailable": True})
    answer = await visitor.get(path_of(back))
    assert (answer.status, 'name="password"' in answer.text) == (503, True)


async def test_an_account_that_is_none_is_not_found(town: Town) -> None:
    assert (await (await town.pages.visitor()).get("/sign-in/wecom/nobody")).status == 404


async def test_the_stand_in_keeps_the_rules_of_the_domain_and_of_the_code(town: Town) -> None:
    visitor = await town.pages.visitor()
    location = await begun(town, visitor)
    assert "trusted domain" in await town.ask(location.replace("yishe.example", "evil.example"))
    assert "appid or agentid" in await town.ask(location.replace(CORPID, "ww-sandbox-two"))
    code = parse_qs(urlsplit(await town.scan(location, "Engineer 1")).query)["code"][0]
    ask = {"access_token": town.box.token, "code": code}
    assert (await town.box.get("/cgi-bin/auth/getuserinfo", ask))["userid"] == "u1"
    assert (await town.box.get("/cgi-bin/auth/getuserinfo", ask))["errcode"] == 40029
    late, other = [parse_qs(urlsplit(await town.scan(location, "Engineer 1")).query)["code"][0] for _ in "12"]
    await town.box.sign_in(MUTE_AGENT)
    foreign = {"access_token": town.box.token, "code": other}
    assert (await town.box.get("/cgi-bin/auth/getuserinfo", foreign))["errcode"] == 40029
    town.box.time.advance(300)
    await town.box.sign_in(AGENT)
    old = {"access_token": town.box.token, "code": late}
    assert (await town.box.get("/cgi-bin/auth/getuserinfo", old))["errcode"] == 40029
