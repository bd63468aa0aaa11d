"""The road of a licence in a real browser: on a phone from the original to the duplicate, the list on a desk too."""

from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from tests.support.licences import DUPLICATE, ORIGINAL, PURCHASE, move_below
from tests.support.measures import SMALL, TOO_WIDE
from tests.support.pages import Pages
from tests.support.phone import listen, sign_in
from tests.support.world import add_organisation, add_person
from workflows.identity.roles import Role

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Walk:
    """Who walks, and from where."""

    page: Page
    pages: Pages
    base: str
    contact: int
    province: int


@pytest.fixture
async def walk(pages: Pages, phone_page: Page) -> Walk:
    base = str(pages.server.make_url("")).rstrip("/")
    contact = await add_person(pages.db, pages.world.hospital, "Licence contact", Role.LICENCE_CONTACT)
    above = await add_organisation(pages.db, "province", "Demo Province")
    await move_below(pages.db, pages.world.hospital, above)
    province = await add_person(pages.db, above, "Officer", Role.PROVINCE_OFFICER)
    return Walk(phone_page, pages, base, contact, province)


async def fill_in(page: Page, typed: dict[str, str]) -> None:
    """Fill in a form and send it by the button at the bottom."""
    for name, value in typed.items():
        if name == "ownership":
            await page.click(f"label:has([name={name}][value={value}])")
        else:
            await page.fill(f"[name={name}]", value)
    await page.click(".bar button")


async def register(walk: Walk, **changes: str) -> str:
    """Register an original from the list; the address of its case."""
    await sign_in(walk.page, walk.pages, walk.base, walk.contact)
    await walk.page.click("nav a[href='/licences']")
    await walk.page.click(".bar a")
    await fill_in(walk.page, {**ORIGINAL, **changes})
    await expect(walk.page.locator("h1")).to_have_text("First Demo Hospital PET/CT")
    return walk.page.url


async def test_a_licence_goes_from_the_original_to_the_duplicate_on_a_phone(walk: Walk) -> None:
    complaints = listen(walk.page)
    url = await register(walk)
    for action, typed in (("purchase", PURCHASE), ("apply", DUPLICATE)):
        await walk.page.click(f".bar a[href$='/{action}']")
        await fill_in(walk.page, typed)
    await walk.page.context.clear_cookies()
    await sign_in(walk.page, walk.pages, walk.base, walk.province)
    await walk.page.goto(url)
    await walk.page.click(".bar button")
    await expect(walk.page.locator(".head .tag")).to_have_text("Duplicate issued")
    assert complaints == []


async def test_an_odd_number_is_let_through_by_a_tick_on_the_spot(walk: Walk) -> None:
    await sign_in(walk.page, walk.pages, walk.base, walk.contact)
    await walk.page.goto(f"{walk.base}/licences/new")
    await fill_in(walk.page, {**ORIGINAL, "licence_number": "乙1009100001"})
    await expect(walk.page.locator("#fault-class_code_checked")).to_be_visible()
    await walk.page.click("label:has([name=class_code_checked])")
    await walk.page.click(".bar button")
    await expect(walk.page.locator("h1")).to_have_text("First Demo Hospital PET/CT")


async def test_every_page_of_a_licence_fits_a_phone(walk: Walk) -> None:
    complaints = listen(walk.page)
    url = await register(walk, issued_on="2024-03-20", unit_name="First Demo Hospital")
    public = await walk.page.locator("a[href^='/l/']").get_attribute("href")
    actions = ("purchase", "propose", "acknowledge", "remark")
    for path in ("/licences", "/licences/new", public, *(f"{url}/{action}" for action in actions), url):
        await walk.page.goto(str(path) if str(path).startswith("http") else f"{walk.base}{path}")
        assert await walk.page.evaluate(TOO_WIDE) <= 0, path
        assert await walk.page.evaluate(SMALL) == [], path
    await expect(walk.page.locator(".facts .level-urgent")).to_have_text("Orange")
    assert complaints == []


async def test_on_a_desk_the_list_is_a_table(walk: Walk, browser: Browser) -> None:
    await register(walk, issued_on="2024-03-20")
    desk = await browser.new_context(
        viewport=ViewportSize(width=1366, height=768), storage_state=await walk.page.context.storage_state()
    )
    page = await desk.new_page()
    await page.goto(f"{walk.base}/licences?colour=orange")
    await expect(page.locator(".list thead")).to_be_visible()
    await expect(page.locator(".list tbody tr")).to_have_count(1)
    assert await page.evaluate(TOO_WIDE) <= 0
    await desk.close()
