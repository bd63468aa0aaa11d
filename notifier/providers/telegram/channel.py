"""Telegram's chats as a channel of the notifier: people's own, and groups that only listen."""

import time
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeVar

import aiohttp
from pydantic import BaseModel, ConfigDict, ValidationError
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Message
from telegram.constants import ParseMode
from telegram.error import TelegramError

from notifier.channel import Accepted, Account, Content, Gone, Replacement, SendFailed, Verdict
from notifier.providers.telegram.account import TelegramAccount, account_of, checked_chat_id
from notifier.providers.telegram.errors import FloodWait, failure, is_unchanged
from notifier.providers.telegram.messages import (
    Keyboard,
    decided_keyboard,
    decided_text,
    message_for,
)
from notifier.providers.telegram.moves import Moves
from notifier.providers.telegram.pauses import Pauses
from notifier.providers.telegram.proxies import Sessions
from notifier.providers.telegram.request import TOTAL_S, SessionRequest
from storage.provider_tokens import ProviderTokens
from storage.texts import N_

T = TypeVar("T")
_PUT_OUT = ("kicked", "not a member", "deleted")
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class _Payload(BaseModel):
    """What was composed, as it comes back from the ledger."""

    model_config = ConfigDict(frozen=True)

    text: str
    inline_keyboard: Keyboard = []


