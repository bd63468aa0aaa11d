"""Tencent Cloud's service for calls as the vendor judges what is asked of it, and its HTTP face.

Rules: cloud.tencent.com document api/1128/51558 (SendTtsVoice) with its codes.
"""

import re
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.sandbox.tencent_gate import TencentError, admit, answered, refused, tencent_call
from bot.sandbox.voice_api import VoiceApi
from bot.sandbox.voice_config import TencentVoice
from bot.sandbox.voice_world import Call

ACTION, VERSION = "SendTtsVoice", "2020-09-02"
MOST_LETTERS, MOST_PLAYS = 350, 3
_NUMBER = re.compile(r"\+86(1[3-9]\d{9})", re.ASCII)
Json = dict[str, Any]


class TencentVoiceApi(VoiceApi[TencentError]):
    """Tencent Cloud's."""

    refusal = TencentError

    async def _ordered(self, request: web.Request) -> Call:
        signed = await tencent_call(request)
        network, world = self._world.voice, self._world
        secrets = {key_id: account.key_secret for key_id, account in network.tencent.items()}
        account = network.tencent[admit(signed, "vms", secrets.get, world.now())]
        if (signed.header("x-tc-action"), signed.header("x-tc-version")) != (ACTION, VERSION):
            raise TencentError("InvalidAction", "The action or its version does not exist.")
        ordered = world.faults.use_voice_code()
        if ordered is not None:
            raise TencentError(ordered, world.faults.voice.words)
        return self._counted(account, self._call(account, signed.parameters))

    def _accepted(self, call: Call, request_id: str) -> web.Response:
        status = {"CallId": call.call_id, "SessionContext": call.out_id}
        return answered({"SendStatus": status}, request_id)

    def _refused(self, error: TencentError, request_id: str) -> web.Response:
        return refused(error, request_id)

    def _too_often(self, window: str, count: int) -> TencentError:  # noqa: ARG002 - it does not say which
        return TencentError("LimitExceeded.DeliveryFrequencyLimit", "下发语音消息时命中频率限制策略")

    def _call(self, account: TencentVoice, asked: Mapping[str, Any]) -> Call:
        if asked.get("VoiceSdkAppid") != account.sdk_app_id:
            raise TencentError("UnauthorizedOperation.VoiceSdkAppidVerifyFail", "VoiceSdkAppid 校验失败")
        return Call(
            id=self._world.next_id(),
            at=self._world.now(),
            account=account,
            number=_number(asked.get("CalledNumber")),
            caller=account.caller_number,
            text=_text(account, asked.get("TemplateId"), asked.get("TemplateParamSet", [])),
            plays=_plays(asked.get("PlayTimes", 2)),
            call_id=self._world.word(32),
            out_id=str(asked.get("SessionContext", "")),
            menu={},
        )


def _number(given: object) -> str:
    found = _NUMBER.fullmatch(given) if isinstance(given, str) else None
    if found is None:
        raise TencentError("InvalidParameterValue.CalledNumberVerifyFail", "被叫手机号码格式校验失败")
    return found[1]


def _text(account: TencentVoice, code: object, values: object) -> str:
    if not isinstance(code, str) or code not in account.templates:
        raise TencentError("FailedOperation.TemplateIncorrectOrUnapproved", "模版未审核")
    if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
        raise TencentError("FailedOperation.InvalidParameters", "模版参数不合法")
    if len(values) != len(account.places(code)):
        raise TencentError("FailedOperation.TemplateIncorrectOrUnapproved", "内容与审核通过的模版内容不匹配")
    text = account.filled(code, {str(place): value for place, value in enumerate(values, start=1)})
    if len(text) > MOST_LETTERS:
        raise TencentError("InvalidParameterValue.ContentLengthLimit", "语音内容过长")
    return text


def _plays(given: object) -> int:
    if not isinstance(given, int) or not 1 <= given <= MOST_PLAYS:
        raise TencentError("InvalidParameterValue", "PlayTimes")
    return given
