"""The Bot API's requests over the service's own HTTP session.

The library's client opens connections of its own for each bot and logs addresses, in which the Bot API wants
the token. So requests go by the session that the service has anyway, and no address and no exception of the
HTTP library, which may carry one, leaves this file.
"""

from http import HTTPStatus
from typing import Any

import aiohttp
from pydantic import BaseModel, Field, ValidationError
from telegram.request import BaseRequest, RequestData

from notifier.providers.telegram.errors import FloodWait, NoAnswer, NotSent

TOTAL_S = 15.0
_CONNECT_S = 5.0
_WAIT_S = 5.0
_NOT_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    aiohttp.ClientProxyConnectionError,
)


class _Parameters(BaseModel):
    retry_after: float = Field(_WAIT_S, ge=0, le=86400)


class _Flood(BaseModel):
    parameters: _Parameters = _Parameters()


class SessionRequest(BaseRequest):
    """Sends with `http`, which stays the caller's to close."""

    def __init__(self, http: aiohttp.ClientSession, proxy: str | None, total_s: float) -> None:
        self._http = http
        self._proxy = proxy
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
        """Status and body. Raises `NotSent`, `NoAnswer`, `FloodWait`."""
        data = request_data.json_parameters if request_data else {}
        failed: NotSent | NoAnswer
        try:
            async with self._http.request(
                method, url, data=data, timeout=self._timeout, proxy=self._proxy, allow_redirects=False
            ) as response:
                status, body = response.status, await response.read()
        except (aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
            failed = (NotSent if isinstance(error, _NOT_SENT) else NoAnswer)(type(error).__name__)
        else:
            if status == HTTPStatus.TOO_MANY_REQUESTS:
                raise FloodWait(_wait(body))
            return status, body
        # Outside of the handler, so that no traceback shows the library's exception and its address.
        raise failed


def _wait(body: bytes) -> float:
    """How long Telegram wants us to wait, in seconds."""
    try:
        return _Flood.model_validate_json(body).parameters.retry_after
    except ValidationError:
        return _WAIT_S
