"""The pages of sign-in by WeCom as they are played: silent inside it, with a phone that scans outside.

Rules: developer.work.weixin.qq.com documents 96441 and 98171. The address to go back to must be at the app's
trusted domain. Which phone it is, the visitor chooses, since nobody here has one.
"""

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from aiohttp import web
from jinja2 import Environment

from bot.sandbox.oauth import STRANGER
from bot.sandbox.world import AppState, World

STATE_BYTES = 128
SCOPES = ("snsapi_base", "snsapi_privateinfo")


class AskedWrongly(Exception):
    """What the page says instead of asking anybody."""


@dataclass(frozen=True)
class Asked:
    """Who asks, and where the browser goes back to."""

    state: AppState
    back: str
    word: str

    def answer(self, code: str) -> str:
        """The address with the code."""
        joined = "&" if urlsplit(self.back).query else "?"
        return f"{self.back}{joined}{urlencode({'code': code, 'state': self.word})}"


class SignInPages:
    """The two pages, and the answer of whoever holds the phone."""

    def __init__(self, world: World, environment: Environment) -> None:
        self._world = world
        self._environment = environment

    def routes(self) -> list[web.RouteDef]:
        """As the real ones, and one for the answer."""
        return [
            web.get("/connect/oauth2/authorize", self._inside),
            web.get("/wwlogin/sso/login", self._outside),
            web.get("/sandbox/sign-in", self._answer),
        ]

    async def _inside(self, request: web.Request) -> web.Response:
        """Silent in WeCom's browser for the member whose phone it is; a picker where the page cannot know that."""
        try:
            _check_inside(request)
            asked = self._asked(request)
        except AskedWrongly as error:
            return self._page(None, str(error))
        member = self._world.member(asked.state.corp.corpid, request.cookies.get("member", ""))
        if member is not None:
            raise web.HTTPFound(asked.answer(self._world.codes.issue(asked.state.key, member)))
        return self._page(asked, "")

    async def _outside(self, request: web.Request) -> web.Response:
        if request.query.get("login_type") != "CorpApp":
            return self._page(None, "login_type is wrong")
        try:
            return self._page(self._asked(request), "")
        except AskedWrongly as error:
            return self._page(None, str(error))

    async def _answer(self, request: web.Request) -> web.Response:
        """Somebody has scanned, or is the one whose phone it is."""
        try:
            asked = self._asked(request)
        except AskedWrongly as error:
            return self._page(None, str(error))
        userid = request.query.get("userid", "")
        if userid != STRANGER and self._world.member(asked.state.corp.corpid, userid) is None:
            raise web.HTTPBadRequest(text="no such member")
        raise web.HTTPFound(asked.answer(self._world.codes.issue(asked.state.key, userid)))

    def _asked(self, request: web.Request) -> Asked:
        """Raises `AskedWrongly`."""
        query = request.query
        agent = query.get("agentid", "")
        state = self._world.apps.get((query.get("appid", ""), int(agent) if agent.isdecimal() else -1))
        if state is None:
            raise AskedWrongly("appid or agentid is wrong")
        back, word = query.get("redirect_uri", ""), query.get("state", "")
        if urlsplit(back).netloc != state.app.redirect_domain or not state.app.redirect_domain:
            raise AskedWrongly("redirect_uri is not at the app's trusted domain (50001)")
        if not word.isascii() or not word.isalnum() or len(word) > STATE_BYTES:
            raise AskedWrongly("state must be letters and digits, 128 at most")
        return Asked(state, back, word)

    def _page(self, asked: Asked | None, error: str) -> web.Response:
        members = asked.state.corp.members if asked else []
        html = self._environment.get_template("sign_in.html").render(
            asked=asked, error=error, members=members, stranger=STRANGER
        )
        return web.Response(text=html, content_type="text/html", status=400 if error else 200)


def _check_inside(request: web.Request) -> None:
    """Raises `AskedWrongly` for what the page inside WeCom refuses before it looks who asks."""
    if request.query.get("response_type") != "code" or request.query.get("scope") not in SCOPES:
        raise AskedWrongly("scope or response_type is wrong")
    if "wxwork" not in request.headers.get("User-Agent", ""):
        raise AskedWrongly("please open this link in WeCom (请在企业微信客户端打开链接)")
