"""Calls Tencent Cloud's SMS service, and tells every answer apart, that of the call and that of the number."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

import aiohttp
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from notifier.channel import SendFailed
from notifier.providers.http import TOTAL_S, unreadable
from notifier.providers.tencent.codes import is_passing
from notifier.providers.tencent.gateway import Operation, Refused, TencentGateway
from notifier.providers.tencent_sms.account import TencentSmsAccount
from notifier.providers.tencent_sms.errors import failure
from storage.clock import Clock

VERSION = "2021-01-11"
OK = "Ok"
SEND = Operation("sms", "SendSms", VERSION)
PULL = Operation("sms", "PullSmsSendStatusByPhoneNumber", VERSION)
_MOST_PULLED = 100  # in one call
_PULLED_BACK_TO = timedelta(days=7) - timedelta(minutes=5)


class SendStatus(BaseModel):
    """What became of one number. A call that went well may hold a refusal here. `Fee` is the parts that are paid."""

    model_config = ConfigDict(frozen=True)

    code: str = Field(alias="Code")
    message: str = Field(default="", alias="Message")
    serial: str = Field(default="", alias="SerialNo")
    fee: int = Field(default=0, alias="Fee")


class Pulled(BaseModel):
    """The report of one SMS, as it is asked for afterwards."""

    model_config = ConfigDict(frozen=True)

    serial: str = Field(default="", alias="SerialNo")
    status: str = Field(default="", alias="ReportStatus")
    description: str = Field(default="", alias="Description")
    context: str = Field(default="", alias="SessionContext")


class _Sent(BaseModel):
    statuses: list[SendStatus] = Field(alias="SendStatusSet", min_length=1)


class _Pulls(BaseModel):
    statuses: list[Pulled] = Field(default=[], alias="PullSmsSendStatusSet")


class TencentSmsClient:
    """The service's API. `http` is shared and not closed here; `clock` is real time."""

    def __init__(self, http: aiohttp.ClientSession, clock: Clock, *, total_s: float = TOTAL_S) -> None:
        self._gateway = TencentGateway(http, clock, total_s=total_s)
        self._clock = clock

    async def send_sms(self, account: TencentSmsAccount, request: Mapping[str, Any]) -> SendStatus:
        """SendSms to one number, which is not idempotent. Raises SendFailed, whichever level refused."""
        answer = await self._gateway.call(account.secret, SEND, request)
        if isinstance(answer, Refused):
            raise failure(answer.code, answer.message)
        for status in (statuses := _statuses(answer)):
            if status.code.lower() != OK.lower():
                raise failure(status.code, status.message)
        return statuses[0]

    async def pull(self, account: TencentSmsAccount, number: str, since: datetime) -> Sequence[Pulled]:
        """The reports of what was sent to that number; none where the account may not ask. Raises SendFailed."""
        begin = max(since, self._clock.now() - _PULLED_BACK_TO)
        asked = {
            "BeginTime": int(begin.timestamp()),
            "Offset": 0,
            "Limit": _MOST_PULLED,
            "PhoneNumber": number,
            "SmsSdkAppId": account.settings.sdk_app_id,
        }
        answer = await self._gateway.call(account.secret, PULL, asked)
        if isinstance(answer, Refused):
            if is_passing(answer.code):
                raise failure(answer.code, answer.message)
            return []
        try:
            return _Pulls.model_validate(answer).statuses
        except ValidationError:
            return []


def _statuses(answer: Mapping[str, Any]) -> list[SendStatus]:
    failed: SendFailed
    try:
        return _Sent.model_validate(answer).statuses
    except ValidationError:
        failed = unreadable(HTTPStatus.OK)
    raise failed
