"""Pages in a real browser, as wide as a phone."""

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.support.measures import SMALL, TOO_WIDE
from tests.support.pages import Pages, reported_by_stranger
from tests.support.phone import listen, sign_in
from tests.support.world import LABEL, add_device

pytestmark = pytest.mark.browser


async def test_every_page_fits_a_phone_and_its_targets_a_thumb(pages: Pages, phone_page: Page) -> None:
    _, link, case = await reported_by_stranger(pages, fault="A" * 200)
    base = str(pages.server.make_url("")).rstrip("/")
    complaints = listen(phone_page)
    await sign_in(phone_page, pages, base, pages.world.engineer)
    paths = ["/todo", "/cases", "/devices", f"/cases/{case.number}", f"/cases/{case.number}/triage"]
    for path in [*paths, f"/d/{LABEL}", f"/d/{LABEL}/report", link]:
        await phone_page.goto(base + path)
        assert await phone_page.evaluate(TOO_WIDE) <= 0, path
        assert await phone_page.evaluate(SMALL) == [], path
    assert complaints == []


async def test_the_search_shows_what_it_found_while_one_types(pages: Pages, phone_page: Page) -> None:
    await add_device(pages.db, pages.world.department, "MR-0007", name="MR scanner")
    base = str(pages.server.make_url("")).rstrip("/")
    complaints = listen(phone_page)
    await sign_in(phone_page, pages, base, pages.world.engineer)
    await phone_page.goto(f"{base}/devices")
    await phone_page.locator("[name=q]").press_sequentially("mr-0007")
    await expect(phone_page.locator("#found")).not_to_contain_text("CT scanner")
    await expect(phone_page.locator("#found")).to_contain_text("MR scanner")
    assert complaints == []


async def test_the_main_action_lies_within_the_thumbs_reach(pages: Pages, phone_page: Page) -> None:
    base = str(pages.server.make_url("")).rstrip("/")
    await phone_page.goto(f"{base}/d/{LABEL}")
    box = await phone_page.locator(".bar .weui-btn_primary").bounding_box()
    assert box is not None
    assert box["y"] > 700
    assert box["y"] + box["height"] <= 844


async def test_without_javascript_a_fault_is_reported_all_the_same(
    pages: Pages, phone: BrowserContext
) -> None:
    base = str(pages.server.make_url("")).rstrip("/")
    browser = phone.browser
    assert browser is not None
    plain = await browser.new_context(java_script_enabled=False)
    page = await plain.new_page()
    await page.goto(f"{base}/d/{LABEL}")
    await page.click(".bar a")
    await page.fill("[name=fault]", "No image")
    await page.fill("[name=name]", "A nurse")
    await page.click(".bar button")
    await expect(page.locator("h1")).to_have_text("No image")
    await plain.close()


async def test_dark_pages_follow_the_phone(pages: Pages, phone_page: Page) -> None:
    base = str(pages.server.make_url("")).rstrip("/")
    await phone_page.goto(f"{base}/d/{LABEL}")
    colour = "getComputedStyle(document.body).backgroundColor"
    light = await phone_page.evaluate(colour)
    await phone_page.emulate_media(color_scheme="dark")
    assert await phone_page.evaluate(colour) != light
