"""One call to a provider over HTTP, with what can go wrong before its own codes count.

Numbers, words and keys stand in addresses and headers, so no exception of the library leaves this file.
"""

from collections.abc import Mapping
from http import HTTPStatus

import aiohttp
from yarl import URL

from notifier.channel import SendFailed, Verdict
from storage.texts import N_

TOTAL_S = 15.0
_CONNECT_S = 5.0
# A report of a try whose answer was lost comes within the minute, and saves the second message.
AFTER_LOST_ANSWER_S = 60.0
_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)


class Poster:
    """Posts to providers. `http` is shared and not closed here; `total_s` is for one whole call."""

    def __init__(self, http: aiohttp.ClientSession, total_s: float = TOTAL_S) -> None:
        self._http = http
        connect_s = min(_CONNECT_S, total_s)
        self._timeout = aiohttp.ClientTimeout(total=total_s, connect=connect_s, sock_connect=connect_s)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes = b"") -> tuple[int, bytes]:
        """Status and body of the answer to what was signed. Raises SendFailed."""
        # As it was signed: the library would encode it in another way.
        where = URL(url, encoded=True)
        try:
            async with self._http.post(
                where, data=body, headers=headers, timeout=self._timeout, allow_redirects=False
            ) as response:
                return response.status, await response.read()
        except (aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
            failed = _unreachable(error)
        # Outside of the handler, so that no traceback shows the library's exception and its URL.
        raise failed


def unreadable(status: int) -> SendFailed:
    """What to make of an answer that is none of the provider's."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return SendFailed(Verdict.RATE, "http-429", N_("The provider is busy"), retry_after_s=60)
    if status == HTTPStatus.OK or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return SendFailed(
            Verdict.TEMPORARY,
            f"http-{status}",
            N_("The provider's answer could not be read"),
            retry_after_s=AFTER_LOST_ANSWER_S,
            maybe_delivered=True,
        )
    return SendFailed(
        Verdict.CONFIGURATION, f"http-{status}", N_("The server at this address is not the provider's")
    )


def _unreachable(error: Exception) -> SendFailed:
    before = isinstance(error, _NOT_SENT)
    return SendFailed(
        Verdict.TEMPORARY,
        "connect" if before else "no-answer",
        N_("The provider cannot be reached") if before else N_("The provider did not answer in time"),
        detail=type(error).__name__,
        retry_after_s=None if before else AFTER_LOST_ANSWER_S,
        maybe_delivered=not before,
    )
