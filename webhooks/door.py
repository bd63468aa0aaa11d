"""What every address has that a provider pushes to: a secret in the path, a limit to what is read, and an answer.

Most providers sign nothing, so the address itself is the secret: it is compared in constant time and never logged.
"""

import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Protocol

import structlog
from aiohttp import web
from pydantic import SecretStr

from notifier.channel import Account, SendFailed
from notifier.providers.pushes import PushUnreadable
from storage.channel_accounts import OpenedAccount
from storage.database import DatabaseAway
from storage.receipts import Noted
from storage.sealing import SealBroken

BODY_BYTES = 512 * 1024

log = structlog.get_logger()


class ChannelAccounts(Protocol):
    """Channel accounts with their secrets opened."""

    def by_public_key(self, kind: str, public_key: str) -> Awaitable[OpenedAccount | None]:
        """The active account that an address names, or None."""
        ...


@dataclass(frozen=True)
class Entrance:
    """Where one vendor pushes: for accounts of that kind, to a path with `{account}` and `{token}`.

    `acknowledged` is the answer that it waits for; `token` raises SendFailed for an account that is broken.
    """

    kind: str
    path: str
    acknowledged: str
    token: Callable[[Account], SecretStr | None]


@dataclass(frozen=True)
class Taken:
    """What came of one push: what its reports changed, and what else is counted in the log."""

    noted: Sequence[Noted]
    counts: Mapping[str, int] = field(default_factory=dict)


Take = Callable[[Account, bytes], Awaitable[Taken]]


class Reception:
    """Takes pushes at the entrances of several vendors."""

    def __init__(self, accounts: ChannelAccounts) -> None:
        self._accounts = accounts

    def open(self, app: web.Application, entrance: Entrance, take: Take) -> None:
        """Put an entrance into an application. `take` raises `PushUnreadable`, `DatabaseAway`."""

        async def receive(request: web.Request) -> web.Response:
            return await self._receive(request, entrance, take)

        app.router.add_post(entrance.path, receive)

    async def _receive(self, request: web.Request, entrance: Entrance, take: Take) -> web.Response:
        known_as = {"account": request.match_info["account"][:32], "channel": entrance.kind}
        try:
            account = await self._addressed(request, entrance)
            taken = await take(account, await limited_body(request))
        except PushUnreadable as error:
            log.warning("push_unreadable", why=str(error), **known_as)
            return web.Response(status=HTTPStatus.BAD_REQUEST)
        except (DatabaseAway, SealBroken, SendFailed) as away:
            log.warning("push_not_noted", why=type(away).__name__, **known_as)
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
        log.info("push_taken", **_counted(taken), **known_as)
        if Noted.TOO_EARLY in taken.noted:
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
        return web.Response(text=entrance.acknowledged, content_type="application/json")

    async def _addressed(self, request: web.Request, entrance: Entrance) -> Account:
        """Raises HTTPNotFound for a wrong token as for an unknown account; `SendFailed` for a broken one."""
        opened = await self._accounts.by_public_key(entrance.kind, request.match_info["account"])
        if opened is None:
            raise web.HTTPNotFound
        account = Account(opened.id, opened.settings, opened.secrets)
        token = entrance.token(account)
        right = token.get_secret_value().encode() if token else b""
        if not right or not hmac.compare_digest(request.match_info["token"].encode(errors="replace"), right):
            raise web.HTTPNotFound
        return account


async def limited_body(request: web.Request) -> bytes:
    """The body, read no further than the limit. Raises HTTPRequestEntityTooLarge."""
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > BODY_BYTES:
            raise web.HTTPRequestEntityTooLarge(max_size=BODY_BYTES, actual_size=len(body))
    return bytes(body)


def _counted(taken: Taken) -> dict[str, int]:
    return {kind.name.lower(): taken.noted.count(kind) for kind in Noted} | dict(taken.counts)
