"""WeCom's callback: `/wecom/<public key of the channel account>`.

WeCom waits five seconds for an answer and comes up to three times. So every answer is given within
`budget_s`, and one that could not be worked out is a 503 that acknowledges nothing: the card stays active.
A second delivery of an event carries the same key and so gets the first answer.
Source of the rules: developer.work.weixin.qq.com documents 90238, 90930 and 90241.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus

import structlog
from aiohttp import web
from pydantic import ValidationError

from bot.chat.answers import Link, Reply
from bot.chat.background import Background, Recent, Teller, Telling
from bot.chat.door import ANSWER_WITHIN_S, CallbackDoor, ChannelAccounts, Work, known_as, limited_body
from bot.chat.front import ChatFront
from bot.chat.presses import ButtonPress
from notifier.channel import Account, Replacement
from notifier.providers.wecom.account import account_of
from notifier.providers.wecom.cards import TEXT_BYTES
from notifier.providers.wecom.crypto import CallbackCrypto, CallbackQuery, CallbackRejected, Check
from notifier.providers.wecom.events import (
    CallbackEvent,
    CardMenu,
    CardPress,
    Entered,
    MenuPress,
    Noted,
    Other,
    TextMessage,
    dedupe_key,
    parse_event,
)
from notifier.providers.wecom.replacing import replacement_for
from notifier.providers.wecom.replies import button_reply, card_reply, sealed, text_reply
from notifier.providers.wecom.xml import encrypted_part
from storage.channel_accounts import OpenedAccount
from storage.clock import SHANGHAI, Clock
from workflows.actor import Door

KIND = "wecom"
BODY_BYTES = 64 * 1024
_FORGED = (Check.SIGNATURE, Check.RECEIVER)
_ANSWERED_BY_WECOM = "#"  # entries of a menu that sends ready words
_WORDLESS = frozenset({"image", "voice", "video", "file", "location", "link"})

log = structlog.get_logger()


@dataclass(frozen=True)
class WeComDoorSettings:
    """Times in seconds: the whole answer, and how far a callback's time may be from ours (replays)."""

    budget_s: float = ANSWER_WITHIN_S
    window_s: float = 300.0


class OutsideWindow(Exception):
    """A rightly signed callback of another time: replayed, or a clock is wrong."""


