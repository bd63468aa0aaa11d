"""Every page of the demo, found by itself, on a phone: it fits, a thumb hits it, and the bar hides nothing."""

import pytest
from playwright.async_api import Browser

from tests.support.demo_process import Running
from tests.support.judge import Room, axe, fits
from tests.support.walk import Walk, routes_read, walk_demo

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

# A part of a page that asks for itself, a photo that a stranger would have to send first, a choice of language,
# and one's own WeCom, which a search finds.
NOT_LINKED = {
    "/cases/{number}/sensors",
    "/devices/{id}/sensors",
    "/f/{token}/files/{key}",
    "/language",
    "/sign-in/wecom/{account}",
}
# What the demo has no example of, or shows on a line of a list that two examples do not reach.
NOT_IN_THE_DEMO = {
    "/admin/duty/{id}",
    "/admin/imports/{kind}/{id}",
    "/admin/organisations/{id}/move",
    "/devices/{id}/files/{key}",
    "/devices/{id}/qr.png",
    "/me/storms/{id}",
    "/me/storms/{id}/acknowledge",
    "/i/{token}",
    "/n/{token}",
    "/p/{token}",
    "/sign-in/wecom/{account}/back",
}
MOST_BYTES = 60_000
FOR_THE_PRINTER = {"/help/manual"}
ON_A_PHONE = ("/d/{token}", "/d/{token}/report", "/todo", "/cases/{number}", "/devices/{id}", "/sign-in")


@pytest.fixture(scope="module")
def walk(demo_process: Running) -> Walk:
    """Where the links of the demo lead."""
    return walk_demo(demo_process)


def test_links_lead_to_every_page_and_none_into_the_void(walk: Walk) -> None:
    assert walk.broken == {}
    assert set(routes_read()) - set(walk.found) - NOT_LINKED - NOT_IN_THE_DEMO == set()


async def test_every_page_fits_a_phone_and_is_loaded_at_once(
    walk: Walk, demo_process: Running, browser: Browser
) -> None:
    wrong: list[str] = []
    async with Room(browser, demo_process.origin, width=390) as room:
        for found in walk.pages():
            wrong += [f"{found}: {fault}" for fault in await fits(await room.open(found))]
            if room.loaded > MOST_BYTES and found.route not in FOR_THE_PRINTER:
                wrong.append(f"{found}: {room.loaded} bytes")
    assert not wrong, "\n".join(wrong)


async def test_axe_finds_nothing_on_the_pages_that_people_open_most(
    walk: Walk, demo_process: Running, browser: Browser
) -> None:
    wrong: list[str] = []
    async with Room(browser, demo_process.origin, width=390) as room:
        for found in (walk.found[route] for route in ON_A_PHONE):
            wrong += [f"{found}: {fault}" for fault in await axe(await room.open(found))]
    assert not wrong, "\n".join(wrong)
