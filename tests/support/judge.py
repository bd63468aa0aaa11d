"""Judges a page in a browser: does it fit, can a thumb hit it, does the bar hide nothing, what does axe say."""

from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.support.phone import SMALL, TOO_WIDE

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
# At the end of the page the foot must lie above the bar, and the bar must be what a thumb hits there.
HIDDEN = """() => {
    scrollTo(0, document.documentElement.scrollHeight);
    const bar = document.querySelector('.bar'), foot = document.querySelector('.foot');
    if (!bar || !bar.offsetHeight) return [];
    const box = bar.getBoundingClientRect(), hit = document.elementFromPoint(box.x + box.width / 2, box.y + 20);
    return [
        ...(foot.getBoundingClientRect().bottom > box.top + 1 ? ['the bar hides the foot'] : []),
        ...(bar.contains(hit) ? [] : ['something lies over the bar']),
    ];
}"""
# region: the bar with the main action stands outside of the landmarks on purpose, where a thumb reaches it.
RUN = """async () => (await axe.run(document, {
    resultTypes: ['violations'], rules: {region: {enabled: false}},
})).violations.map(found => found.id + ': ' + found.nodes.map(
    node => node.html + ' ' + (node.any[0]?.message ?? '')
).join(' | '))"""


async def faults(page: Page) -> list[str]:
    """Everything that is wrong with the page that is open."""
    found: list[Any] = []
    width = await page.evaluate(TOO_WIDE)
    if width > 0:
        found.append(f"{width} px wider than the screen")
    found += [f"too small for a thumb: {control}" for control in await page.evaluate(SMALL)]
    found += await page.evaluate(HIDDEN)
    return [*found, *await axe(page)]


async def axe(page: Page) -> list[str]:
    """What axe finds, for people who see, hear or move less."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    violations: list[str] = await page.evaluate(RUN)
    return violations
