"""Calls Aliyun's SMS service, and tells every answer apart."""

from collections.abc import Mapping, Sequence
from datetime import date

import aiohttp
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from notifier.providers.aliyun.codes import is_passing
from notifier.providers.aliyun.gateway import OK, AccessKey, AliyunGateway, Answer
from notifier.providers.aliyun_sms.account import SmsAccount
from notifier.providers.aliyun_sms.errors import failure
from notifier.providers.http import TOTAL_S
from storage.clock import Clock

VERSION = "2017-05-25"
PAGE, MOST_PAGES = 50, 4


class Detail(BaseModel):
    """What the provider has of one SMS: 1 waits for the report, 2 failed, 3 arrived."""

    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)

    status: str = Field(default="", alias="SendStatus")
    code: str = Field(default="", alias="ErrCode")
    out_id: str = Field(default="", alias="OutId")


class _Details(BaseModel):
    entries: list[Detail] = Field(default=[], alias="SmsSendDetailDTO")


class AliyunClient:
    """The service's API. `http` is shared and not closed here; `clock` is real time."""

    def __init__(self, http: aiohttp.ClientSession, clock: Clock, *, total_s: float = TOTAL_S) -> None:
        self._gateway = AliyunGateway(http, clock, total_s=total_s)

    async def send_sms(self, account: SmsAccount, query: Mapping[str, str]) -> Answer:
        """SendSms, which is not idempotent: the same `OutId` again is another SMS. Raises SendFailed."""
        answer = await self._gateway.call(_key(account), "SendSms", VERSION, query)
        if answer.code != OK:
            raise failure(answer.code, answer.message)
        return answer

    async def details(self, account: SmsAccount, number: str, day: date) -> Sequence[Detail]:
        """What was sent to that number on a day of China's; none where the key may not ask. Raises SendFailed."""
        found: list[Detail] = []
        for page in range(1, MOST_PAGES + 1):
            query = {"PhoneNumber": number, "SendDate": f"{day:%Y%m%d}", "PageSize": str(PAGE)}
            asked = query | {"CurrentPage": str(page)}
            answer = await self._gateway.call(_key(account), "QuerySendDetails", VERSION, asked)
            entries = _entries(answer)
            found += entries
            if len(entries) < PAGE:
                break
        return found


def _entries(answer: Answer) -> list[Detail]:
    if is_passing(answer.code):
        raise failure(answer.code, answer.message)
    try:
        return _Details.model_validate(answer.details).entries if answer.code == OK else []
    except ValidationError:
        return []


def _key(account: SmsAccount) -> AccessKey:
    settings, secret = account.settings, account.secrets.access_key_secret.get_secret_value()
    return AccessKey(settings.base_url, settings.access_key_id, secret)
