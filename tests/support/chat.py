"""The chat front door on a real database, and WeCom's side of it as wechatpy speaks it.

Telegram's side is in `tests.support.telegram_chat`.
"""

import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from defusedxml.ElementTree import fromstring
from wechatpy.enterprise import parse_message
from wechatpy.enterprise.crypto import WeChatCrypto

from bot.chat.front import ChatFront, ChatSettings
from bot.chat.linking import LinkDesk
from bot.chat.telegram import TelegramCallback, TelegramDoorSettings
from bot.chat.wecom import WeComCallback, WeComDoorSettings
from notifier.channel import Replacement
from notifier.chats import Chats
from notifier.listening import Listening
from storage.channel_accounts import StoredChannelAccounts
from storage.database import Database
from storage.failpoints import NoFailPoints
from storage.link_codes import LinkCodes
from storage.sealing import MasterKey, new_master_key
from storage.texts import Gettext, in_english
from tests.support.channel_contents import AES_KEY, CORP_ID, SECRET, TOKEN
from tests.support.clocks import FixedClock
from tests.support.world import DEVICE_NUMBER, World, add_account, add_card, add_contact, make_world
from workflows.actor import Actor, Door
from workflows.calendar import Calendar, ChineseWorkingDays
from workflows.cases import Cases
from workflows.engine import Clocks, Engine, Outcome, Place
from workflows.registry import all_workflows

PAGES = "https://pages.example"
ACCOUNT_KEY = "hospital-one"
SECRETS = {"secret": SECRET, "callback_token": TOKEN, "encoding_aes_key": AES_KEY}
SETTINGS = {"corp_id": CORP_ID, "agent_id": 1000002}


class NamedLanguages:
    """Catalogues that say the language before each text, so that tests can see which one was taken."""

    def gettext(self, language: str | None) -> Gettext:
        return lambda text: f"[{(language or 'zh_CN')[:2]}]{in_english(text)}"


@dataclass
class ToldPeople:
    """Keeps what would have been sent to people."""

    told: list[tuple[int, str, str]] = field(default_factory=list)
    fails: bool = False
    shown: list[tuple[int, str, int, Replacement]] = field(default_factory=list)

    async def show_decision(
        self, account_id: int, address: str, message_id: int, replacement: Replacement
    ) -> None:
        if self.fails:
            raise ConnectionError("secret-in-an-error")
        self.shown.append((account_id, address, message_id, replacement))

    async def tell(self, account_id: int, address: str, text: str) -> None:
        if self.fails:
            raise ConnectionError("secret-in-an-error")
        self.told.append((account_id, address, text))


@dataclass(frozen=True)
class Answer:
    """What our side answered: status, and the passive reply that wechatpy could open and read."""

    status: int
    message: Any = None

    @property
    def text(self) -> str:
        assert self.message.type == "text"
        return str(self.message.content)

    @property
    def button(self) -> str:
        return str(self.message._data["Button"]["ReplaceName"])


