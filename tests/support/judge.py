"""Judges a page in a browser: does it fit, can a thumb hit it, does the bar hide nothing, what does axe say."""

from pathlib import Path
from typing import Any, Self

from playwright.async_api import Browser, BrowserContext, Page

from tests.support.measures import SMALL, TOO_WIDE
from tests.support.walk import Found

HEIGHT, DESKTOP = 844, 720
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


async def fits(page: Page) -> list[str]:
    """What is wider than the screen, too small for a thumb, or hidden."""
    found: list[Any] = []
    width = await page.evaluate(TOO_WIDE)
    if width > 0:
        found.append(f"{width} px wider than the screen")
    found += [f"too small for a thumb: {control}" for control in await page.evaluate(SMALL)]
    found += await page.evaluate(HIDDEN)
    return found


async def axe(page: Page) -> list[str]:
    """What axe finds, for people who see, hear or move less."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    violations: list[str] = await page.evaluate(RUN)
    return violations


class Room:
    """Opens pages as the people who found them, on one kind of screen, each with an empty cache."""

    def __init__(self, browser: Browser, origin: str, *, width: int, theme: str = "light") -> None:
        self._browser = browser
        self._origin = origin
        self._width = width
        self._theme = theme
        self._context: BrowserContext | None = None
        self.loaded = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._leave()

    async def open(self, found: Found) -> Page:
        """The page, loaded to its end; `loaded` then says how many bytes that took."""
        await self._leave()
        self._context = await self._browser.new_context(
            viewport={"width": self._width, "height": HEIGHT},
            is_mobile=self._width < DESKTOP,
            has_touch=self._width < DESKTOP,
            color_scheme="dark" if self._theme == "dark" else "light",
            locale="zh-CN",
        )
        await self._context.add_cookies(
            [{"name": name, "value": value, "url": self._origin} for name, value in found.cookies.items()]
        )
        page = await self._context.new_page()
        session = await self._context.new_cdp_session(page)
        await session.send("Network.enable")
        self.loaded = 0
        session.on("Network.loadingFinished", self._count)
        await page.goto(self._origin + found.path)
        return page

    def _count(self, finished: dict[str, Any]) -> None:
        self.loaded += int(finished["encodedDataLength"])

    async def _leave(self) -> None:
        if self._context is not None:
            await self._context.close()
            self._context = None
