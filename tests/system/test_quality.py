"""`make quality`: every page at three widths in both themes, as axe sees it, and Lighthouse on the main pages.

With YISHE_PICTURES naming a folder (`make pictures`), contact sheets of all pages are taken on the way.
"""

import os
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.support.demo_process import Running
from tests.support.judge import Room, axe, fits
from tests.support.lighthouse import judge
from tests.support.sheet import write_sheet
from tests.support.walk import Walk, walk_demo
from tests.system.test_pages import MOST_BYTES, ON_A_PHONE

pytestmark = [pytest.mark.browser, pytest.mark.soak, pytest.mark.timeout(1200)]

LEAST = 95
SHEETS = {360: (180, 9), 390: (180, 9), 1280: (320, 5)}  # width on the sheet, pictures in a row


@pytest.fixture(scope="module")
def walk(demo_process: Running) -> Walk:
    """Where the links of the demo lead."""
    return walk_demo(demo_process)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", SHEETS)
async def test_every_page_fits_and_axe_finds_nothing(
    walk: Walk, demo_process: Running, browser: Browser, width: int, theme: str
) -> None:
    wrong: list[str] = []
    pictures: dict[str, bytes] = {}
    async with Room(browser, demo_process.origin, width=width, theme=theme) as room:
        for found in walk.pages():
            page = await room.open(found)
            pictures[found.route] = await page.screenshot()
            wrong += [f"{found}: {fault}" for fault in [*await fits(page), *await axe(page)]]
    if folder := os.environ.get("YISHE_PICTURES"):
        small, columns = SHEETS[width]
        write_sheet(Path(folder) / f"pages-{width}-{theme}.webp", pictures, width=small, columns=columns)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("route", ON_A_PHONE)
async def test_lighthouse_gives_a_main_page_95_points_and_more(
    walk: Walk, demo_process: Running, route: str
) -> None:
    found = walk.found[route]
    verdict = await judge(demo_process.origin + found.path, found.cookies)
    assert min(verdict.scores.values()) >= LEAST, (verdict.scores, verdict.faults)
    assert verdict.bytes_loaded < MOST_BYTES
