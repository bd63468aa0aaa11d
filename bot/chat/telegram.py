"""Telegram's webhook: `/telegram/<public key of the channel account>`.

Telegram says who it is by a secret in a header, and comes again until it is answered. What is to be done in
the chat stands in the answer itself ("Making requests when getting updates"), so that an answer that was lost
is given again with the same update. Changes of a pressed message go by a request of their own.
Source of the rules: core.telegram.org/bots/api, "setWebhook", "Update" and "answerCallbackQuery".
"""

import hmac
import re
from dataclasses import dataclass
from html import escape
from http import HTTPStatus
from typing import Any, Protocol

import structlog
from aiohttp import web

from bot.chat.answers import Link, Reply
from bot.chat.background import Background, Teller, Telling
from bot.chat.door import ANSWER_WITHIN_S, CallbackDoor, ChannelAccounts, known_as, limited_body
from bot.chat.front import ChatFront
from bot.chat.linking import LinkDesk
from bot.chat.presses import ButtonPress, PressOutcome
from notifier.channel import Account, Replacement
from notifier.chats import Chats
from notifier.providers.telegram.account import TelegramAccount, account_of
from notifier.providers.telegram.messages import TEXT_UNITS, said
from notifier.providers.telegram.updates import (
    Event,
    Migrated,
    Pressed,
    Standing,
    UpdateRejected,
    Wordless,
    Written,
    parse_update,
)
from notifier.trim import fit_units
from storage.channel_accounts import OpenedAccount
from storage.chat_standing import Chat
from storage.directory import Viewer
from workflows.actor import Door
from workflows.errors import CaseNotFound

KIND = "telegram"
BODY_BYTES = 256 * 1024
ANSWER_UNITS = 200
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
_START = re.compile(r"\s*/start(?:@\w+)?(?:\s+(?P<code>.*))?\s*", re.DOTALL | re.IGNORECASE)
_ADDRESSED = re.compile(r"^(\s*/\w+)@\w+")

log = structlog.get_logger()


class TelegramHands(Teller, Protocol):
    """What is done in a chat by a request of its own."""

    async def show_decision(
        self, account_id: int, address: str, message_id: int, replacement: Replacement
    ) -> None:
        """Say below a message who decided. Raises when it fails; nobody waits for it."""
        ...


@dataclass(frozen=True)
class TelegramDoorSettings:
    """`budget_s`: the time for the whole answer, in seconds."""

    budget_s: float = ANSWER_WITHIN_S


class Forged(Exception):
    """The secret is not the account's: this is not Telegram."""