@dataclass
class Rig:
    """One hospital with a WeCom account; its members are named after their part in a repair."""

    db: Database
    world: World
    account: int
    clock: FixedClock
    engine: Engine
    front: ChatFront
    callback: WeComCallback
    telegram: TelegramCallback
    codes: LinkCodes
    told: ToldPeople
    sealer: MasterKey
    client: TestClient[web.Request, web.Application]
    crypto: Any = field(default_factory=lambda: WeChatCrypto(TOKEN, AES_KEY, CORP_ID))
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    async def write(self, user: str, text: str, message_id: str = "") -> Answer:
        """Somebody writes to the app."""
        known_as = message_id or f"4561255354251{next(self.numbers):06}"
        return await self.send(
            user, "text", f"<Content><![CDATA[{text}]]></Content><MsgId>{known_as}</MsgId>"
        )

    async def press(
        self,
        user: str,
        action: str,
        card: str,
        at: datetime | None = None,
        chosen: Mapping[str, Sequence[str]] | None = None,
    ) -> Answer:
        """Somebody presses a button, with what they chose; the same instant means the same event, come again."""
        return await self.event(
            user,
            "template_card_event",
            f"<EventKey><![CDATA[{action}]]></EventKey><TaskId><![CDATA[{card}]]></TaskId>"
            "<CardType><![CDATA[button_interaction]]></CardType><ResponseCode><![CDATA[RC1]]></ResponseCode>"
            + _selected(chosen or {}),
            at,
        )

    async def event(self, user: str, name: str, inner: str = "", at: datetime | None = None) -> Answer:
        created = int((at or self.clock.now() + timedelta(seconds=next(self.numbers))).timestamp())
        return await self.send(user, "event", f"<Event><![CDATA[{name}]]></Event>{inner}", created)

    async def send(self, user: str, kind: str, inner: str, created: int = 1700000000) -> Answer:
        """Seal one message as WeCom does, send it, and open the answer."""
        plain = (
            f"<xml><ToUserName><![CDATA[{CORP_ID}]]></ToUserName><FromUserName><![CDATA[{user}]]></FromUserName>"
            f"<CreateTime>{created}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{inner}"
            "<AgentID>1000002</AgentID></xml>"
        )
        status, body = await self.post(*self.sealed(plain))
        return Answer(status, self.opened(body) if body else None)

    def sealed(
        self, plain: str | bytes, crypto: Any = None, at: datetime | None = None
    ) -> tuple[dict[str, str], bytes]:
        """Query and body of a callback."""
        timestamp = str(int((at or self.clock.now()).timestamp()))
        parts = _parts((crypto or self.crypto).encrypt_message(plain, "nonce1", timestamp))
        query = {"msg_signature": parts["MsgSignature"], "timestamp": timestamp, "nonce": "nonce1"}
        body = (
            f"<xml><ToUserName>{CORP_ID}</ToUserName><Encrypt><![CDATA[{parts['Encrypt']}]]></Encrypt></xml>"
        )
        return query, body.encode()

    async def post(
        self, query: Mapping[str, str], body: bytes, account: str = ACCOUNT_KEY
    ) -> tuple[int, bytes]:
        async with self.client.post(f"/wecom/{account}", params=dict(query), data=body) as response:
            return response.status, await response.read()

    def opened(self, body: bytes) -> Any:
        """A passive reply, read by wechatpy."""
        parts = _parts(body)
        plain = self.crypto.decrypt_message(body, parts["MsgSignature"], parts["TimeStamp"], parts["Nonce"])
        return parse_message(plain)

    async def reported(self) -> Outcome:
        """A fault that the reporter has reported on a page."""
        place = Place(self.world.department, self.world.device)
        actor = Actor(Door.PAGE, self.world.reporter)
        key = f"report-{next(self.numbers)}"
        return await self.engine.open(
            "repair", "report", actor, {"fault": "tube overheats"}, place=place, idempotency_key=key
        )

    async def act(self, case: Outcome, action: str, person: int, **data: Any) -> Outcome:
        """Somebody acts on a page."""
        return await self.engine.act(
            case.case_id,
            action,
            Actor(Door.PAGE, person),
            data,
            seen_version=case.version,
            idempotency_key=f"{action}-{next(self.numbers)}",
        )

    async def awaiting_approval(self, estimate: str = "60000") -> Outcome:
        """A repair whose estimate the head has to approve."""
        return await self.act(
            await self.reported(), "triage", self.world.engineer, diagnosis="tube", estimate=estimate
        )

    async def card_of(self, case: Outcome, user: str) -> str:
        """The newest message of the case as a card on the phone of one of the world's people."""
        return await add_card(self.db, case.case_id, getattr(self.world, user), self.account, user)

    async def steps(self, case: Outcome) -> list[tuple[str, str, str]]:
        """The history: action, who, front door."""
        rows = await self.db.fetch(
            "SELECT action, actor_name, door FROM step WHERE case_id = $1 ORDER BY id", case.case_id
        )
        return [(row["action"], row["actor_name"], row["door"]) for row in rows]


def _selected(chosen: Mapping[str, Sequence[str]]) -> str:
    items = "".join(
        f"<SelectedItem><QuestionKey><![CDATA[{question}]]></QuestionKey><OptionIds>"
        + "".join(f"<OptionId><![CDATA[{option}]]></OptionId>" for option in options)
        + "</OptionIds></SelectedItem>"
        for question, options in chosen.items()
    )
    return f"<SelectedItems>{items}</SelectedItems>" if items else ""


def _parts(xml: str | bytes) -> dict[str, str]:
    return {part.tag: part.text or "" for part in fromstring(xml)}


@asynccontextmanager
async def chat_rig(dsn: str, settings: WeComDoorSettings | None = None) -> AsyncIterator[Rig]:
    """Everything from the database to the HTTP server."""
    clock = FixedClock()
    sealer = MasterKey(new_master_key())
    async with Database.open(dsn, max_size=4) as db:
        world = await make_world(db)
        account = await add_account(db, world.hospital, "wecom", ACCOUNT_KEY, SETTINGS, SECRETS, sealer)
        for user in ("reporter", "engineer", "second_engineer", "head", "department_head"):
            await add_contact(db, getattr(world, user), account, user)
        clocks = Clocks(clock, clock, Calendar(ChineseWorkingDays({}, 2026)))
        registry = all_workflows()
        engine = Engine(db, registry, clocks, NoFailPoints())
        cases = Cases(db, registry, clock)
        front = ChatFront(db, engine, cases, NamedLanguages(), clocks, ChatSettings(f"{PAGES}/"))
        told = ToldPeople()
        accounts, codes = StoredChannelAccounts(db, sealer), LinkCodes(b"k" * 32)
        callback = WeComCallback(front, accounts, told, clock, settings)
        desk = LinkDesk(db, codes, NamedLanguages(), clock, PAGES)
        quick = TelegramDoorSettings(settings.budget_s) if settings else None
        chats = Chats(db, Listening(clock, clock), clock)
        telegram = TelegramCallback(front, desk, accounts, told, chats, quick)
        app = web.Application()
        callback.add_to(app)
        telegram.add_to(app)
        async with TestClient(TestServer(app, host="127.0.0.1")) as client:
            yield Rig(
                db, world, account, clock, engine, front, callback, telegram, codes, told, sealer, client
            )


__all__ = ["DEVICE_NUMBER", "PAGES", "Answer", "Rig", "chat_rig"]
