"""WeCom's callback: `/wecom/<public key of the channel account>`.

WeCom waits five seconds for an answer and comes up to three times. So every answer is given within
`budget_s`, and one that could not be worked out is a 503 that acknowledges nothing: the card stays active.
A second delivery of an event carries the same key and so gets the first answer.
Source of the rules: developer.work.weixin.qq.com documents 90238, 90930 and 90241.
"""

import secrets
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol

import structlog
from aiohttp import web
from pydantic import ValidationError

from bot.chat.answers import Link, Reply
from bot.chat.background import Background, Recent, Teller, Telling
from bot.chat.front import ChatFront
from notifier.channel import Account, SendFailed
from notifier.providers.wecom.account import account_of
from notifier.providers.wecom.cards import TEXT_BYTES
from notifier.providers.wecom.crypto import CallbackCrypto, CallbackQuery, CallbackRejected, Check
from notifier.providers.wecom.events import (
    CallbackEvent,
    CardPress,
    Entered,
    TextMessage,
    dedupe_key,
    parse_event,
)
from notifier.providers.wecom.replies import button_reply, sealed, text_reply
from notifier.providers.wecom.xml import encrypted_part
from storage.channel_accounts import OpenedAccount
from storage.clock import SHANGHAI, Clock
from storage.database import DatabaseAway
from storage.sealing import SealBroken
from workflows.actor import Door

KIND = "wecom"
BODY_BYTES = 64 * 1024
_FORGED = (Check.SIGNATURE, Check.RECEIVER)

_Work = Callable[[web.Request], Coroutine[Any, Any, web.Response]]

log = structlog.get_logger()


class ChannelAccounts(Protocol):
    """Finds the account that a callback address names, with its secrets opened."""

    async def by_public_key(self, kind: str, public_key: str) -> OpenedAccount | None:
        """Raises `DatabaseAway`, `SealBroken`."""
        ...


@dataclass(frozen=True)
class WeComDoorSettings:
    """Times in seconds: the whole answer, and how far a callback's time may be from ours (replays)."""

    budget_s: float = 4.0
    window_s: float = 300.0


class OutsideWindow(Exception):
    """A rightly signed callback of another time: replayed, or a clock is wrong."""