class TelegramCallback:
    """The handler of every bot."""

    def __init__(
        self,
        front: ChatFront,
        desk: LinkDesk,
        accounts: ChannelAccounts,
        hands: TelegramHands,
        chats: Chats,
        settings: TelegramDoorSettings | None = None,
    ) -> None:
        self._front = front
        self._desk = desk
        self._hands = hands
        self._chats = chats
        self._door = CallbackDoor(KIND, accounts, (settings or TelegramDoorSettings()).budget_s)
        self._telling = Telling(hands, self._door.background)

    @property
    def background(self) -> Background:
        """What still goes on behind the answers."""
        return self._door.background

    def add_to(self, app: web.Application) -> None:
        """Put the route into an application, and the end of what still goes on into its end."""
        app.router.add_post(self._door.path, self._receive)
        app.on_cleanup.append(self._door.close)

    async def _receive(self, request: web.Request) -> web.Response:
        try:
            return await self._door.answer(request, self._update)
        except Forged:
            log.warning("telegram_callback_rejected", account=known_as(request), check="secret")
            return web.Response(status=HTTPStatus.FORBIDDEN)
        except UpdateRejected:
            log.warning("telegram_callback_rejected", account=known_as(request), check="body")
            return web.Response(status=HTTPStatus.BAD_REQUEST)

    async def _update(self, request: web.Request) -> web.Response:
        opened, telegram = await self._door.account(request, _telegram)
        _check_secret(request, telegram)
        event = parse_update(await limited_body(request, BODY_BYTES))
        answer = await self._react(opened.id, telegram, event)
        return web.json_response(answer) if answer else web.Response()

    async def _react(self, account_id: int, telegram: TelegramAccount, event: Event) -> dict[str, Any] | None:
        """The method that the answer asks Telegram to call, or None where there is nothing to say."""
        key = f"{KIND}:{account_id}:{event.update_id}"
        match event:
            case Written():
                return _message(event.chat_id, await self._say(account_id, event, key))
            case Wordless():
                return _message(event.chat_id, await self._wordless(account_id, event))
            case Pressed():
                outcome = await self._press(account_id, telegram, event, key)
                return _answer(event, outcome)
            case Standing():
                await self._follow(account_id, event)
            case Migrated():
                await self._chats.moved(Chat(account_id, str(event.chat_id)), str(event.new_chat_id))
        return None

    async def _follow(self, account_id: int, event: Standing) -> None:
        chat = Chat(account_id, str(event.chat_id))
        if event.chat_id > 0:
            await self._chats.person(chat, takes=event.takes, at=event.at)
        else:
            await self._chats.group(chat, takes=event.takes, at=event.at)

    async def _person(self, account_id: int, address: str) -> Viewer | None:
        """Whose chat it is. Who writes or presses there does not block it, even where that was never told."""
        person = await self._front.person(account_id, address)
        if person is None and await self._chats.person(Chat(account_id, address), takes=True):
            return await self._front.person(account_id, address)
        return person

    async def _say(self, account_id: int, event: Written, key: str) -> Reply:
        start = _START.fullmatch(event.text)
        address = str(event.chat_id)
        if start and start["code"]:
            return await self._desk.link(account_id, address, start["code"], event.language)
        person = await self._person(account_id, address)
        if person is None:
            return self._desk.not_linked(event.language)
        if start:
            return self._front.greeting(person)
        return await self._front.say(person, Door.TELEGRAM, _ADDRESSED.sub(r"\1", event.text), key)

    async def _wordless(self, account_id: int, event: Wordless) -> Reply:
        person = await self._person(account_id, str(event.chat_id))
        return self._front.wordless(person) if person else self._desk.not_linked(event.language)

    async def _press(
        self, account_id: int, telegram: TelegramAccount, event: Pressed, key: str
    ) -> PressOutcome:
        """The message itself is changed by its own request; links, which no pop-up can show, come as a message."""
        address = str(event.chat_id)
        person = await self._person(account_id, address)
        opened = telegram.reads.read(event.chat_id, event.data) if telegram.reads else None
        if opened is None:
            return self._front.refusal(person, CaseNotFound())
        press = ButtonPress(account_id, *opened, reads_only=telegram.settings.read_only)
        outcome = await self._front.press(person, Door.TELEGRAM, press, key)
        if outcome.done:
            decided = _shown(outcome)
            self._telling.once(
                key,
                account_id,
                lambda: self._hands.show_decision(account_id, address, event.message_id, decided),
            )
        elif outcome.reply.has_links:
            self._telling.tell(key, account_id, address, _html(outcome.reply))
        return outcome


def _telegram(opened: OpenedAccount) -> TelegramAccount | None:
    """None for an account without a webhook. Raises SendFailed for wrong settings."""
    telegram = account_of(Account(opened.id, opened.settings, opened.secrets))
    return telegram if telegram.secrets.webhook_secret else None


def _check_secret(request: web.Request, telegram: TelegramAccount) -> None:
    """Raises `Forged`. Compared in constant time."""
    expected = telegram.secrets.webhook_secret
    shown = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
    if expected is None or not hmac.compare_digest(shown, expected.get_secret_value().encode()):
        raise Forged


def _message(chat_id: int, reply: Reply) -> dict[str, Any]:
    return {
        "method": "sendMessage",
        "chat_id": chat_id,
        "text": _html(reply),
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
    }


def _answer(event: Pressed, outcome: PressOutcome) -> dict[str, Any]:
    """A short notice when it was done, else a window that waits to be closed."""
    return {
        "method": "answerCallbackQuery",
        "callback_query_id": event.query_id,
        "text": fit_units(_plain(outcome.reply.bare if outcome.aside else outcome.reply), ANSWER_UNITS),
        "show_alert": not outcome.done,
    }


def _shown(outcome: PressOutcome) -> Replacement:
    """The message once it was pressed. After what decides nothing, pages that the words name have their own buttons."""
    if not outcome.aside:
        return Replacement(_plain(outcome.reply), sent=outcome.sent)
    links = [(link.label, link.url) for link in outcome.reply.links]
    return Replacement(_plain(outcome.reply.bare), sent=said(outcome.sent, outcome.aside, links))


def _html(reply: Reply) -> str:
    """Bytes of HTML are never fewer than the units that Telegram counts."""
    return reply.written(_link, lambda words: escape(words, quote=False), TEXT_UNITS)


def _plain(reply: Reply) -> str:
    return reply.written(lambda link: link.label, str, TEXT_UNITS)


def _link(link: Link) -> str:
    return f'<a href="{escape(link.url)}">{escape(link.label, quote=False)}</a>'