class TelegramChannel:
    """Sends by the account's bot, whose client needs neither a connection of its own nor an updater.

    Telegram knows no check for repeats: a message whose answer was lost may arrive twice. The buttons of
    either copy do the same once.
    """

    kind = "telegram"
    can_update = True
    updatable_for = None

    def __init__(
        self,
        http: aiohttp.ClientSession,
        tokens: ProviderTokens | None = None,
        *,
        total_s: float = TOTAL_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sessions = Sessions(http)
        self._total_s = total_s
        self._pauses = Pauses(monotonic)
        self._bots: dict[int, tuple[TelegramAccount, Bot]] = {}
        self._moves = Moves(tokens)

    def compose(self, content: Content, address: str, account: Account) -> dict[str, Any]:
        """Text and keyboard. Raises SendFailed for an unusable account or chat."""
        chat, telegram = checked_chat_id(address), account_of(account)
        if chat < 0:  # nobody decides, and nobody has read anything, for a group
            return message_for(content, _nothing, _nothing)

        def says(key: str) -> str | None:
            return telegram.reads.made(chat, content.unique_id, key) if telegram.reads else None

        return message_for(content, says if telegram.callbacks else _nothing, says)

    async def send(self, payload: Mapping[str, Any], address: str, account: Account) -> Accepted:
        """`provider_id` is the message's id in its chat; `update_code` names both. Raises SendFailed."""
        what = _read(payload)
        return await self._send(what.text, _markup(what.inline_keyboard), address, account)

    async def say(self, text: str, address: str, account: Account) -> None:
        """A few words at once, in HTML, as the answer to a press can carry no links. Raises SendFailed."""
        await self._send(text, None, address, account)

    async def update(
        self,
        update_code: str,
        address: str,  # noqa: ARG002 - the code names the chat
        account: Account,
        replacement: Replacement,
    ) -> None:
        """Say below the message who decided, and take its buttons away. Raises SendFailed.

        A message that says so already is as it should be. One in a group that has moved stayed behind: there, another
        message has its number.
        """
        chat, number = _place(update_code)

        def edit(bot: Bot) -> Awaitable[object]:
            return bot.edit_message_text(
                text=decided_text(replacement.sent, replacement.text),
                chat_id=chat,
                message_id=number,
                parse_mode=ParseMode.HTML,
                link_preview_options=_NO_PREVIEW,
                reply_markup=_markup(decided_keyboard(replacement.sent)),
            )

        await self._ask(account, chat, edit, unchanged_is_fine=True)

    async def close(self) -> None:
        """End the connections through SOCKS proxies."""
        await self._sessions.close()

    async def _send(
        self, html: str, markup: InlineKeyboardMarkup | None, address: str, account: Account
    ) -> Accepted:
        """Where the chat is now: a group that grows becomes a supergroup under another id, and Telegram names it."""
        named = checked_chat_id(address)
        chat = self._moves.now_at(account.id, named)
        try:
            return await self._send_to(chat, html, markup, account)
        except SendFailed as failed:
            moved = await self._moves.after(account.id, named, failed) if chat == named else None
            if moved is None:
                raise
        return await self._send_to(moved, html, markup, account)

    async def _send_to(
        self, chat: int, html: str, markup: InlineKeyboardMarkup | None, account: Account
    ) -> Accepted:
        def send(bot: Bot) -> Awaitable[Message]:
            return bot.send_message(
                chat, html, ParseMode.HTML, reply_markup=markup, link_preview_options=_NO_PREVIEW
            )

        try:
            message = await self._ask(account, chat, send)
        except SendFailed as failed:
            raise (_left(failed) if chat < 0 else failed) from None
        if not isinstance(message, Message):
            raise _unreadable()
        return Accepted(str(message.message_id), update_code(chat, message.message_id))

    async def _ask(
        self,
        account: Account,
        chat: int,
        what: Callable[[Bot], Awaitable[T]],
        *,
        unchanged_is_fine: bool = False,
    ) -> T | None:
        """Telegram's answer, unless it wants to be left alone for a while. Raises SendFailed."""
        left = self._pauses.left(account.id, chat)
        if left > 0:
            raise failure(FloodWait(left))
        try:
            return await _asked(what(self._bot(account)), unchanged_is_fine=unchanged_is_fine)
        except SendFailed as failed:
            if failed.verdict is Verdict.RATE and failed.retry_after_s:
                self._pauses.asked(account.id, chat, failed.retry_after_s)
            raise

    def _bot(self, account: Account) -> Bot:
        """One an account, and a new one when its token or settings have changed."""
        telegram = account_of(account)
        known = self._bots.get(account.id)
        if known is None or known[0] != telegram:
            known = (telegram, self._new_bot(telegram))
            self._bots[account.id] = known
        return known[1]

    def _new_bot(self, telegram: TelegramAccount) -> Bot:
        request = SessionRequest(self._sessions.by(telegram.proxy), telegram.proxy, self._total_s)
        return Bot(
            telegram.secrets.token.get_secret_value(),
            base_url=f"{telegram.settings.base_url}/bot",
            request=request,
            get_updates_request=request,
        )


def _nothing(_key: str) -> None:
    """Where a press does not come back to us."""


def update_code(chat_id: int, message_id: int) -> str:
    """What names a message for a later change."""
    return f"{chat_id}:{message_id}"


async def _asked(asking: Awaitable[T], *, unchanged_is_fine: bool = False) -> T | None:
    """The answer, or None where a message was to be changed to what it is. Raises SendFailed."""
    failed: SendFailed
    try:
        return await asking
    except TelegramError as error:
        if unchanged_is_fine and is_unchanged(error):
            return None
        failed = failure(error)
    except (
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        RecursionError,
    ):  # the library meets an answer that is none
        failed = _unreadable()
    # Outside of the handler, so that no traceback shows the library's exception.
    raise failed


def _left(failed: SendFailed) -> SendFailed:
    """In a group nobody blocks the bot: it was put out of it, or the group is no more.

    Telegram says so in words; a bare 403 may come from anybody on the way.
    """
    forbidden = failed.code == str(HTTPStatus.FORBIDDEN.value)
    gone = forbidden and any(words in failed.detail.lower() for words in _PUT_OUT)
    return (
        Gone(failed.code, N_("The bot is not in the group any more"), detail=failed.detail)
        if gone
        else failed
    )


def _unreadable() -> SendFailed:
    return SendFailed(
        Verdict.TEMPORARY, "unreadable", N_("Telegram's answer could not be read"), maybe_delivered=True
    )


def _read(payload: Mapping[str, Any]) -> _Payload:
    try:
        return _Payload.model_validate(payload)
    except ValidationError:
        pass
    raise SendFailed(Verdict.PERMANENT, "payload", N_("The message cannot be read any more"))


def _place(code: str) -> tuple[int, int]:
    """The chat and the message that an update code names."""
    chat, _, number = code.rpartition(":")
    if number.isascii() and number.isdecimal():
        return checked_chat_id(chat), int(number)
    raise SendFailed(Verdict.PERMANENT, "update-code", N_("The message cannot be found any more"))


def _markup(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    rows = [[InlineKeyboardButton(**button) for button in row] for row in keyboard]  # type: ignore[arg-type] # names and texts as composed
    return InlineKeyboardMarkup(rows) if rows else None
