"""The road of an alarm in a real browser on a phone: from the value on the device page to the closed case."""

from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from storage.failpoints import NoFailPoints
from telemetry.intake import Intake
from tests.support.gateways import add_band, add_gateway, said
from tests.support.measures import SMALL, TOO_WIDE
from tests.support.pages import Pages
from tests.support.phone import listen, sign_in

pytestmark = pytest.mark.browser


async def measure(pages: Pages, value: float) -> None:
    pages.clock.forward(timedelta(seconds=5))
    intake = Intake(pages.db, pages.engine, pages.clock, NoFailPoints())
    await intake.take([said(pages.clock.now(), value)])


async def test_an_alarm_is_seen_acknowledged_over_and_closed_on_a_phone(
    pages: Pages, phone_page: Page
) -> None:
    page, base = phone_page, str(pages.server.make_url("")).rstrip("/")
    complaints = listen(page)
    await add_gateway(pages.db, pages.world.hospital)
    await add_band(pages.db, pages.world.device, warning_high=24.0, alarm_high=28.0)
    await measure(pages, 21)
    await sign_in(page, pages, base, pages.world.engineer)

    await page.clock.install()
    await page.goto(f"{base}/devices/{pages.world.device}")
    await expect(page.locator("#sensors b")).to_have_text("21 °C")
    await measure(pages, 31)
    await page.clock.fast_forward(10_500)
    await expect(page.locator("#sensors b")).to_have_text("31 °C")
    await expect(page.locator("#sensors .level-critical")).to_have_text("Alarm")
    assert await page.evaluate(TOO_WIDE) <= 0
    assert await page.evaluate(SMALL) == []

    await page.click("#sensors a[href^='/cases/BJ']")
    await page.click(".bar button")
    await expect(page.locator(".head .tag")).to_have_text("Acknowledged, still going on")
    await measure(pages, 21)
    await page.reload()
    await expect(page.locator(".head .tag")).to_have_text("Over, to be closed")
    assert await page.evaluate(TOO_WIDE) <= 0
    await page.click(".bar a")
    await page.fill("[name=cause]", "A door stood open.")
    await page.click(".bar button")
    await expect(page.locator(".head .tag")).to_have_text("Closed")
    assert complaints == []
