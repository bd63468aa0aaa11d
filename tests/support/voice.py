"""Accounts for calls on both sides: as the service keeps them, and as the stand-ins play them."""

from dataclasses import dataclass
from typing import Any

import aiohttp

from notifier.channel import Account, Channel
from notifier.providers.aliyun_voice.channel import AliyunVoiceChannel
from notifier.providers.tencent_voice.channel import TencentVoiceChannel
from storage.clock import Clock

NUMBER, CALLER = "19900000001", "057100000000"
TOKEN = "report-token-of-the-tests"
NOWHERE = "http://127.0.0.1:9"
ALIYUN_TEXT = "医设提醒，${level}，${what}。知悉请按1。"
TENCENT_TEXT = "医设提醒，{1}，{2}。知悉请按1。"
HEARD = "已记录，谢谢。"
LEVEL, WHAT = {"source": "level", "length": 24}, {"source": "what", "length": 40}


@dataclass(frozen=True)
class Vendor:
    """One vendor with its account on both sides."""

    kind: str
    path: str
    settings: dict[str, Any]
    secrets: dict[str, str]
    plays: str
    played: dict[str, Any]

    def account(self, base_url: str = NOWHERE, **changes: Any) -> Account:
        """As the channel gets it."""
        return Account(9, self.settings | {"base_url": base_url} | changes, self.secrets)

    def entry(self, report_url: str | None = None, **changes: Any) -> dict[str, Any]:
        """What the sandbox's configuration says of it."""
        return {self.plays: [self.played | {"report_url": report_url} | changes]}

    def channel(self, http: aiohttp.ClientSession, clock: Clock, **more: Any) -> Channel:
        if self.kind == "voice":
            return AliyunVoiceChannel(http, clock, **more)
        return TencentVoiceChannel(http, clock, **more)


ALIYUN = Vendor(
    "voice",
    "/webhooks/aliyun-voice/calls/",
    {
        "access_key_id": "sandbox-key",
        "caller_number": CALLER,
        "templates": {
            "default": {
                "code": "TTS_1",
                "text": ALIYUN_TEXT,
                "variables": {"level": LEVEL, "what": WHAT},
            }
        },
        "menu": {"1": "TTS_2"},
    },
    {"access_key_secret": "sandbox-key-secret", "report_token": TOKEN},
    "voice_accounts",
    {
        "access_key_id": "sandbox-key",
        "access_key_secret": "sandbox-key-secret",
        "caller_numbers": [CALLER],
        "templates": {"TTS_1": ALIYUN_TEXT, "TTS_2": HEARD},
    },
)
TENCENT = Vendor(
    "tencent_voice",
    "/webhooks/tencent-voice/calls/",
    {
        "secret_id": "sandbox-id",
        "sdk_app_id": "1400006666",
        "templates": {
            "default": {"code": "4356", "text": TENCENT_TEXT, "variables": {"1": LEVEL, "2": WHAT}}
        },
    },
    {"secret_key": "sandbox-id-key", "report_token": TOKEN},
    "tencent_voice_accounts",
    {
        "secret_id": "sandbox-id",
        "secret_key": "sandbox-id-key",
        "sdk_app_id": "1400006666",
        "templates": {"4356": TENCENT_TEXT},
    },
)
VENDORS = (ALIYUN, TENCENT)


def pressed(vendor: Vendor, call_id: str, out_id: str, key: str, at: str = "2026-03-02 09:00:05") -> Any:
    """What the vendor pushes when a key is pressed."""
    if vendor is ALIYUN:
        return [
            {"status_code": "300000", "dtmf": key, "status_time": at, "out_id": out_id, "call_id": call_id}
        ]
    return {"voicekey_callback": {"callid": call_id, "keypress": key, "mobile": NUMBER, "nationcode": "86"}}


def ended(
    vendor: Vendor, call_id: str, out_id: str, *, answered: bool, at: str = "2026-03-02 09:00:09"
) -> Any:
    """What the vendor pushes when a call is over."""
    if vendor is ALIYUN:
        told = {"status_code": "200000" if answered else "200003", "callee": NUMBER, "end_time": at}
        return [told | {"out_id": out_id, "call_id": call_id}]
    result = "0" if answered else "1"
    told = {"result": result, "callid": call_id, "mobile": NUMBER, "end_calltime": "1772413209"}
    return {"voiceprompt_callback": told}
