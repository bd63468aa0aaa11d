"""Calls by Tencent Cloud as a channel of the notifier.

Source: cloud.tencent.com document api/1128/51558 (SendTtsVoice). A call informs; its key acknowledges and never
approves.
"""

from collections.abc import Mapping
from typing import Any

import aiohttp
from pydantic import BaseModel, ConfigDict

from notifier.channel import Accepted, Account, Content
from notifier.providers.http import TOTAL_S, unreadable
from notifier.providers.mobiles import checked_number
from notifier.providers.speech import spoken, within
from notifier.providers.templates import shortened, text_for
from notifier.providers.tencent.gateway import Operation, Refused, Secret, TencentGateway
from notifier.providers.tencent_voice.account import TencentVoiceAccount, account_of
from notifier.providers.tencent_voice.errors import failure
from notifier.providers.unchangeable import Unchangeable
from notifier.trim import utf16_units
from storage.clock import Clock

OPERATION = Operation("vms", "SendTtsVoice", "2020-09-02")
# What the variables take up is kept within the same bound as elsewhere.
_WHOLE, _PARAMETERS = 350, 249


class FrozenCall(BaseModel):
    """What the outbox keeps of a call: its parameters, and the text as it is spoken."""

    model_config = ConfigDict(frozen=True)

    request: dict[str, Any]
    text: str


class TencentVoiceChannel(Unchangeable):
    """One call a message. The provider does not tell a repeated call from a new one."""

    kind = "tencent_voice"

    def __init__(self, http: aiohttp.ClientSession, clock: Clock, *, total_s: float = TOTAL_S) -> None:
        self._gateway = TencentGateway(http, clock, total_s=total_s)

    def compose(self, content: Content, address: str, account: Account) -> dict[str, Any]:
        """The call's parameters, and the text as it is spoken. Raises SendFailed."""
        checked_number(address)
        settings = account_of(account).settings
        template, content = text_for(settings.templates, content)
        values = shortened(
            within(spoken(template.values(content)), _PARAMETERS),
            lambda of: utf16_units(template.filled(of)) - _WHOLE,
        )
        request = {
            "TemplateId": template.code,
            "TemplateParamSet": template.in_order(values),
            "VoiceSdkAppid": settings.sdk_app_id,
            "PlayTimes": settings.play_times,
            "SessionContext": content.unique_id,
        }
        return FrozenCall(request=request, text=template.filled(values)).model_dump()

    async def send(self, payload: Mapping[str, Any], address: str, account: Account) -> Accepted:
        """`provider_id` is the call's id, which callbacks repeat. Raises SendFailed."""
        call, known = FrozenCall.model_validate(payload), account_of(account)
        asked = call.request | {"CalledNumber": f"+86{checked_number(address)}"}
        answer = await self._gateway.call(_secret(known), OPERATION, asked)
        if isinstance(answer, Refused):
            raise failure(answer.code, answer.message)
        return Accepted(_call_id(answer))


def _call_id(answer: Mapping[str, Any]) -> str:
    status = answer.get("SendStatus")
    found = status.get("CallId") if isinstance(status, dict) else None
    if not isinstance(found, str) or not found:
        raise unreadable(200)
    return found


def _secret(account: TencentVoiceAccount) -> Secret:
    settings, key = account.settings, account.secrets.secret_key.get_secret_value()
    return Secret(settings.base_url, settings.secret_id, key, settings.region)
