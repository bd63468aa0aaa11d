"""The Bot API's requests over the service's own HTTP session.

The library's client opens connections of its own for each bot and logs addresses, in which the Bot API wants
the token. So requests go by the session that the service has anyway, and no address and no exception of the
HTTP library, which may carry one, leaves this file.
"""

from http import HTTPStatus
from typing import Any

import aiohttp
from aiohttp_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError
from pydantic import BaseModel, Field, ValidationError
from telegram.error import TelegramError
from telegram.request import BaseRequest, RequestData

from notifier.providers.telegram.errors import FloodWait, NoAnswer, NotSent, ProxyRefuses
from notifier.providers.telegram.proxies import Proxy

TOTAL_S = 15.0
_CONNECT_S = 5.0
_WAIT_S, _LONGEST_WAIT_S = 5.0, 86_400.0
_PROXY_FAILED = (ProxyConnectionError, ProxyError, ProxyTimeoutError)  # of a SOCKS proxy
_NOT_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    aiohttp.ClientProxyConnectionError,
    aiohttp.ClientHttpProxyError,
    *_PROXY_FAILED,
)


class _Parameters(BaseModel):
    retry_after: float = Field(_WAIT_S, ge=0)


class _Flood(BaseModel):
    parameters: _Parameters = _Parameters()


class SessionRequest(BaseRequest):
    """Sends with `http`, which stays the caller's to close, and whose connections go through a SOCKS proxy already."""

    def __init__(self, http: aiohttp.ClientSession, proxy: Proxy | None, total_s: float) -> None:
        self._http = http
        self._proxy = proxy if proxy and not proxy.is_socks else None
        self._timeout = aiohttp.ClientTimeout(
            total=total_s, connect=min(_CONNECT_S, total_s), sock_connect=min(_CONNECT_S, total_s)
        )

    @property
    def read_timeout(self) -> float | None:
        """Seconds for the whole exchange."""
        return self._timeout.total

    async def initialize(self) -> None:
        """The session is open already."""

    async def shutdown(self) -> None:
        """The session is closed by whoever opened it."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = None,  # noqa: ARG002 - the library's shape; the session has its own limits
        write_timeout: Any = None,  # noqa: ARG002 - the same
        connect_timeout: Any = None,  # noqa: ARG002 - the same
        pool_timeout: Any = None,  # noqa: ARG002 - the same
    ) -> tuple[int, bytes]:
        """Status and body. Raises `NotSent`, `NoAnswer`, `FloodWait`, `ProxyRefuses`."""
        data = request_data.json_parameters if request_data else {}
        failed: TelegramError
        try:
            async with self._http.request(
                method,
                url,
                data=data,
                timeout=self._timeout,
                proxy=self._proxy.url if self._proxy else None,
                proxy_headers=self._proxy.headers if self._proxy else None,
                allow_redirects=False,
            ) as response:
                status, body = response.status, await response.read()
        except (aiohttp.ClientError, *_PROXY_FAILED, OSError) as error:  # TimeoutError is an OSError
            failed = _failed(error)
        else:
            if status == HTTPStatus.TOO_MANY_REQUESTS:
                raise FloodWait(_wait(body))
            return status, body
        # Outside of the handler, so that no traceback shows the library's exception and its address.
        raise failed


def _failed(error: Exception) -> TelegramError:
    wants_sign_in = HTTPStatus.PROXY_AUTHENTICATION_REQUIRED
    if isinstance(error, aiohttp.ClientHttpProxyError) and error.status == wants_sign_in:
        return ProxyRefuses("407")
    return (NotSent if isinstance(error, _NOT_SENT) else NoAnswer)(type(error).__name__)


def _wait(body: bytes) -> float:
    """How long Telegram wants us to wait, in seconds."""
    try:
        return min(_Flood.model_validate_json(body).parameters.retry_after, _LONGEST_WAIT_S)
    except ValidationError:
        return _WAIT_S
