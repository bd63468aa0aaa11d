"""Photos are made smaller on the phone before they are sent, and the import's page follows the work by itself."""

import io

import pytest
from PIL import Image
from playwright.async_api import FilePayload, Page, expect

from tests.support.measures import SMALL, TOO_WIDE
from tests.support.pages import Pages
from tests.support.phone import sign_in
from tests.support.spreadsheets import HEAD, device_rows, spreadsheet

pytestmark = pytest.mark.browser
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def signed_in(pages: Pages, page: Page) -> str:
    """The head of equipment on a phone; where the pages are."""
    base = str(pages.server.make_url("")).rstrip("/")
    await sign_in(page, pages, base, pages.world.head)
    return base


def large_photo() -> bytes:
    content = io.BytesIO()
    Image.effect_noise((3200, 2400), 60).convert("RGB").save(content, "JPEG", quality=90)
    return content.getvalue()


async def test_a_large_photo_leaves_the_phone_small(pages: Pages, phone_page: Page) -> None:
    page, base = phone_page, await signed_in(pages, phone_page)
    await page.goto(f"{base}/devices/{pages.world.device}/files")
    photo = large_photo()
    file: FilePayload = {"name": "plate.jpeg", "mimeType": "image/jpeg", "buffer": photo}
    await page.set_input_files("[name=photos]", files=[file])
    chosen = "const f = document.querySelector('[name=photos]').files[0];"
    await page.wait_for_function(
        f"() => {{ {chosen} return f.name === 'plate.jpg' && f.size < {len(photo) // 2}; }}"
    )
    await page.click(".bar button")
    await expect(page.locator(".photos img")).to_be_visible()
    box = await page.locator(".photos img").bounding_box()
    assert box is not None
    assert box["width"] == pytest.approx(box["height"], abs=1)  # a square piece of it, not a strip


async def test_an_import_is_followed_to_its_preview_without_a_press(pages: Pages, phone_page: Page) -> None:
    page, base = phone_page, await signed_in(pages, phone_page)
    await page.goto(f"{base}/admin/imports/devices")
    file: FilePayload = {
        "name": "devices.xlsx",
        "mimeType": XLSX,
        "buffer": spreadsheet(HEAD, *device_rows(2)),
    }
    await page.set_input_files("[name=photos]", files=[file])
    await page.click(".bar button")
    await expect(page.get_by_text("This page refreshes automatically")).to_be_visible()
    await pages.importing.run_due()
    await expect(page.get_by_text("Import 2 rows")).to_be_visible(timeout=10_000)


async def test_what_administrators_of_devices_use_fits_a_phone(pages: Pages, phone_page: Page) -> None:
    base = await signed_in(pages, phone_page)
    device = f"/devices/{pages.world.device}"
    paths = ["/devices/new", device, *(f"{device}/{step}" for step in ("edit", "move", "retire", "files"))]
    for path in [*paths, "/labels", "/admin/imports/devices"]:
        await phone_page.goto(base + path)
        assert await phone_page.evaluate(TOO_WIDE) <= 0, path
        assert await phone_page.evaluate(SMALL) == [], path
