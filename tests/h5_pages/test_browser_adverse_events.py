"""The road of an adverse event in a real browser, as wide as a phone."""

import pytest
from playwright.async_api import Page, expect

from tests.support.events import CANARY, add_officials
from tests.support.measures import SMALL, TOO_WIDE
from tests.support.pages import Pages
from tests.support.phone import listen, sign_in

pytestmark = pytest.mark.browser


async def test_an_event_is_reported_acknowledged_and_looked_into_on_a_phone(
    pages: Pages, phone_page: Page
) -> None:
    who, page = await add_officials(pages.db, pages.world.hospital), phone_page
    base = str(pages.server.make_url("")).rstrip("/")
    complaints = listen(page)
    await sign_in(page, pages, base, pages.world.reporter)
    await page.goto(f"{base}/devices/{pages.world.device}")
    await page.click("text=Report an adverse event")
    await fits(page)
    await page.click("text=Death")
    await page.fill("[name=known_at]", "2026-03-02T08:30")
    await page.fill("[name=happened_on]", "2026-03-02")
    await page.fill("[name=manifestation]", "The table moved on its own")
    await page.fill("[name=patient_name]", CANARY)
    await page.click(".bar button")
    await expect(page.locator("h1")).to_have_text("The table moved on its own")
    await fits(page)
    case = page.url
    await page.context.clear_cookies()
    await sign_in(page, pages, base, who.safety)
    await page.goto(case)
    await page.click(".bar .weui-btn_primary")
    await expect(page.locator(".timeline")).to_contain_text("acknowledged")
    await page.click("text=Show the patient's data")
    await expect(page.locator("dl")).to_contain_text(CANARY)
    await fits(page)
    await page.click("text=Who viewed it")
    await expect(page.locator("main")).to_contain_text("Views: 1")
    await fits(page)
    assert complaints == []


async def fits(page: Page) -> None:
    assert await page.evaluate(TOO_WIDE) <= 0, page.url
    assert await page.evaluate(SMALL) == [], page.url
