"""SMS as a channel of the notifier."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import aiohttp

from notifier.channel import Accepted, Account, Content, SendFailed, Verdict
from notifier.providers.aliyun_sms.account import account_of
from notifier.providers.aliyun_sms.client import AliyunClient, Detail
from notifier.providers.aliyun_sms.compose import freeze
from notifier.providers.mobiles import checked_number
from notifier.providers.sms.frozen import FrozenSms
from notifier.providers.unchangeable import Unchangeable
from storage.clock import SHANGHAI, Clock
from storage.texts import N_

FAILED = "2"


class AliyunSmsChannel(Unchangeable):
    """One number a call, so that a refusal is this number's alone."""

    kind = "sms"

    def __init__(self, http: aiohttp.ClientSession, clock: Clock, client: AliyunClient | None = None) -> None:
        self._client = client or AliyunClient(http, clock)
        self._clock = clock

    def compose(self, content: Content, address: str, account: Account) -> dict[str, Any]:
        """The call's parameters, the text as it is read, and its parts. Raises SendFailed."""
        checked_number(address)
        return freeze(content, account_of(account).settings).model_dump(exclude_none=True)

    async def send(self, payload: Mapping[str, Any], address: str, account: Account) -> Accepted:
        """`provider_id` is the receipt number (BizId) that reports repeat. Raises SendFailed."""
        sms, known = FrozenSms.model_validate(payload), account_of(account)
        answer = await self._client.send_sms(known, sms.request | {"PhoneNumbers": checked_number(address)})
        return sms.accepted(answer.biz_id, known.settings.price_per_part)

    async def find(
        self, payload: Mapping[str, Any], address: str, account: Account, since: datetime
    ) -> Accepted | None:
        """The SMS that an earlier try left, if the provider has it by our id; None when nothing is known.

        The receipt number is not told; reports name our id as well. Raises SendFailed when it did not arrive, or
        nobody answers.
        """
        sms, known = FrozenSms.model_validate(payload), account_of(account)
        ours: list[Detail] = []
        for day in sorted({moment.astimezone(SHANGHAI).date() for moment in (since, self._clock.now())}):
            details = await self._client.details(known, checked_number(address), day)
            ours += [each for each in details if each.out_id == sms.request["OutId"]]
        if not ours:
            return None
        if all(each.status == FAILED for each in ours):
            words = N_("The provider reports that it was not delivered.")
            raise SendFailed(Verdict.PERMANENT, ours[-1].code, words)
        return sms.accepted("", known.settings.price_per_part)
