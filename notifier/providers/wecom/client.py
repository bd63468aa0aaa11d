"""Calls to WeCom's API: token, time-outs, and every answer told apart.

The API takes its token and secret in the query string, so no URL and no exception of the HTTP library,
which may carry one, leaves this file.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp
from pydantic import BaseModel, ConfigDict, ValidationError

from notifier.channel import SendFailed, Verdict
from notifier.providers.wecom.account import WeComAccount
from notifier.providers.wecom.errors import STALE_TOKEN, failure
from notifier.providers.wecom.token import Token, TokenCache
from storage.clock import Clock
from storage.provider_tokens import Lent, ProviderTokens, Wanted
from storage.texts import N_

# WeCom answers within a second or two; a slower one is better asked again than waited for.
_CONNECT_S, _TOTAL_S = 5.0, 10.0
_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)


class Answer(BaseModel):
    """What every answer of the API may hold; each call reads its own part."""

    model_config = ConfigDict(frozen=True)

    errcode: int
    errmsg: str = ""
    access_token: str = ""
    expires_in: int = 0
    msgid: str = ""
    media_id: str = ""
    response_code: str = ""
    invaliduser: str | list[str] | None = None
    unlicenseduser: str | list[str] | None = None
    userid: str = ""
    department_id: list[Mapping[str, Any]] = []
    userlist: list[Mapping[str, Any]] = []
    dept_user: list[Mapping[str, Any]] = []
    next_cursor: str | None = None


@dataclass(frozen=True)
class Upload:
    """A file for the API."""

    name: str
    content: bytes


Body = Mapping[str, Any] | Upload | None


@dataclass(frozen=True)
class Shared:
    """Where an account's tokens are shared with other processes."""

    tokens: ProviderTokens
    account_id: int


class WeComClient:
    """The API as one application. `http` is shared and not closed here. Without `shared` the token is its own."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        account: WeComAccount,
        clock: Clock,
        total_s: float = _TOTAL_S,
        *,
        shared: Shared | None = None,
    ) -> None:
        self._http = http
        self._account = account
        self._shared = shared
        self._timeout = aiohttp.ClientTimeout(
            total=total_s, connect=min(_CONNECT_S, total_s), sock_connect=min(_CONNECT_S, total_s)
        )
        self._tokens = TokenCache(self._token, clock)

    async def post(self, path: str, body: Mapping[str, Any]) -> Answer:
        """POST as JSON, once more with a new token when WeCom calls the old one stale. Raises SendFailed."""
        return await self._call("POST", path, {}, body)

    async def get(self, path: str, query: Mapping[str, str]) -> Answer:
        """The same as a GET. Raises SendFailed."""
        return await self._call("GET", path, query, None)

    async def upload(self, kind: str, name: str, content: bytes) -> str:
        """The id of an uploaded file (`kind`: image, file …), good for three days. Raises SendFailed."""
        answer = await self._call("POST", "/cgi-bin/media/upload", {"type": kind}, Upload(name, content))
        if not answer.media_id:
            raise _unreadable()
        return answer.media_id

    @property
    def digest(self) -> str:
        """By which things that were lent to this application are told apart."""
        return self._account.digest

    async def _call(self, method: str, path: str, query: Mapping[str, str], body: Body) -> Answer:
        token = await self._tokens.get()
        answer = await self._exchange(method, path, {**query, "access_token": token}, body)
        if answer.errcode in STALE_TOKEN:
            self._tokens.invalidate(token)
            token = await self._tokens.get()
            answer = await self._exchange(method, path, {**query, "access_token": token}, body)
        if answer.errcode:
            raise failure(answer.errcode, self._redacted(answer.errmsg, token))
        return answer

    async def _token(self, stale: str) -> Token:
        """The token that all processes share, or a new one if that is the stale one."""
        if self._shared is None:
            return await self._fetch_token()
        lent = await self._shared.tokens.lend(
            Wanted(self._shared.account_id, "access_token", self._account.digest, stale), self._ask_for_token
        )
        return Token(lent.value, lent.expires_in_s)

    async def _ask_for_token(self) -> Lent:
        token = await self._fetch_token()
        return Lent(token.value, token.expires_in_s)

    async def _fetch_token(self) -> Token:
        secret = self._account.secrets.secret.get_secret_value()
        query = {"corpid": self._account.settings.corp_id, "corpsecret": secret}
        answer = await self._asked_for_token(query)
        if answer.errcode:
            raise failure(answer.errcode, self._redacted(answer.errmsg))
        if not answer.access_token:
            raise _unreadable()
        return Token(answer.access_token, answer.expires_in)

    async def _asked_for_token(self, query: Mapping[str, str]) -> Answer:
        try:
            return await self._exchange("GET", "/cgi-bin/gettoken", query, None)
        except SendFailed as failed:
            # No message was on its way yet, whatever became of this request.
            failed.maybe_delivered = False
            raise

    async def _exchange(self, method: str, path: str, query: Mapping[str, str], body: Body) -> Answer:
        data, headers = _written(body)
        try:
            async with self._http.request(
                method,
                self._account.settings.base_url + path,
                params=query,
                data=data,
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,
            ) as response:
                status, text = response.status, await response.read()
        except (aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
            failed = _unreachable(error)
        else:
            return read_answer(status, text)
        # Outside of the handler, so that no traceback shows the library's exception and its URL.
        raise failed

    def _redacted(self, words: str, token: str = "") -> str:
        for secret in (self._account.secrets.secret.get_secret_value(), token):
            words = words.replace(secret, "***") if secret else words
        return words


def _written(body: Body) -> tuple[bytes | aiohttp.FormData | None, dict[str, str]]:
    """The body as it is sent, with its headers."""
    if isinstance(body, Upload):
        form = aiohttp.FormData()
        form.add_field("media", body.content, filename=body.name, content_type="application/octet-stream")
        return form, {}
    # Characters stay characters: WeCom refuses some texts that are written as \u escapes.
    data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    return data, {"Content-Type": "application/json; charset=utf-8"}


def _unreachable(error: Exception) -> SendFailed:
    before = isinstance(error, _NOT_SENT)
    return SendFailed(
        Verdict.TEMPORARY,
        "connect" if before else "no-answer",
        N_("WeCom cannot be reached") if before else N_("WeCom did not answer in time"),
        detail=type(error).__name__,
        maybe_delivered=not before,
    )


def read_answer(status: int, body: bytes) -> Answer:
    """What WeCom answered. Raises SendFailed for what is no answer of its API."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise SendFailed(Verdict.RATE, "http-429", N_("Too many calls to WeCom"), retry_after_s=60)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise SendFailed(
            Verdict.TEMPORARY, f"http-{status}", N_("WeCom or a proxy before it failed"), maybe_delivered=True
        )
    if status != HTTPStatus.OK:
        raise SendFailed(
            Verdict.CONFIGURATION, f"http-{status}", N_("The server at this address is not WeCom's API")
        )
    try:
        return Answer.model_validate_json(body)
    except ValidationError:
        failed = _unreadable()
    raise failed


def _unreadable() -> SendFailed:
    return SendFailed(
        Verdict.TEMPORARY, "unreadable", N_("WeCom's answer could not be read"), maybe_delivered=True
    )
