"""The main road in a browser 390 px wide, on the demo as `make demo` starts it: from the QR code to a closed case.

With YISHE_PICTURES naming a folder (`make pictures`), the README's pictures are taken on the way.
"""

import io
import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Browser, Locator, Page, expect

from tests.support.browser import PHONE
from tests.support.demo_process import Running

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

HEAD, ENGINEER, VISITOR = "装备处处长甲", "医学工程师甲", "轮转护士"
CASE_NUMBER = re.compile(r"WX\d{4}-\d{6,}")


@dataclass(frozen=True)
class Demo:
    """Where the running demo is, and the label to scan."""

    origin: str
    phones: str
    label: str
    browser: Browser

    async def visitor(self) -> Page:
        """Somebody's phone, not signed in."""
        context = await self.browser.new_context(
            viewport=PHONE, device_scale_factor=2, is_mobile=True, has_touch=True, locale="zh-CN"
        )
        return await context.new_page()

    async def signed_in(self, username: str) -> Page:
        """The phone of somebody with an account."""
        page = await self.visitor()
        await page.goto(f"{self.origin}/sign-in")
        await page.fill("input[name=username]", username)
        await page.fill("input[name=password]", "yishe-demo")
        await page.press("input[name=password]", "Enter")
        await expect(page).to_have_url(f"{self.origin}/todo")
        return page

    async def phone_of(self, page: Page, name: str) -> Locator:
        """One person's phone on the sandbox's page."""
        await page.goto(self.phones)
        await page.get_by_role("link", name=name).first.click()
        return page.locator(".phone.chosen")


@pytest.fixture
def demo(demo_process: Running, browser: Browser) -> Demo:
    """Where the demo is, with a browser."""
    return Demo(demo_process.origin, demo_process.phones, demo_process.origin + demo_process.label, browser)


async def take(page: Page, name: str) -> None:
    """Keep a picture for the README, if they are wanted."""
    folder = os.environ.get("YISHE_PICTURES")
    if folder:
        await page.screenshot(path=Path(folder) / f"{name}.png")


def photo() -> bytes:
    """A picture as a camera gives it."""
    kept = io.BytesIO()
    Image.new("RGB", (1600, 1200), (90, 120, 150)).save(kept, "JPEG")
    return kept.getvalue()


async def press_main(page: Page) -> None:
    """The one main action at the bottom of the page."""
    await page.locator(".bar button, .bar a.weui-btn_primary").first.click()


async def report(demo: Demo) -> tuple[Page, str]:
    """A visitor scans the label and reports a fault with a photo; the follow-up page and the case's number."""
    page = await demo.visitor()
    await page.goto(demo.label)
    await press_main(page)
    await page.fill("textarea[name=fault]", "球管过热，扫描中断")
    await page.set_input_files(
        "input[type=file]", {"name": "tube.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    await page.fill("input[name=name]", "张护士（演示）")
    await page.fill("input[name=email]", "visitor@demo.example")
    await press_main(page)
    await expect(page).to_have_url(re.compile(r"/f/"))
    found = CASE_NUMBER.search(await page.inner_text("body"))
    assert found
    return page, found.group()


async def test_a_scanned_label_becomes_a_closed_work_order(demo: Demo) -> None:
    visitor, number = await report(demo)
    engineer = await demo.signed_in("engineer")
    await engineer.goto(f"{demo.origin}/cases/{number}/triage")
    await engineer.fill("textarea[name=diagnosis]", "球管老化，需更换")
    await engineer.fill("input[name=estimate]", "180000")
    await press_main(engineer)
    await expect(engineer.locator("body")).to_contain_text("待审批")
    await take(engineer, "phone-page")

    head = await demo.visitor()
    card = (await demo.phone_of(head, HEAD)).locator(".card", has_text="¥180,000.00")
    await expect(card).to_be_visible()
    await card.scroll_into_view_if_needed()
    await take(head, "card")
    await card.get_by_role("button", name="批准").click()
    await expect(card).to_contain_text("已批准", timeout=15_000)

    await engineer.reload()
    await press_main(engineer)
    await expect(engineer.locator("body")).to_contain_text("维修中")
    await engineer.goto(f"{demo.origin}/cases/{number}/finish")
    await engineer.fill("textarea[name=work_done]", "更换球管并校准")
    await engineer.fill("input[name=cost]", "178000")
    await press_main(engineer)
    await expect(engineer.locator("body")).to_contain_text("待验收")

    await visitor.reload()
    await press_main(visitor)
    await expect(visitor.locator("body")).to_contain_text("对维修是否满意")
    await press_main(visitor)
    await expect(visitor.locator("body")).to_contain_text("已办结")
    inbox = await demo.phone_of(head, VISITOR)
    for told in ("已收到", "维修已开始", "维修已办结"):
        await expect(inbox).to_contain_text(told)


async def test_a_reminder_fires_before_ones_eyes_when_the_clock_is_moved(demo: Demo) -> None:
    _, number = await report(demo)
    phones = await demo.visitor()
    await phones.goto(demo.phones)
    await phones.get_by_role("button", name="+1 小时").click()
    engineer = (await demo.phone_of(phones, ENGINEER)).locator(".card", has_text="报修仍未派工")
    await expect(engineer.first).to_be_visible(timeout=15_000)
    page = await demo.signed_in("engineer")
    await page.goto(f"{demo.origin}/cases/{number}")
    await expect(page.locator("body")).to_contain_text("已催办")
