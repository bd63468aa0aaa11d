"""Calls Aliyun's SMS service, and tells every answer apart."""

from collections.abc import Mapping

import aiohttp

from notifier.providers.aliyun.gateway import OK, AccessKey, AliyunGateway, Answer
from notifier.providers.aliyun_sms.account import SmsAccount
from notifier.providers.aliyun_sms.errors import failure
from notifier.providers.http import TOTAL_S
from storage.clock import Clock

VERSION = "2017-05-25"


class AliyunClient:
    """The service's API. `http` is shared and not closed here; `clock` is real time."""

    def __init__(self, http: aiohttp.ClientSession, clock: Clock, *, total_s: float = TOTAL_S) -> None:
        self._gateway = AliyunGateway(http, clock, total_s=total_s)

    async def send_sms(self, account: SmsAccount, query: Mapping[str, str]) -> Answer:
        """SendSms, which is not idempotent: the same `OutId` again is another SMS. Raises SendFailed."""
        settings, secret = account.settings, account.secrets.access_key_secret.get_secret_value()
        key = AccessKey(settings.base_url, settings.access_key_id, secret)
        answer = await self._gateway.call(key, "SendSms", VERSION, query)
        if answer.code != OK:
            raise failure(answer.code, answer.message)
        return answer
