"""Calls by Aliyun as a channel of the notifier."""

from collections.abc import Mapping
from typing import Any

import aiohttp

from notifier.channel import Accepted, Account, Content
from notifier.providers.aliyun.gateway import OK, AccessKey, AliyunGateway
from notifier.providers.aliyun_voice.account import VoiceAccount, account_of
from notifier.providers.aliyun_voice.compose import FrozenCall, freeze
from notifier.providers.aliyun_voice.errors import failure
from notifier.providers.http import TOTAL_S
from notifier.providers.mobiles import checked_number
from notifier.providers.unchangeable import Unchangeable
from storage.clock import Clock

VERSION = "2017-05-25"


class AliyunVoiceChannel(Unchangeable):
    """One call a message. The provider does not tell a repeated call from a new one."""

    kind = "voice"

    def __init__(self, http: aiohttp.ClientSession, clock: Clock, *, total_s: float = TOTAL_S) -> None:
        self._gateway = AliyunGateway(http, clock, total_s=total_s)

    def compose(self, content: Content, address: str, account: Account) -> dict[str, Any]:
        """The operation with its parameters, and the text as it is spoken. Raises SendFailed."""
        checked_number(address)
        return freeze(content, account_of(account).settings).model_dump()

    async def send(self, payload: Mapping[str, Any], address: str, account: Account) -> Accepted:
        """`provider_id` is the call's id, which reports repeat. Raises SendFailed."""
        call, known = FrozenCall.model_validate(payload), account_of(account)
        query = call.request | {"CalledNumber": checked_number(address)}
        answer = await self._gateway.call(_key(known), call.action, VERSION, query)
        if answer.code != OK:
            raise failure(answer.code, answer.message)
        return Accepted(answer.call_id)


def _key(account: VoiceAccount) -> AccessKey:
    settings, secret = account.settings, account.secrets.access_key_secret.get_secret_value()
    return AccessKey(settings.base_url, settings.access_key_id, secret)
