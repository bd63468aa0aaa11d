"""What every provider's callback has in common: the account behind its address, answers in time, else a 503.

A 503 acknowledges nothing: the provider comes again, with the same event and so the same key.
"""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any, Protocol, TypeVar

import structlog
from aiohttp import web

from bot.chat.background import Background
from notifier.channel import SendFailed
from storage.channel_accounts import OpenedAccount
from storage.database import DatabaseAway
from storage.sealing import SealBroken

T = TypeVar("T")
ANSWER_WITHIN_S = 4.0  # providers wait five seconds
Work = Callable[[web.Request], Coroutine[Any, Any, web.Response]]

log = structlog.get_logger()


class ChannelAccounts(Protocol):
    """Finds the account that a callback address names, with its secrets opened."""

    async def by_public_key(self, kind: str, public_key: str) -> OpenedAccount | None:
        """Raises `DatabaseAway`, `SealBroken`."""
        ...


class AccountUnusable(Exception):
    """The account's settings or secrets do not serve; says which, never their values."""


class CallbackDoor:
    """The door of one kind of provider, at `/<kind>/{account}`."""

    def __init__(
        self, kind: str, accounts: ChannelAccounts, answer_within_s: float = ANSWER_WITHIN_S
    ) -> None:
        self.background = Background()
        self._kind = kind
        self._accounts = accounts
        self._answer_within_s = answer_within_s

    @property
    def path(self) -> str:
        """Where the provider calls."""
        return f"/{self._kind}/{{account}}"

    async def close(self, _: web.Application) -> None:
        """For the application's end."""
        await self.background.close()

    async def answer(self, request: web.Request, work: Work) -> web.Response:
        """What `work` answers, in time; what went wrong is logged with the account's public key alone."""
        account = known_as(request)
        try:
            return await self.background.within(work(request), self._answer_within_s)
        except AccountUnusable as unusable:
            log.error("chat_account_unusable", channel=self._kind, account=account, why=str(unusable))  # noqa: TRY400 - says it all
        except (DatabaseAway, TimeoutError) as away:
            log.warning(
                "chat_callback_not_answered", channel=self._kind, account=account, why=type(away).__name__
            )
        return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)

    async def account(
        self, request: web.Request, read: Callable[[OpenedAccount], T | None]
    ) -> tuple[OpenedAccount, T]:
        """The account and what `read` makes of it; raises HTTPNotFound where that is None, `AccountUnusable`."""
        try:
            opened = await self._accounts.by_public_key(self._kind, request.match_info["account"])
            usable = read(opened) if opened else None
        except (SealBroken, SendFailed, ValueError) as error:
            raise AccountUnusable(str(error)) from None
        if opened is None or usable is None:
            raise web.HTTPNotFound
        return opened, usable


def known_as(request: web.Request) -> str:
    """The public key in the address, as it may be logged."""
    return request.match_info["account"][:32]


async def limited_body(request: web.Request, most: int) -> bytes:
    """The body, read no further than `most` bytes. Raises HTTPRequestEntityTooLarge."""
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > most:
            raise web.HTTPRequestEntityTooLarge(max_size=most, actual_size=len(body))
    return bytes(body)