class AccountUnusable(Exception):
    """The account's settings or secrets do not serve; says which, never their values."""


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
        self._accounts = accounts
        self._clock = clock
        self._settings = settings or WeComDoorSettings()
        self._nonce = nonce
        self.background = Background()
        self._telling = Telling(teller, self.background)
        self._greeted = Recent()

    def add_to(self, app: web.Application) -> None:
        """Put the routes into an application, and the end of what still goes on into its end."""
        app.router.add_get("/wecom/{account}", self._check, allow_head=False)
        app.router.add_post("/wecom/{account}", self._receive)
        app.on_cleanup.append(self._close)

    async def _close(self, _: web.Application) -> None:
        await self.background.close()

    async def _check(self, request: web.Request) -> web.Response:
        """GET: WeCom checks the address."""
        return await self._answer(request, self._echo)

    async def _receive(self, request: web.Request) -> web.Response:
        """POST: somebody wrote, pressed or entered."""
        return await self._answer(request, self._event)

    async def _answer(self, request: web.Request, work: _Work) -> web.Response:
        """What `work` answers, in time; what went wrong is logged with the account's public key alone."""
        known_as = request.match_info["account"][:32]
        try:
            return await self.background.within(work(request), self._settings.budget_s)
        except CallbackRejected as rejected:
            log.warning("wecom_callback_rejected", account=known_as, check=rejected.check)
            forged = rejected.check in _FORGED
            return web.Response(status=HTTPStatus.FORBIDDEN if forged else HTTPStatus.BAD_REQUEST)
        except OutsideWindow:
            log.warning("wecom_callback_rejected", account=known_as, check="time")
            return web.Response(status=HTTPStatus.FORBIDDEN)
        except AccountUnusable as unusable:
            log.error("wecom_account_unusable", account=known_as, why=str(unusable))  # noqa: TRY400 - says it all
        except (DatabaseAway, TimeoutError) as away:
            log.warning("wecom_callback_not_answered", account=known_as, why=type(away).__name__)
        return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)

    async def _echo(self, request: web.Request) -> web.Response:
        _, crypto = await self._account(request)
        query = _query(request)
        echo = crypto.answer_url_check(query)
        self._check_time(query)
        return web.Response(body=echo, content_type="text/plain")

    async def _event(self, request: web.Request) -> web.Response:
        body = await _limited_body(request)
        account, crypto = await self._account(request)
        query = _query(request)
        message = crypto.open(query, encrypted_part(body))
        self._check_time(query)
        reply = await self._react(account.id, parse_event(message))
        if reply is None:
            return web.Response()
        envelope = sealed(crypto, reply, self._clock.now(), self._nonce())
        return web.Response(body=envelope, content_type="application/xml")

    async def _account(self, request: web.Request) -> tuple[OpenedAccount, CallbackCrypto]:
        """Raises HTTPNotFound, `AccountUnusable`."""
        try:
            opened = await self._accounts.by_public_key(KIND, request.match_info["account"])
            crypto = _crypto(opened) if opened else None
        except (SealBroken, SendFailed, ValueError) as error:
            raise AccountUnusable(str(error)) from None
        if opened is None or crypto is None:
            raise web.HTTPNotFound
        return opened, crypto

    def _check_time(self, query: CallbackQuery) -> None:
        """Only after the signature: an unsigned time says nothing."""
        if abs((self._clock.now() - query.sent_at).total_seconds()) > self._settings.window_s:
            raise OutsideWindow

    async def _react(self, account_id: int, event: CallbackEvent) -> bytes | None:
        """The passive reply, or None where there is nothing to say this way."""
        key = f"{KIND}:{account_id}:{dedupe_key(event)}"
        match event:
            case TextMessage():
                person = await self._front.person(account_id, event.user)
                return self._text(event, await self._front.say(person, Door.WECOM, event.text, key))
            case CardPress():
                return await self._press(account_id, event, key)
            case Entered():
                return await self._greet(account_id, event, key)
            case _:
                return None

    async def _press(self, account_id: int, event: CardPress, key: str) -> bytes | None:
        """A press may only be answered by a change of the card, so a reason goes as a message of its own."""
        person = await self._front.person(account_id, event.user)
        outcome = await self._front.press(person, Door.WECOM, event.task_id, account_id, event.key, key)
        if outcome.done:
            return button_reply(event, _written(outcome.reply), self._clock.now())
        self._telling.tell(key, account_id, event.user, _written(outcome.reply))
        return None

    async def _greet(self, account_id: int, event: Entered, key: str) -> bytes | None:
        """Once a day: WeCom tells of every time that somebody opens the app."""
        day = self._clock.now().astimezone(SHANGHAI).date()
        if self._greeted.first((account_id, event.user, day), key) != key:
            return None
        return self._text(event, self._front.greeting(await self._front.person(account_id, event.user)))

    def _text(self, event: CallbackEvent, reply: Reply) -> bytes:
        return text_reply(event, _written(reply), self._clock.now())


def _crypto(opened: OpenedAccount) -> CallbackCrypto | None:
    """None for an account without a callback. Raises SendFailed, ValueError for a wrong one."""
    account = account_of(Account(opened.id, opened.settings, opened.secrets))
    return account.crypto() if account.has_callback else None


def _query(request: web.Request) -> CallbackQuery:
    try:
        return CallbackQuery.model_validate(dict(request.query))
    except ValidationError:
        raise CallbackRejected(Check.ENVELOPE) from None


async def _limited_body(request: web.Request) -> bytes:
    """The body, read no further than the limit. Raises HTTPRequestEntityTooLarge."""
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > BODY_BYTES:
            raise web.HTTPRequestEntityTooLarge(max_size=BODY_BYTES, actual_size=len(body))
    return bytes(body)


def _written(reply: Reply) -> str:
    return reply.written(_link, _harmless, TEXT_BYTES)


def _link(link: Link) -> str:
    return f'<a href="{link.url}">{_harmless(link.label)}</a>'


def _harmless(words: str) -> str:
    """Somebody's words must not become a link inside of an answer of ours."""
    return words.replace("<", "＜")
