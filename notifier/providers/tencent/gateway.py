"""Calls a service of Tencent Cloud: JSON in, signed; an answer or an error in `Response`, whatever the HTTP status."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from notifier.channel import SendFailed
from notifier.providers.http import TOTAL_S, Poster, unreadable
from notifier.providers.tencent.signature import JSON, Call, authorization
from storage.clock import Clock


@dataclass(frozen=True)
class Secret:
    """By what an account signs, and where. The representation hides the key."""

    base_url: str
    secret_id: str
    secret_key: str = field(repr=False)
    region: str = "ap-guangzhou"


@dataclass(frozen=True)
class Operation:
    """One operation of one service: (`sms`, `SendSms`, `2021-01-11`)."""

    service: str
    action: str
    version: str


class Refused(BaseModel):
    """Why a call as a whole was refused; what happened to one of several numbers stands in the answer."""

    model_config = ConfigDict(frozen=True)

    code: str = Field(alias="Code")
    message: str = Field(default="", alias="Message")


class TencentGateway:
    """The gateway before all services. `http` is shared and not closed here; `clock` is real time."""

    def __init__(self, http: aiohttp.ClientSession, clock: Clock, *, total_s: float = TOTAL_S) -> None:
        self._poster = Poster(http, total_s)
        self._clock = clock

    async def call(
        self, secret: Secret, operation: Operation, parameters: Mapping[str, Any]
    ) -> Mapping[str, Any] | Refused:
        """The content of `Response`, or the refusal, free of the key. Raises SendFailed when neither came."""
        body = json.dumps(parameters, ensure_ascii=False, separators=(",", ":")).encode()
        call = Call(urlsplit(secret.base_url).netloc, operation.service, body, self._clock.now())
        headers = {
            "host": call.host,
            "content-type": JSON,
            "x-tc-action": operation.action,
            "x-tc-version": operation.version,
            "x-tc-timestamp": call.timestamp,
            "x-tc-region": secret.region,
            "authorization": authorization(call, secret.secret_id, secret.secret_key),
        }
        status, answer = await self._poster.post(f"{secret.base_url}/", headers, body)
        return _read(status, answer.replace(secret.secret_key.encode(), b"***"))


class _Envelope(BaseModel):
    response: dict[str, Any] = Field(alias="Response")


def _read(status: int, body: bytes) -> Mapping[str, Any] | Refused:
    failed: SendFailed
    try:
        response = _Envelope.model_validate_json(body).response
        error = response.get("Error")
        return response if error is None else Refused.model_validate(error)
    except ValidationError:
        failed = unreadable(status)
    raise failed
