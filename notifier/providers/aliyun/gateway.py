"""Calls a service of Aliyun: everything in the query, signed, and answered with a code whatever the HTTP status."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from notifier.channel import SendFailed
from notifier.providers.aliyun.signature import Call, authorization, query_string
from notifier.providers.http import TOTAL_S, Poster, unreadable
from storage.clock import Clock

OK = "OK"


@dataclass(frozen=True)
class AccessKey:
    """By what an account signs, and where. The representation hides the secret."""

    base_url: str
    key_id: str
    secret: str = field(repr=False)


class Answer(BaseModel):
    """What a service answers. Any other code than OK is a refusal; messages and calls have ids of their own."""

    model_config = ConfigDict(frozen=True)

    code: str = Field(alias="Code")
    message: str = Field(default="", alias="Message")
    biz_id: str = Field(default="", alias="BizId")
    call_id: str = Field(default="", alias="CallId")
    details: Any = Field(default=None, alias="SmsSendDetailDTOs")


class AliyunGateway:
    """The gateway before all services. `http` is shared and not closed here; `clock` is real time."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        clock: Clock,
        *,
        total_s: float = TOTAL_S,
        nonce: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        self._poster = Poster(http, total_s)
        self._clock = clock
        self._nonce = nonce

    async def call(self, key: AccessKey, action: str, version: str, query: Mapping[str, str]) -> Answer:
        """The answer, free of the secret. Raises SendFailed when none came that can be read."""
        call = Call(urlsplit(key.base_url).netloc, action, version, query, self._clock.now(), self._nonce())
        headers = call.headers() | {"authorization": authorization(call, key.key_id, key.secret)}
        status, body = await self._poster.post(f"{key.base_url}/?{query_string(query)}", headers)
        answer = _read(status, body)
        return answer.model_copy(update={"message": answer.message.replace(key.secret, "***")})


def _read(status: int, body: bytes) -> Answer:
    failed: SendFailed
    try:
        return Answer.model_validate_json(body)
    except ValidationError:
        failed = unreadable(status)
    raise failed
