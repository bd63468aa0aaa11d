"""Things that happen in the simulated machine rooms, as buttons on the page of phones."""

from collections.abc import Mapping
from typing import Protocol

from aiohttp import web

from bot.sandbox.errors import SandboxError
from bot.sandbox.page import Page


class StoryAwayError(SandboxError):
    """Whoever plays the machine rooms cannot be reached; the text says so, in English marked by `N_`."""


class StoryControl(Protocol):
    """What the owner of the machine rooms hands in."""

    @property
    def names(self) -> Mapping[str, str]:
        """The stories to choose from, each with its label (a source text)."""

    async def begin(self, name: str) -> None:
        """Let a story begin; raises `StoryAwayError`."""


class Stories:
    """The handler behind the buttons."""

    def __init__(self, page: Page, control: StoryControl | None) -> None:
        self._page = page
        self._control = control

    def routes(self) -> list[web.RouteDef]:
        """All paths."""
        return [web.post("/story", self._begin)]

    async def _begin(self, request: web.Request) -> web.Response:
        name = str((await request.post()).get("story", ""))
        if self._control is None or name not in self._control.names:
            raise web.HTTPNotFound(text="no such story")
        return await self._page.do(request, self._control.begin(name))
