"""Calls Aliyun's SMS service, and tells every answer apart.

Numbers and words stand in the query, so no URL and no exception of the HTTP library leaves this file.
"""

import secrets
from collections.abc import Callable, Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

import aiohttp
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from yarl import URL

from notifier.channel import SendFailed, Verdict
from notifier.providers.aliyun.signature import Call, authorization, query_string
from notifier.providers.aliyun_sms.account import SmsAccount
from notifier.providers.aliyun_sms.errors import OK, failure
from storage.clock import Clock
from storage.texts import N_

VERSION = "2017-05-25"
_CONNECT_S, _TOTAL_S = 5.0, 15.0
# A report of a try whose answer was lost comes within the minute, and saves the second SMS.
_AFTER_LOST_ANSWER_S = 60.0
_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)


class Answer(BaseModel):
    """What the service answers, whatever the HTTP status."""

    model_config = ConfigDict(frozen=True)

    code: str = Field(alias="Code")
    message: str = Field(default="", alias="Message")
    biz_id: str = Field(default="", alias="BizId")


class AliyunClient:
    """The service's API. `http` is shared and not closed here; `clock` is real time."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        clock: Clock,
        *,
        total_s: float = _TOTAL_S,
        nonce: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        self._http = http
        self._clock = clock
        self._nonce = nonce
        connect_s = min(_CONNECT_S, total_s)
        self._timeout = aiohttp.ClientTimeout(total=total_s, connect=connect_s, sock_connect=connect_s)

    async def send_sms(self, account: SmsAccount, query: Mapping[str, str]) -> Answer:
        """SendSms, which is not idempotent: the same `OutId` again is another SMS. Raises SendFailed."""
        answer = await self._call(account, "SendSms", query)
        if answer.code != OK:
            raise failure(answer.code, _redacted(answer.message, account))
        return answer

    async def _call(self, account: SmsAccount, action: str, query: Mapping[str, str]) -> Answer:
        base_url = account.settings.base_url
        call = Call(urlsplit(base_url).netloc, action, VERSION, query, self._clock.now(), self._nonce())
        secret = account.secrets.access_key_secret.get_secret_value()
        headers = call.headers() | {
            "authorization": authorization(call, account.settings.access_key_id, secret)
        }
        # As it was signed: the library would encode it in another way.
        url = URL(f"{base_url}/?{query_string(query)}", encoded=True)
        try:
            async with self._http.post(
                url, headers=headers, timeout=self._timeout, allow_redirects=False
            ) as response:
                status, text = response.status, await response.read()
        except (aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
            failed = _unreachable(error)
        else:
            return _read(status, text)
        # Outside of the handler, so that no traceback shows the library's exception and its URL.
        raise failed


def _unreachable(error: Exception) -> SendFailed:
    before = isinstance(error, _NOT_SENT)
    return SendFailed(
        Verdict.TEMPORARY,
        "connect" if before else "no-answer",
        N_("The SMS provider cannot be reached") if before else N_("The SMS provider did not answer in time"),
        detail=type(error).__name__,
        retry_after_s=None if before else _AFTER_LOST_ANSWER_S,
        maybe_delivered=not before,
    )


def _read(status: int, body: bytes) -> Answer:
    """Refusals of the gateway come with other statuses than 200, but with a code."""
    try:
        return Answer.model_validate_json(body)
    except ValidationError:
        failed = _unreadable(status)
    raise failed


def _unreadable(status: int) -> SendFailed:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return SendFailed(Verdict.RATE, "http-429", N_("The SMS provider is busy"), retry_after_s=60)
    if status == HTTPStatus.OK or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return SendFailed(
            Verdict.TEMPORARY,
            f"http-{status}",
            N_("The SMS provider's answer could not be read"),
            retry_after_s=_AFTER_LOST_ANSWER_S,
            maybe_delivered=True,
        )
    return SendFailed(
        Verdict.CONFIGURATION, f"http-{status}", N_("What answers at this address is not the SMS provider")
    )


def _redacted(words: str, account: SmsAccount) -> str:
    return words.replace(account.secrets.access_key_secret.get_secret_value(), "***")
