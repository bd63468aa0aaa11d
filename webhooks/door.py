"""What every address has that a provider pushes to: a secret in the path, and a limit to what is read.

Most providers sign nothing, so the address itself is the secret: it is compared in constant time and never logged.
"""

import hmac
from collections.abc import Awaitable, Callable
from typing import Protocol

from aiohttp import web
from pydantic import SecretStr

from notifier.channel import Account
from storage.channel_accounts import OpenedAccount

BODY_BYTES = 512 * 1024
TokenOf = Callable[[Account], SecretStr | None]


class ChannelAccounts(Protocol):
    """Channel accounts with their secrets opened."""

    def by_public_key(self, kind: str, public_key: str) -> Awaitable[OpenedAccount | None]:
        """The active account that an address names, or None."""
        ...


async def addressed(request: web.Request, accounts: ChannelAccounts, kind: str, token_of: TokenOf) -> Account:
    """The account that `{account}` and `{token}` of the path name.

    Raises HTTPNotFound for a wrong token as for an unknown account; what `token_of` raises for a broken one.
    """
    opened = await accounts.by_public_key(kind, request.match_info["account"])
    if opened is None:
        raise web.HTTPNotFound
    account = Account(opened.id, opened.settings, opened.secrets)
    token = token_of(account)
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
