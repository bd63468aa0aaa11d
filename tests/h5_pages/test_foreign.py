"""Every route, as people from elsewhere: nothing of hospital A is shown to them, and nothing of it changes.

The routes find themselves: one that `tests/support/route_cases.py` does not describe fails here.
"""

import re
from secrets import token_urlsafe

import pytest

from h5_pages.pipeline import Route
from h5_pages.routes import ROUTES
from tests.support.pages import Answer, Pages, Visitor
from tests.support.route_cases import ABOUT, Apart, Of, Open
from tests.support.two_houses import House, house_with_everything, people_elsewhere, rows_of_a, shows_a
from workflows.identity.roles import Role

REFUSED = {401, 403, 404}
DESCRIBED = [(route, ABOUT[key]) for route in ROUTES if (key := (route.method, route.path)) in ABOUT]


@pytest.fixture
async def house(pages: Pages) -> House:
    return await house_with_everything(pages)


def test_every_route_of_the_pages_is_described() -> None:
    routes = {(route.method, route.path) for route in ROUTES}
    assert sorted(routes - set(ABOUT)) == []
    assert sorted(set(ABOUT) - routes) == []


def address(house: House, route: Route, about: object) -> str:
    """The route's pattern with the things of A in it."""
    parts, query = (about.parts, about.query) if isinstance(about, Of) else ({}, "")
    named = {"token": "link" if route.path.startswith("/f/") else "label", "key": "licence key", **parts}

    def fill(part: re.Match[str]) -> str:
        wanted = named.get(part[1], part[1])
        return house.ids.get(wanted, wanted)

    return re.sub(r"{(\w+)[^}]*}", fill, route.path) + query.format_map(house.ids)


async def visit(house: House, visitor: Visitor, route: Route, about: object, csrf: str) -> Answer:
    """What the visitor gets there: by GET, or with a form that bears a good token."""
    where = address(house, route, about)
    if route.method != "POST":
        return await visitor.get(where)
    form = about.form if isinstance(about, Of) else {}
    fields = {name: value.format_map(house.ids) for name, value in form.items()}
    machinery = {"csrf": csrf, "key": token_urlsafe(16), "seen_version": "1", "version": "1"}
    visitor.page = Answer(0, "", {}, b"")
    return await visitor.post(where, {**machinery, **fields})


async def token_of(visitor: Visitor) -> str:
    """The form token of the visitor's session."""
    for page in ("/me", "/sign-in"):
        if token := (await visitor.get(page)).hidden("csrf"):
            return token
    raise AssertionError("no page has a form")


async def wrongs(house: House, who: str, visitor: Visitor) -> list[str]:
    """Every route that shows the visitor something of A, lets them in, or fails."""
    csrf, found = await token_of(visitor), []
    for route, about in DESCRIBED:
        if isinstance(about, Apart | Open):
            continue
        answer = await visit(house, visitor, route, about, csrf)
        let_in = answer.status not in REFUSED | {422} and not must_sign_in(answer)
        if shows_a(answer):
            found.append(f"{who} reads of A: {route.method} {route.path}")
        elif answer.status >= 500 or (let_in and isinstance(about, Of) and about.refuses):
            found.append(f"{who} gets {answer.status}: {route.method} {route.path}")
    return found


def must_sign_in(answer: Answer) -> bool:
    """Is the visitor led to sign-in?"""
    return answer.location.startswith("/sign-in") or "HX-Refresh" in answer.headers


@pytest.mark.timeout(600)  # hundreds of requests: a machine that does other work as well needs its time
async def test_nobody_from_elsewhere_sees_or_changes_anything_of_a(house: House) -> None:
    elsewhere = await people_elsewhere(house, *Role)
    before = await rows_of_a(house)
    assert sum(map(len, before.values())) > 50
    found = []
    for who, visitor in elsewhere.visitors.items():
        found += await wrongs(house, who, visitor)
        assert await rows_of_a(house) == before, who
    assert not found, "\n".join(found)


@pytest.mark.soak
@pytest.mark.parametrize("role", list(Role))
async def test_no_single_role_elsewhere_sees_or_changes_anything_of_a(house: House, role: Role) -> None:
    elsewhere = await people_elsewhere(house, role)
    before = await rows_of_a(house)
    found = [w for who, visitor in elsewhere.visitors.items() for w in await wrongs(house, who, visitor)]
    assert not found, "\n".join(found)
    assert await rows_of_a(house) == before


async def test_the_same_is_seen_and_done_by_who_may_at_home(house: House) -> None:
    """What is refused elsewhere is not refused because it is broken."""
    browsers: dict[Role, tuple[Visitor, str]] = {}
    found = []
    for route, about in DESCRIBED:
        if not isinstance(about, Of) or about.by is None:
            continue
        if about.by not in browsers:
            visitor = await house.pages.person(house.people[about.by])
            browsers[about.by] = visitor, await token_of(visitor)
        answer = await visit(house, browsers[about.by][0], route, about, browsers[about.by][1])
        if answer.status >= 400 or must_sign_in(answer):
            found.append(f"{about.by} gets {answer.status}: {route.method} {route.path}")
    assert not found, "\n".join(found)


async def test_whoever_has_a_part_in_a_case_sees_that_case_and_no_more(house: House) -> None:
    vendor = (await people_elsewhere(house)).vendor
    ids = house.ids
    seen = await vendor.get(f"/cases/{ids['repair']}")
    assert seen.status == 200
    assert shows_a(seen)
    assert (await vendor.get(f"/files/{ids['photo']}")).status == 200
    others = [f"/cases/{ids['other']}", f"/cases/{ids['event']}", f"/devices/{ids['device']}"]
    others += [f"/devices/{ids['device']}/history", f"/admin/people/{ids['person']}"]
    assert [path for path in others if (await vendor.get(path)).status != 404] == []
    for path in ("/cases?all=1", "/todo"):
        text = (await vendor.get(path)).text
        assert ids["other"] not in text
        assert ids["event"] not in text
    for path in ("/devices", "/devices/export.xlsx", "/licences", "/admin/audit", "/admin/people"):
        assert not shows_a(await vendor.get(path)), path


async def test_a_reporters_link_opens_one_case_and_no_more(house: House) -> None:
    stranger, ids = await house.pages.visitor(), house.ids
    assert ids["repair"] in (await stranger.get(f"/f/{ids['link']}")).text
    assert (await stranger.get(f"/f/{ids['link']}/files/{ids['photo']}")).status == 200
    assert (await stranger.get(f"/f/{ids['link']}/files/{ids['document']}")).status == 404
    for path in (f"/cases/{ids['repair']}", f"/files/{ids['photo']}", f"/devices/{ids['device']}"):
        assert must_sign_in(await stranger.get(path)), path
