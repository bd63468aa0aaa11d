"""Every form and query that somebody can reach, with what no form of ours would send: never a fault of ours."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from secrets import token_urlsafe
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs
from yarl import URL

from h5_pages.routes import ROUTES
from storage.rates import Rate
from tests.h5_pages.test_foreign import address
from tests.support import proofs
from tests.support.fuzzing import (
    LEFT_ALONE,
    PROVIDER_AWAY,
    URLENCODED,
    Form,
    Found,
    Sent,
    crawl,
    headers,
    mangled,
    values,
)
from tests.support.pages import Answer, Pages, Visitor, running_pages
from tests.support.route_cases import ABOUT
from tests.support.two_houses import POST, House, house_with_everything
from tests.support.world import LONG_AGO, add_person
from workflows.identity.roles import Role

OFTEN = Rate(10**9, 60)
SHORT, LONG = 150, 20_000
LANGUAGES = {"en": '<html lang="en"', "zh": '<html lang="zh-CN"', "fr, *;q=0.1": '<html lang="zh-CN"'}


class Town:
    """The house, who tries, and what each of them found."""

    def __init__(self, house: House, visitors: list[Visitor], found: list[Found]) -> None:
        self.house = house
        self.visitors = visitors
        self.broken = sorted(path for theirs in found for path in theirs.broken)
        self.forms = [
            (visitor, form)
            for visitor, all_of_theirs in zip(visitors, found, strict=True)
            for form in all_of_theirs.forms.values()
            if not form.action.endswith(LEFT_ALONE)
        ]


@pytest.fixture
async def town(database_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    rates = dict.fromkeys(("view_rate", "press_rate", "sign_in_rate", "report_rate", "photo_rate"), OFTEN)
    async with running_pages(database_url, tmp_path, None, **rates) as pages:
        house = await house_with_everything(pages)
        everything = await add_person(pages.db, pages.world.hospital, "Everything")
        for role in Role:
            await pages.db.execute(POST, everything, pages.world.hospital, role, LONG_AGO)
        visitors = [await pages.person(everything), await pages.visitor()]
        starts = [address(house, r, ABOUT[r.method, r.path]) for r in ROUTES if (r.method, r.path) in ABOUT]
        found = [await crawl(visitor, starts, 300) for visitor in visitors]
        yield Town(house, visitors, found)


async def send(visitor: Visitor, sent: Sent) -> Answer:
    """Exactly these bytes, as far as HTTP allows."""
    base = visitor.client.make_url("/")
    url = URL(f"{base.scheme}://{base.host}:{base.port}{sent.path}", encoded=True)
    session = visitor.client.session
    async with session.request(
        sent.method, url, headers=sent.headers, data=sent.body or None, allow_redirects=False
    ) as response:
        body = await response.read()
        return Answer(response.status, body.decode("utf-8", "replace"), response.headers.copy(), body)


def check(sent: Sent, answer: Answer, logs: list[dict[str, object]]) -> None:
    """No fault, and no trace of our insides."""
    failed = [entry.get("exc_info") for entry in logs if entry.get("event") == "page_failed"]
    away = answer.status in PROVIDER_AWAY and sent.path.startswith("/admin/address-books")
    assert answer.status < 500 or away, (sent, failed)
    assert "Traceback (most recent" not in answer.text


BUDGET = settings(
    max_examples=SHORT,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
SOAK = settings(BUDGET, max_examples=LONG, derandomize=False)


async def test_the_forms_find_themselves(town: Town) -> None:
    assert not town.broken, "\n".join(town.broken)
    assert len(town.forms) > 40
    posted = {form.action.partition("?")[0] for _, form in town.forms if form.method == "POST"}
    assert {"/sign-in", "/devices/new", "/admin/people/new"} <= posted
    assert any("q" in form.fields for _, form in town.forms if form.method == "GET")


async def test_every_refusal_speaks_the_visitors_language(pages: Pages) -> None:
    big = urlencode({"username": "x" * 600_000}).encode()
    tries = {
        404: Sent("GET", "/no/such", b"", {}),
        405: Sent("PUT", "/todo", b"", {}),
        403: Sent("POST", "/sign-in", b"username=x", {"Content-Type": URLENCODED}),
        400: Sent("POST", "/sign-in", b"{}", {"Content-Type": "application/json"}),
        413: Sent("POST", "/sign-in", big, {"Content-Type": URLENCODED}),
        415: Sent("POST", "/sign-in", b"x", {"Content-Type": URLENCODED, "Content-Encoding": "br"}),
    }
    for (status, sent), (accept, shown) in product(tries.items(), LANGUAGES.items()):
        headers = {**sent.headers, "Accept-Language": accept}
        answer = await send(await pages.visitor(), replace(sent, headers=headers))
        assert answer.status == status
        assert shown in answer.text


async def try_forms(town: Town, data: st.DataObject) -> None:
    visitor, form = data.draw(st.sampled_from(town.forms), label="form")
    fresh = {"key": token_urlsafe(16)} if "key" in form.fields else {}
    sent = data.draw(mangled(Form(form.action, form.method, {**form.fields, **fresh})))
    with capture_logs() as logs:
        check(sent, await send(visitor, sent), [dict(entry) for entry in logs])


async def try_addresses(town: Town, data: st.DataObject) -> None:
    """Addresses with wrong parts, queries, headers and methods."""
    visitor = data.draw(st.sampled_from(town.visitors))
    route = data.draw(st.sampled_from(ROUTES))
    where = address(town.house, route, ABOUT.get((route.method, route.path)))
    if data.draw(st.booleans()):
        where = re.sub(r"{\w+[^}]*}", lambda _: _quoted(data.draw(values)), route.path)
    names = [
        "q",
        "id",
        "ids",
        "sort",
        "after",
        "all",
        "next",
        "to",
        "unit",
        "parent",
        "since",
        "state",
        "colour",
    ]
    query = data.draw(st.lists(st.tuples(st.sampled_from(names), values), max_size=3))
    asked = "&".join(f"{name}={_quoted(value)}" for name, value in query)
    method = data.draw(st.sampled_from(["GET"] * 6 + ["HEAD", "PUT", "OPTIONS", "POST"]))
    sent = Sent(method, f"{where}?{asked}"[:7000], b"", data.draw(headers))
    with capture_logs() as logs:
        check(sent, await send(visitor, sent), [dict(entry) for entry in logs])


def _quoted(value: str) -> str:
    return "".join(f"%{byte:02X}" for byte in value[:300].encode("utf-8", "surrogatepass"))


@BUDGET
@given(data=st.data())
async def test_no_form_can_make_the_pages_fail(town: Town, data: st.DataObject) -> None:
    await try_forms(town, data)


@BUDGET
@given(data=st.data())
async def test_no_address_can_make_the_pages_fail(town: Town, data: st.DataObject) -> None:
    await try_addresses(town, data)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@SOAK
@given(data=st.data())
async def test_no_form_or_address_can_make_the_pages_fail_for_long(town: Town, data: st.DataObject) -> None:
    await (try_forms if data.draw(st.booleans()) else try_addresses)(town, data)
    await proofs.every_state_has_its_history(town.house.pages.db)
