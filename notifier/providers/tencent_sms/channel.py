"""SMS by Tencent Cloud as a channel of the notifier."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import aiohttp

from notifier.channel import Accepted, Account, Content, SendFailed, Verdict
from notifier.providers.mobiles import checked_number
from notifier.providers.sms.frozen import FrozenSms
from notifier.providers.tencent_sms.account import account_of
from notifier.providers.tencent_sms.client import TencentSmsClient
from notifier.providers.tencent_sms.compose import freeze
from notifier.providers.unchangeable import Unchangeable
from notifier.trim import one_line
from storage.clock import Clock
from storage.texts import N_

CHINA = "+86"
SUCCESS = "SUCCESS"


class TencentSmsChannel(Unchangeable):
    """One number a call, so that a refusal is this number's alone."""

    kind = "tencent_sms"

    def __init__(
        self, http: aiohttp.ClientSession, clock: Clock, client: TencentSmsClient | None = None
    ) -> None:
        self._client = client or TencentSmsClient(http, clock)

    def compose(self, content: Content, address: str, account: Account) -> dict[str, Any]:
        """The call's parameters, the text as it is read, and its parts. Raises SendFailed."""
        checked_number(address)
        return freeze(content, account_of(account).settings).model_dump(exclude_none=True)

    async def send(self, payload: Mapping[str, Any], address: str, account: Account) -> Accepted:
        """`provider_id` is the serial number that reports repeat. Raises SendFailed."""
        sms, known = FrozenSms.model_validate(payload), account_of(account)
        request = sms.request | {"PhoneNumberSet": [CHINA + checked_number(address)]}
        status = await self._client.send_sms(known, request)
        return sms.accepted(status.serial, known.settings.price_per_part, status.fee)

    async def find(
        self, payload: Mapping[str, Any], address: str, account: Account, since: datetime
    ) -> Accepted | None:
        """The SMS that an earlier try left, if the provider has it by our id; None when nothing is known.

        Raises SendFailed when it did not arrive, or nobody answers.
        """
        sms, known = FrozenSms.model_validate(payload), account_of(account)
        pulled = await self._client.pull(known, CHINA + checked_number(address), since)
        ours = [each for each in pulled if each.context == sms.request["SessionContext"]]
        if not ours:
            return None
        arrived = next((each for each in ours if each.status == SUCCESS), None)
        if arrived:
            return sms.accepted(arrived.serial, known.settings.price_per_part)
        words = one_line(ours[-1].description)[:160]
        raise SendFailed(
            Verdict.PERMANENT, "FAIL", N_("The provider reports that it was not delivered."), detail=words
        )
