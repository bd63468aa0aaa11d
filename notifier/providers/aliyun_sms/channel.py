"""SMS as a channel of the notifier."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp

from notifier.channel import Accepted, Account, Content, Replacement, SendFailed, Verdict
from notifier.providers.aliyun_sms.account import account_of
from notifier.providers.aliyun_sms.client import AliyunClient
from notifier.providers.aliyun_sms.compose import FrozenSms, freeze
from notifier.providers.mobiles import checked_number
from storage.clock import Clock
from storage.texts import N_


class AliyunSmsChannel:
    """One number a call, so that a refusal is this number's alone."""

    kind = "sms"
    can_update = False
    updatable_for = timedelta()

    def __init__(self, http: aiohttp.ClientSession, clock: Clock, client: AliyunClient | None = None) -> None:
        self._client = client or AliyunClient(http, clock)

    def compose(self, content: Content, address: str, account: Account) -> dict[str, Any]:
        """The call's parameters, the text as it is read, and its parts. Raises SendFailed."""
        checked_number(address)
        return freeze(content, account_of(account).settings).model_dump()

    async def send(self, payload: Mapping[str, Any], address: str, account: Account) -> Accepted:
        """`provider_id` is the receipt number (BizId) that reports repeat. Raises SendFailed."""
        sms = FrozenSms.model_validate(payload)
        query = sms.request | {"PhoneNumbers": checked_number(address)}
        answer = await self._client.send_sms(account_of(account), query)
        return Accepted(answer.biz_id, note=f"segments: {sms.segments}")

    async def update(
        self,
        update_code: str,  # noqa: ARG002 - the channels' common form
        address: str,  # noqa: ARG002
        account: Account,  # noqa: ARG002
        replacement: Replacement,  # noqa: ARG002
    ) -> None:
        """Raises SendFailed: nobody can take back an SMS."""
        raise SendFailed(Verdict.PERMANENT, "update", N_("An SMS that was sent cannot be changed"))
