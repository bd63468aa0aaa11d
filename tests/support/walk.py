"""Every page of the running demo: found by following links as several people, one example for each route."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape

import aiohttp
from yarl import URL

from h5_pages.routes import ROUTES
from tests.support.demo_process import Running

PASSWORD = "yishe-demo"
PEOPLE = ("engineer", "head", "safety", "licence", "province", "admin")
LINK = re.compile(r'(?:href|src)="(/[^"#]*)"')
NOT_FOLLOWED = ("/static/", "/language?")  # the second would change what the next pages say
EXAMPLES = 2  # of a route for each person: a list's first line is not always the richest
MOST = 1000  # requests of one walk; it is far fewer unless something goes in circles


@dataclass(frozen=True)
class Found:
    """A page or a file, who saw it (empty: anybody), and the cookies with which they did."""

    route: str
    path: str
    person: str
    cookies: Mapping[str, str]
    shown: bool

    def __str__(self) -> str:
        return f"{self.path} ({self.person or 'anybody'})"


def route_of(path: str) -> str:
    """The route to which an address leads."""
    plain = path.partition("?")[0]
    return next(
        route.path
        for route in ROUTES
        if route.method in ("GET", "*") and _pattern(route.path).fullmatch(plain)
    )


class Walk:
    """Follows links until nothing new is found."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self.found: dict[str, Found] = {}
        self.broken: dict[str, int] = {}
        self.requests = 0

    async def as_person(self, username: str, *starts: str) -> None:
        """Sign in and follow what that person sees."""
        async with self._browser() as browser:
            async with browser.get(f"{self._origin}/sign-in") as page:
                csrf = _hidden("csrf", await page.text())
            form = {"csrf": csrf, "username": username, "password": PASSWORD, "next": "/todo"}
            async with browser.post(f"{self._origin}/sign-in", data=form) as answer:
                assert answer.url.path == "/todo", f"{username} is not let in"
            await self._follow(browser, username, ["/todo", *starts])

    async def as_stranger(self, *starts: str) -> None:
        """Follow what anybody sees."""
        async with self._browser() as browser:
            await self._follow(browser, "", list(starts))

    async def report(self, label: str) -> str:
        """Report a fault without an account; the follow-up address."""
        async with self._browser() as browser:
            async with browser.get(f"{self._origin}{label}/report") as page:
                text = await page.text()
            form = {"csrf": _hidden("csrf", text), "key": _hidden("key", text)}
            form |= {"fault": "No image", "name": "A nurse"}
            async with browser.post(f"{self._origin}{label}/report", data=form) as answer:
                assert answer.url.path.startswith("/f/"), await answer.text()
                return answer.url.path

    async def _follow(self, browser: aiohttp.ClientSession, person: str, paths: list[str]) -> None:
        tried: Counter[str] = Counter()
        asked: set[str] = set()
        while paths and self.requests < MOST:
            path = paths.pop(0)
            route = route_of(path)
            if path in asked or tried[route] >= (1 if self._is_a_file(route) else EXAMPLES):
                continue
            asked.add(path)
            tried[route] += 1
            self.requests += 1
            async with browser.get(self._origin + path) as answer:
                paths += await self._note(answer, person, path, browser)

    async def _note(
        self, answer: aiohttp.ClientResponse, person: str, path: str, browser: aiohttp.ClientSession
    ) -> list[str]:
        """Keep the first example of its route; the links on the page."""
        if answer.status >= 400:
            self.broken[f"{person or 'anybody'}: {path}"] = answer.status
            return []
        ours = answer.url.origin() == URL(self._origin)  # else it led to a provider
        shown = ours and answer.content_type == "text/html"
        cookies = {cookie.key: cookie.value for cookie in browser.cookie_jar}
        for address in (path, *([answer.url.path_qs] if ours else [])):
            route = route_of(address)
            self.found.setdefault(route, Found(route, address, person, cookies, shown))
        if not shown:
            return []
        links = map(unescape, LINK.findall(await answer.text()))
        return [link for link in links if not link.startswith(NOT_FOLLOWED)]

    def pages(self) -> list[Found]:
        """What is shown in a browser, the files left out."""
        return [found for found in self.found.values() if found.shown]

    def _is_a_file(self, route: str) -> bool:
        return route in self.found and not self.found[route].shown

    def _browser(self) -> aiohttp.ClientSession:
        jar = aiohttp.CookieJar(unsafe=True)
        return aiohttp.ClientSession(cookie_jar=jar, headers={"Accept-Language": "zh-CN"})


def walk_demo(demo: Running) -> Walk:
    """A walk through the demo as everybody who sees other pages."""

    async def go() -> Walk:
        walk = Walk(demo.origin)
        link = await walk.report(demo.label)
        await walk.as_stranger("/", demo.label, link, "/sign-in", "/help")
        for person in PEOPLE:
            await walk.as_person(person)
        return walk

    return asyncio.run(go())


def routes_read() -> Iterator[str]:
    """Every route that is read, the one for unknown addresses left out."""
    return (route.path for route in ROUTES if route.method == "GET" and not route.path.startswith("/{"))


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{tail:.*\\\}", ".*", re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))))


def _hidden(name: str, text: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    return unescape(found[1]) if found else ""