class WeComCallback:
    """The handlers of every WeCom account. `clock` is real time."""

    def __init__(
        self,
        front: ChatFront,
        accounts: ChannelAccounts,
        teller: Teller,
        clock: Clock,
        settings: WeComDoorSettings | None = None,
        nonce: Callable[[], str] = lambda: secrets.token_hex(8),
    ) -> None:
        self._front = front
        self._clock = clock
        self._settings = settings or WeComDoorSettings()
        self._nonce = nonce
        self._door = CallbackDoor(KIND, accounts, self._settings.budget_s)
        self._telling = Telling(teller, self.background)
        self._greeted = Recent()

    @property
    def background(self) -> Background:
        """What still goes on behind the answers."""
        return self._door.background

    def add_to(self, app: web.Application) -> None:
        """Put the routes into an application, and the end of what still goes on into its end."""
        app.router.add_get(self._door.path, self._check, allow_head=False)
        app.router.add_post(self._door.path, self._receive)
        app.on_cleanup.append(self._door.close)

    async def _check(self, request: web.Request) -> web.Response:
        """GET: WeCom checks the address."""
        return await self._answer(request, self._echo)

    async def _receive(self, request: web.Request) -> web.Response:
        """POST: somebody wrote, pressed or entered."""
        return await self._answer(request, self._event)

    async def _answer(self, request: web.Request, work: Work) -> web.Response:
        """What `work` answers; whoever is not WeCom, or not of now, is turned away."""
        try:
            return await self._door.answer(request, work)
        except CallbackRejected as rejected:
            log.warning("wecom_callback_rejected", account=known_as(request), check=rejected.check)
            forged = rejected.check in _FORGED
            return web.Response(status=HTTPStatus.FORBIDDEN if forged else HTTPStatus.BAD_REQUEST)
        except OutsideWindow:
            log.warning("wecom_callback_rejected", account=known_as(request), check="time")
            return web.Response(status=HTTPStatus.FORBIDDEN)

    async def _echo(self, request: web.Request) -> web.Response:
        _, cryptos = await self._door.account(request, _cryptos)
        query = _query(request)
        echo = _signing(cryptos, query, query.echostr or "").answer_url_check(query)
        self._check_time(query)
        return web.Response(body=echo, content_type="text/plain")

    async def _event(self, request: web.Request) -> web.Response:
        body = await limited_body(request, BODY_BYTES)
        account, cryptos = await self._door.account(request, _cryptos)
        query, encrypted = _query(request), encrypted_part(body)
        crypto = _signing(cryptos, query, encrypted)
        message = crypto.open(query, encrypted)
        self._check_time(query)
        event = parse_event(message)
        if isinstance(event, Noted):
            log.info("wecom_callback_noted", account=known_as(request), **event.names)
            return web.Response()
        reply = await self._react(account.id, event)
        if reply is None:
            return web.Response()
        envelope = sealed(crypto, reply, self._clock.now(), self._nonce())
        return web.Response(body=envelope, content_type="application/xml")

    def _check_time(self, query: CallbackQuery) -> None:
        """Only after the signature: an unsigned time says nothing."""
        if abs((self._clock.now() - query.sent_at).total_seconds()) > self._settings.window_s:
            raise OutsideWindow

    async def _react(self, account_id: int, event: CallbackEvent) -> bytes | None:
        """The passive reply, or None where there is nothing to say this way."""
        key = f"{KIND}:{account_id}:{dedupe_key(event)}"
        match event:
            case CardPress():
                return await self._press(account_id, event, key)
            case CardMenu():
                return await self._choose(account_id, event, key)
            case Entered():
                return await self._greet(account_id, event, key)
            case MenuPress(key=chosen) if chosen.startswith(_ANSWERED_BY_WECOM):
                return None
            case TextMessage(text=words) | MenuPress(key=words):
                return await self._say(account_id, event, words, key)
        return await self._hint(account_id, event)

    async def _say(self, account_id: int, event: CallbackEvent, words: str, key: str) -> bytes:
        person = await self._front.person(account_id, event.user)
        return self._text(event, await self._front.say(person, Door.WECOM, words, key))

    async def _hint(self, account_id: int, event: CallbackEvent) -> bytes | None:
        """To a picture, a voice, a place: what can be written instead."""
        if not isinstance(event, Other) or event.message_type not in _WORDLESS:
            return None
        return self._text(event, self._front.wordless(await self._front.person(account_id, event.user)))

    async def _press(self, account_id: int, event: CardPress, key: str) -> bytes | None:
        """A press may only be answered by a change of the card, so a reason goes as a message of its own."""
        person = await self._front.person(account_id, event.user)
        pressed = ButtonPress(account_id, event.task_id, event.key, event.selected)
        outcome = await self._front.press(person, Door.WECOM, pressed, key)
        if outcome.done:
            shown = replacement_for(Replacement(_written(outcome.reply), sent=outcome.sent))
            if "template_card" in shown:
                return card_reply(event, shown["template_card"], self._clock.now())
            return button_reply(event, _written(outcome.reply), self._clock.now())
        self._telling.tell(key, account_id, event.user, _written(outcome.reply))
        return None

    async def _choose(self, account_id: int, event: CardMenu, key: str) -> bytes:
        """The menu in a card's corner, which may be answered in words."""
        person = await self._front.person(account_id, event.user)
        chosen = ButtonPress(account_id, event.task_id, event.key)
        outcome = await self._front.press(person, Door.WECOM, chosen, key)
        return self._text(event, outcome.reply)

    async def _greet(self, account_id: int, event: Entered, key: str) -> bytes | None:
        """Once a day: WeCom tells of every time that somebody opens the app."""
        day = self._clock.now().astimezone(SHANGHAI).date()
        if self._greeted.first((account_id, event.user, day), key) != key:
            return None
        return self._text(event, self._front.greeting(await self._front.person(account_id, event.user)))

    def _text(self, event: CallbackEvent, reply: Reply) -> bytes:
        return text_reply(event, _written(reply), self._clock.now())


def _cryptos(opened: OpenedAccount) -> Sequence[CallbackCrypto] | None:
    """None for an account without a callback. Raises SendFailed, ValueError for a wrong one."""
    account = account_of(Account(opened.id, opened.settings, opened.secrets))
    return account.cryptos() if account.has_callback else None


def _signing(cryptos: Sequence[CallbackCrypto], query: CallbackQuery, encrypted: str) -> CallbackCrypto:
    """The one whose signature it is, the present one if it is none's: it then says what is wrong."""
    return next((c for c in cryptos[1:] if c.signed(query, encrypted)), cryptos[0])


def _query(request: web.Request) -> CallbackQuery:
    try:
        return CallbackQuery.model_validate(dict(request.query))
    except ValidationError:
        raise CallbackRejected(Check.ENVELOPE) from None


def _written(reply: Reply) -> str:
    return reply.written(_link, _harmless, TEXT_BYTES)


def _link(link: Link) -> str:
    return f'<a href="{link.url}">{_harmless(link.label)}</a>'


def _harmless(words: str) -> str:
    """Somebody's words must not become a link inside of an answer of ours."""
    return words.replace("<", "＜").replace(">", "＞")
