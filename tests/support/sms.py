"""An SMS account on both sides: as the service keeps it, and as the stand-in plays it."""

from typing import Any

import aiohttp

from notifier.channel import Accepted, Account
from notifier.providers.aliyun_sms.channel import AliyunSmsChannel
from tests.support.channel_contents import content
from tests.support.sandbox import Sandbox

KEY_ID, KEY_SECRET = "sandbox-key", "sandbox-key-secret"
SIGN, CODE, TEXT = "示例卫健", "SMS_100000001", "${level}：${what}，工单${number}，请登录平台处理。"
TOKEN = "report-token-of-the-tests"
NUMBER = "19900000001"
TEMPLATES = {
    "default": {
        "code": CODE,
        "text": TEXT,
        "variables": {
            "level": {"source": "level", "length": 24},
            "what": {"source": "what"},
            "number": {"source": "number"},
        },
    }
}


def sms_settings(base_url: str = "http://127.0.0.1:9", **more: Any) -> dict[str, Any]:
    known = {"access_key_id": KEY_ID, "sign_name": SIGN, "templates": TEMPLATES, "base_url": base_url}
    return known | more


def sms_secrets() -> dict[str, str]:
    return {"access_key_secret": KEY_SECRET, "report_token": TOKEN}


def sms_account(base_url: str = "http://127.0.0.1:9", **more: Any) -> Account:
    return Account(9, sms_settings(base_url, **more), sms_secrets())


def played_account(report_url: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "access_key_id": KEY_ID,
        "access_key_secret": KEY_SECRET,
        "signs": [SIGN],
        "templates": {CODE: {"text": TEXT, "lengths": {"level": 24}}},
        "report_url": report_url,
    } | more


async def send_sms(box: Sandbox, number: str = NUMBER, **changes: Any) -> Accepted:
    """Send as the service does, at the stand-in's time."""
    account = sms_account(str(box.http.make_url("")).rstrip("/"))
    async with aiohttp.ClientSession() as http:
        channel = AliyunSmsChannel(http, box.time)
        return await channel.send(channel.compose(content(**changes), number, account), number, account)
