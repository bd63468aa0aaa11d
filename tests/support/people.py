"""People who keep cases moving while the service dies under them: browsers that ask again, and phones."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus

import aiohttp

from bot.sandbox.world import Message
from tests.support.pages import Answer
from tests.support.sandbox import AGENT, CORPID
from tests.support.towns import PASSWORD, OutsideWorld

PAUSE_S = 0.03


@dataclass
class Lost:
    """What people saw of the deaths: forms that were sent and not answered, and refusals (503)."""

    answers: int = 0
    unavailable: int = 0


class Browser:
    """One person's browser. What was not answered is sent again as it was, with its idempotency key."""

    def __init__(self, http: aiohttp.ClientSession, lost: Lost) -> None:
        self._http = http
        self._lost = lost

    async def open(self, path: str) -> Answer:
        """A page, once the service gives it."""
        while (answer := await self._answer("GET", path, None)) is None:  # noqa: ASYNC110 - the service makes it true
            await asyncio.sleep(PAUSE_S)
        assert answer.status == HTTPStatus.OK, (path, answer.status, answer.text)
        return answer

    async def send(self, page: Answer, path: str, fields: Mapping[str, str]) -> str:
        """Send the form of a page until it is acknowledged; where that leads."""
        form = {**page.machinery, **fields}
        while (answer := await self._answer("POST", path, form)) is None:  # noqa: ASYNC110 - the service makes it true
            await asyncio.sleep(PAUSE_S)
        assert answer.status == HTTPStatus.SEE_OTHER, (path, answer.status, answer.text)
        return answer.location

    async def fill_in(self, path: str, **fields: str) -> str:
        """Open a form and send it."""
        return await self.send(await self.open(path), path, fields)

    async def once(self, method: str, path: str, fields: Mapping[str, str] | None = None) -> Answer:
        """Ask once, whatever comes of it; raises `aiohttp.ClientError`."""
        async with self._http.request(method, path, data=fields, allow_redirects=False) as response:
            body = await response.read()
            return Answer(response.status, body.decode(), dict(response.headers), body)

    async def _answer(self, method: str, path: str, fields: Mapping[str, str] | None) -> Answer | None:
        try:
            answer = await self.once(method, path, fields)
        except aiohttp.ClientConnectorError:
            return None
        except (aiohttp.ClientError, TimeoutError):
            self._lost.answers += fields is not None
            return None
        if answer.status != HTTPStatus.SERVICE_UNAVAILABLE:
            return answer
        self._lost.unavailable += 1
        return None


@dataclass
class Browsers:
    """Browsers by who uses them; whoever has an account signs in once. Each has its own network address."""

    origin: str
    lost: Lost = field(default_factory=Lost)
    patience_s: float = 10
    """After so many seconds an answer counts as lost."""
    trusting: bool = False
    """Believe any certificate."""
    _known: dict[str, Browser] = field(default_factory=dict)
    _sessions: list[aiohttp.ClientSession] = field(default_factory=list)
    _turns: dict[str, asyncio.Lock] = field(default_factory=dict)

    def stranger(self) -> Browser:
        """A browser of somebody without an account."""
        number = len(self._sessions) + 1
        http = aiohttp.ClientSession(
            self.origin,
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            headers={"X-Forwarded-For": f"10.0.{number // 250}.{number % 250 + 1}"},
            timeout=aiohttp.ClientTimeout(total=self.patience_s),
            connector=aiohttp.TCPConnector(ssl=not self.trusting),
        )
        self._sessions.append(http)
        return Browser(http, self.lost)

    async def of(self, username: str) -> Browser:
        """The browser in which that person is signed in."""
        async with self._turns.setdefault(username, asyncio.Lock()):
            if username not in self._known:
                browser = self.stranger()
                await browser.fill_in("/sign-in", username=username, password=PASSWORD, next="/todo")
                self._known[username] = browser
        return self._known[username]

    async def close(self) -> None:
        for http in self._sessions:
            await http.close()


@asynccontextmanager
async def browsers(origin: str) -> AsyncIterator[Browsers]:
    """Browsers for the length of a `with`."""
    these = Browsers(origin)
    try:
        yield these
    finally:
        await these.close()


@dataclass
class Phones:
    """Everybody's WeCom: cards that came, and fingers. Counts what became of the presses."""

    outside: OutsideWorld
    http: aiohttp.ClientSession
    presses: Counter[str] = field(default_factory=Counter)

    def messages(self, userid: str) -> list[Message]:
        """What came to that person, oldest first."""
        chat = self.outside.world.chat((CORPID, AGENT), userid)
        return [message for message in chat.messages if message.direction == "to_member"]

    async def card(self, userid: str, number: str, action: str) -> Message:
        """The card of a case with that button, once it is there."""
        while True:
            for message in reversed(self.messages(userid)):
                if _offers(message, number, action):
                    return message
            await asyncio.sleep(PAUSE_S)

    async def press(self, userid: str, number: str, action: str) -> bool:
        """Press the button on the newest such card, once it is there; was the press acknowledged?

        WeCom brings a press four times; who dies at each of them has acknowledged none.
        """
        message = await self.card(userid, number, action)
        who = {"corpid": CORPID, "agentid": AGENT, "userid": userid}
        order = {**who, "task_id": message.task_id, "key": action}
        async with self.http.post(f"{self.outside.http}/sandbox/press", json=order) as response:
            callback = await response.json()
        self.presses[callback["outcome"]] += 1
        self.presses["repeated"] += len(callback["attempts"]) - 1
        if callback["outcome"] == "failed":
            return False
        assert callback["reply"] in ("update_button", "update_template_card"), callback
        return True


def _offers(message: Message, number: str, action: str) -> bool:
    card = message.first_card
    if card is None or card.card_action is None or action not in card.callback_keys():
        return False
    return str(card.card_action.url).endswith(f"/{number}")


@asynccontextmanager
async def phones(outside: OutsideWorld) -> AsyncIterator[Phones]:
    """Phones for the length of a `with`."""
    async with aiohttp.ClientSession() as http:
        yield Phones(outside, http)
