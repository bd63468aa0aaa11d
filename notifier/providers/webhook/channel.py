"""A signed webhook as a channel of the notifier: the recipient is another system.

Retries are the outbox's own. A receiver tells a repeated event by its id, which is the same on every try; the
timestamp that is signed along is that of the try, so that whoever kept an old one cannot play it again.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import aiohttp
from yarl import URL

from notifier.channel import Accepted, Account, Content, Gone, SendFailed, Verdict
from notifier.providers.unchangeable import Unchangeable
from notifier.providers.webhook.account import account_of
from notifier.providers.webhook.compose import event_for
from notifier.providers.webhook.guard import addresses_of
from notifier.providers.webhook.signature import headers
from storage.clock import Clock
from storage.texts import N_

TOTAL_S, _CONNECT_S = 15.0, 5.0
_MOST_ADDRESSES = 3
_LONGEST_WAIT_S = 86_400.0
_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)


Resolve = Callable[..., Awaitable[Sequence[str]]]


class WebhookChannel(Unchangeable):
    """Posts events to the address of an account. `http` is shared and not closed here; `clock` is the real one.

    `resolve` has the shape of `addresses_of`.
    """

    kind = "webhook"

    def __init__(
        self,
        http: aiohttp.ClientSession,
        clock: Clock,
        *,
        total_s: float = TOTAL_S,
        resolve: Resolve = addresses_of,
    ) -> None:
        self._http = http
        self._clock = clock
        self._resolve = resolve
        self._timeout = aiohttp.ClientTimeout(total=total_s, sock_connect=min(_CONNECT_S, total_s))

    def compose(self, content: Content, address: str, account: Account) -> dict[str, Any]:  # noqa: ARG002 - the receiver is the account
        """The event. Raises SendFailed for an unusable account."""
        account_of(account)
        return event_for(content, self._clock.now())

    async def send(self, payload: Mapping[str, Any], address: str, account: Account) -> Accepted:  # noqa: ARG002
        """2xx is taken, whatever the body of the answer says. Raises SendFailed."""
        webhook = account_of(account)
        body = json.dumps(dict(payload), ensure_ascii=False, separators=(",", ":")).encode()
        id_ = str(payload["id"])
        signed = headers(id_, int(self._clock.now().timestamp()), body, webhook.signing)
        url = URL(webhook.settings.url)
        found = await self._resolve(
            url.raw_host or "", url.port or 0, private=webhook.settings.private_addresses
        )
        status, wait = await self._post_to_one(url, found[:_MOST_ADDRESSES], signed, body)
        failed = failure(status, seconds_to_wait(wait, self._clock.now()))
        if failed is not None:
            raise failed
        return Accepted(id_)

    async def _post_to_one(
        self, url: URL, addresses: Sequence[str], signed: Mapping[str, str], body: bytes
    ) -> tuple[int, str]:
        """To the first one with which a connection comes about: resolvers name a dead one first each time."""
        *others, last = addresses
        for where in others:
            try:
                return await self._post(url, where, signed, body)
            except SendFailed as failed:
                if failed.maybe_delivered:
                    raise
        return await self._post(url, last, signed, body)

    async def _post(self, url: URL, where: str, signed: Mapping[str, str], body: bytes) -> tuple[int, str]:
        """Status and Retry-After; the body of the answer is not read. Raises SendFailed."""
        of = {**signed, "Host": url.raw_authority, "Content-Type": "application/json; charset=utf-8"}
        try:
            async with self._http.post(
                url.with_host(where),
                data=body,
                headers=of,
                timeout=self._timeout,
                allow_redirects=False,
                server_hostname=url.raw_host if url.scheme == "https" else None,
            ) as answer:
                return answer.status, answer.headers.get("Retry-After", "")
        except (aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
            failed = _unreachable(error)
        # Outside of the handler, so that no traceback shows the library's exception and its URL.
        raise failed


def seconds_to_wait(said: str, now: datetime) -> float | None:
    """What Retry-After asks for, in seconds or as a date (RFC 9110 10.2.3); None where it asks for nothing."""
    if said.isascii() and said.isdecimal():
        return min(float(said), _LONGEST_WAIT_S)
    try:
        at = parsedate_to_datetime(said)
    except ValueError:
        return None
    left = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    return min(max(left.total_seconds(), 0.0), _LONGEST_WAIT_S)


def failure(status: int, wait_s: float | None) -> SendFailed | None:
    """What an answer means; None for one that took the event."""
    code = f"http-{status}"
    if status // 100 == HTTPStatus.OK // 100:
        return None
    if status == HTTPStatus.GONE:
        return Gone(code, N_("The receiver unsubscribed from events"))
    if status // 100 == HTTPStatus.MULTIPLE_CHOICES // 100:
        return SendFailed(Verdict.CONFIGURATION, code, N_("The receiver has another address now"))
    busy = status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
    if busy and wait_s is not None:
        return SendFailed(Verdict.RATE, code, N_("The receiver is busy"), retry_after_s=wait_s)
    lost = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return SendFailed(
        Verdict.TEMPORARY, code, N_("The receiver did not accept the event"), maybe_delivered=lost
    )


def _unreachable(error: Exception) -> SendFailed:
    before = isinstance(error, _NOT_SENT)
    return SendFailed(
        Verdict.TEMPORARY,
        "connect" if before else "no-answer",
        N_("The receiver cannot be reached") if before else N_("The receiver did not answer in time"),
        detail=type(error).__name__,
        maybe_delivered=not before,
    )
