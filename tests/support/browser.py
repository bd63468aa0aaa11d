"""A headless Chromium with the screen of a phone, and a Chinese font where the system has none."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pylopdf_fonts_zh_cn
import pytest
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
PHONE = ViewportSize(width=390, height=844)
ARGUMENTS = [
    "--no-sandbox",  # Chromium's own does not work for root; it opens our own pages alone
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
</fontconfig>
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a browser where there is none, and say so."""
    if find_chromium() is None:
        reason = f"no Chromium on the path (looked for {', '.join(NAMES)})"
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason=reason))


def find_chromium() -> str | None:
    """The path of the first Chromium there is."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def write_fonts_conf(folder: Path) -> Path:
    """A fontconfig file that adds the Chinese font from the Python package to the system's fonts."""
    fonts = Path(pylopdf_fonts_zh_cn.__file__).parent
    path = folder / "fonts.conf"
    path.write_text(FONTS_CONF.format(fonts=fonts, cache=folder / "cache"))
    return path


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    """A browser of this test alone; mark the test with `pytest.mark.browser`."""
    environment = {"FONTCONFIG_FILE": str(write_fonts_conf(tmp_path)), "HOME": str(tmp_path)}
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=find_chromium(), args=ARGUMENTS, env={**environment}
        )
        yield chromium
        await chromium.close()


@pytest.fixture
async def phone(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A context like an iPhone held upright: 390 px wide, touch, Chinese."""
    context = await browser.new_context(
        viewport=PHONE, device_scale_factor=3, is_mobile=True, has_touch=True, locale="zh-CN"
    )
    yield context
    await context.close()


@pytest.fixture
async def phone_page(phone: BrowserContext) -> Page:
    """An empty page on that phone."""
    return await phone.new_page()
