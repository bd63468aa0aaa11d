"""Aliyun's service for calls as the vendor judges what is asked of it, and its HTTP face.

Rules: help.aliyun.com documents 393519 (SingleCallByTts), 393521 (IvrCall), 178344 (codes), 414170 (texts).
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.sandbox.aliyun_gate import admit, refused, signed_call
from bot.sandbox.sms_errors import SmsError
from bot.sandbox.sms_sending import NUMBER, URL
from bot.sandbox.voice_api import VoiceApi
from bot.sandbox.voice_config import AliyunVoice
from bot.sandbox.voice_world import Call

VERSION = "2017-05-25"
ACTIONS = ("SingleCallByTts", "IvrCall")
MOST_VARIABLES, MOST_OUT_ID, MOST_PLAYS = 249, 15, 3
FULL = {"per_minute": "分钟", "per_hour": "小时", "per_day": "天"}
Json = dict[str, Any]


class AliyunVoiceApi(VoiceApi[SmsError]):
    """Aliyun's."""

    refusal = SmsError

    async def _ordered(self, request: web.Request) -> Call:
        signed = await signed_call(request)
        network, world = self._world.voice, self._world
        secrets = {key_id: account.key_secret for key_id, account in network.aliyun.items()}
        account = network.aliyun[admit(signed, secrets, network.nonces, world.now())]
        action = signed.headers["x-acs-action"]
        if action not in ACTIONS or signed.headers["x-acs-version"] != VERSION:
            raise SmsError("InvalidAction.NotFound", "Specified api is not found.", 404)
        ordered = world.faults.use_voice_code()
        if ordered is not None:
            raise SmsError(ordered, world.faults.voice.words)
        return self._counted(account, self._call(account, signed.query, with_menu=action == "IvrCall"))

    def _accepted(self, call: Call, request_id: str) -> web.Response:
        answer = {"Code": "OK", "Message": "OK", "RequestId": request_id, "CallId": call.call_id}
        return web.json_response(answer)

    def _refused(self, error: SmsError, request_id: str) -> web.Response:
        return refused(error, request_id)

    def _too_often(self, window: str, count: int) -> SmsError:
        return SmsError("isv.BUSINESS_LIMIT_CONTROL", f"触发{FULL[window]}级流控Permits:{count}")

    def _call(self, account: AliyunVoice, query: Mapping[str, str], *, with_menu: bool) -> Call:
        names = ("StartCode", "StartTtsParams") if with_menu else ("TtsCode", "TtsParam")
        code, given = (query.get(name, "") for name in names)
        return Call(
            id=self._world.next_id(),
            at=self._world.now(),
            account=account,
            number=_number(query.get("CalledNumber", "")),
            caller=_caller(account, query.get("CalledShowNumber", ""), needed=with_menu),
            text=_text(account, code, given or "{}"),
            plays=_within(query.get("PlayTimes", "3"), 1, MOST_PLAYS),
            call_id=f"{self._world.rng.randrange(10**11, 10**12)}^{self._world.rng.randrange(10**11, 10**12)}",
            out_id=_out_id(query.get("OutId")),
            menu=_menu(account, query) if with_menu else None,
        )


def _number(given: str) -> str:
    found = NUMBER.fullmatch(given)
    if found is None:
        raise SmsError("isv.MOBILE_NUMBER_ILLEGAL", "号码格式非法")
    return found[1]


def _caller(account: AliyunVoice, given: str, *, needed: bool) -> str:
    if (needed or given) and given not in account.caller_numbers:
        raise SmsError("isv.DISPLAY_NUMBER_ILLEGAL", "号显不合法")
    return given or "公共号码"


def _text(account: AliyunVoice, code: str, given: str) -> str:
    if code not in account.templates:
        raise SmsError("isv.TTS_TEMPLATE_ILLEGAL", "TTS模板不合法")
    try:
        values = json.loads(given)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise SmsError("isv.INVALID_PARAMETERS", "参数异常")
    if not all(values.get(name) for name in account.places(code)):
        raise SmsError("isv.TEMPLATE_MISSING_PARAMETERS", "文本转语音模板参数缺失")
    if len(given) > MOST_VARIABLES:
        raise SmsError("isv.PARAM_LENGTH_LIMIT", "参数长度受限")
    if any(URL.search(value) for value in values.values()):
        raise SmsError("isv.PARAM_NOT_SUPPORT_URL", "变量不支持URL参数")
    return account.filled(code, values)


def _menu(account: AliyunVoice, query: Mapping[str, str]) -> dict[str, str]:
    """Keys with the text after each, from `MenuKeyMap.1.Key`, `MenuKeyMap.1.Code` and so on."""
    _within(query.get("Timeout", "3000"), 1, 60_000)
    keys = {name: value for name, value in query.items() if re.fullmatch(r"MenuKeyMap\.\d+\.Key", name)}
    menu = {}
    for name, key in keys.items():
        place = name.removesuffix("Key")
        menu[key] = _text(account, query.get(f"{place}Code", ""), query.get(f"{place}TtsParams", "{}"))
    if not menu or not all(re.fullmatch(r"[0-9*#]", key) for key in menu):
        raise SmsError("isv.INVALID_PARAMETERS", "参数异常")
    return menu


def _within(given: str, least: int, most: int) -> int:
    if not re.fullmatch(r"-?\d{1,6}", given, re.ASCII) or not least <= int(given) <= most:
        raise SmsError("isv.INVALID_PARAMETERS", "参数异常")
    return int(given)


def _out_id(given: str | None) -> str:
    if given is not None and not 1 <= len(given.encode()) <= MOST_OUT_ID:
        raise SmsError("isv.INVALID_PARAMETERS", "OutId不合法")
    return given or ""
