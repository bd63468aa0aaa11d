"""Every page of the demo, found by itself, on a phone: it fits, a thumb hits it, and axe has nothing to say."""

import pytest
from playwright.async_api import Browser

from tests.support.browser import PHONE
from tests.support.demo_process import Running
from tests.support.judge import faults
from tests.support.walk import Found, Walk, routes_read

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PEOPLE = ("engineer", "head", "safety", "licence", "province", "admin")
# A part of a page that asks for itself, a photo that a stranger would have to send first, a choice of language.
NOT_LINKED = {"/devices/{id}/sensors", "/f/{token}/files/{key}", "/language"}


@pytest.fixture
async def walk(demo_process: Running) -> Walk:
    """Where the links of the demo lead."""
    walk = Walk(demo_process.origin)
    link = await walk.report(demo_process.label)
    await walk.as_stranger("/", demo_process.label, link, "/sign-in", "/help")
    for person in PEOPLE:
        await walk.as_person(person)
    return walk


async def open_page(browser: Browser, origin: str, found: Found, **how: object) -> list[str]:
    """What is wrong with a page, as the person sees it who found it."""
    context = await browser.new_context(
        viewport=PHONE, is_mobile=True, has_touch=True, locale="zh-CN", reduced_motion="reduce"
    )
    await context.add_cookies([{"name": n, "value": v, "url": origin} for n, v in found.cookies.items()])
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
    await page.goto(origin + found.path)
    found_faults = await faults(page)
    await context.close()
    return [f"{found.path} ({found.person or 'anybody'}): {fault}" for fault in [*complaints, *found_faults]]


async def test_links_lead_to_every_page_and_none_into_the_void(walk: Walk) -> None:
    assert walk.broken == {}
    assert set(routes_read()) - set(walk.found) - NOT_LINKED == set()


async def test_every_page_fits_a_phone_and_axe_finds_nothing(
    walk: Walk, demo_process: Running, browser: Browser
) -> None:
    wrong: list[str] = []
    for found in walk.found.values():
        if found.shown:
            wrong += await open_page(browser, demo_process.origin, found)
    assert wrong == []
