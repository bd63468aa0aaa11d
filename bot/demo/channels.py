"""The channel accounts of the demo.

For all: one WeCom app, one Telegram bot, one mail sender, one account for calls, one for SMS and its standby at
another provider. One hospital has a WeCom app of its own.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.demo.data import NATION, PROVINCE, token
from bot.demo.people import MAIL_DOMAIN

ROBOT, HOOK = "wecom_robot", "webhook"
HOOK_NAME = "demo-system"
WECOM, TELEGRAM, EMAIL, SMS = "wecom", "telegram", "email", "sms"
STANDBY_SMS = "tencent_sms"
VOICE = "voice"
AGENT_ID = 1000002
CODE_DIGITS = 4
_VARIABLES = {
    "level": {"source": "level", "length": 24},
    "what": {"source": "what", "length": 35},
    "number": {"source": "number", "length": 20},
}
# An English title rarely fits into the 35 characters that providers allow; what it is about does.
_ENGLISH = {**_VARIABLES, "what": {"source": "matter", "length": 35}}
SMS_TEMPLATES = {
    "default": {
        "code": "SMS_100000001",
        "text": "${level}，${what}，编号${number}，请登录平台查看。",
        "variables": _VARIABLES,
    },
    "default@en": {
        "code": "SMS_100000003",
        "text": "${level}: ${what}. Case ${number}, please open the platform.",
        "variables": _ENGLISH,
    },
    "repair.please_approve": {
        "code": "SMS_100000002",
        "text": "${level}，待您审批：${what}，编号${number}，请登录平台处理。",
        "variables": _VARIABLES,
    },
}
STANDBY_TEMPLATES = {
    "default": {
        "code": "1110001",
        "text": "{1}，{2}，编号{3}，请登录平台查看。",
        "variables": dict(zip("123", _VARIABLES.values(), strict=True)),
    },
    "default@en": {
        "code": "1110002",
        "text": "{1}: {2}. Case {3}, please open the platform.",
        "variables": dict(zip("123", _ENGLISH.values(), strict=True)),
    },
}
SPOKEN = {
    "default": {
        "code": "TTS_100000001",
        "text": "医设提醒您，${level}，${what}。知悉请按1。",
        "variables": {
            "level": {"source": "level", "length": 24},
            "what": {"source": "what", "length": 60},
        },
    },
}
HEARD = "TTS_100000002"
HEARD_TEXT = "已记录您知悉，谢谢。"


@dataclass(frozen=True)
class Endpoints:
    """Where the sandbox listens: base URL of the APIs of WeCom, Telegram and SMS, and the mail server."""

    wecom_url: str
    smtp_host: str
    smtp_port: int


@dataclass(frozen=True)
class ChannelAccount:
    """An account at an organisation (by its key)."""

    public_key: str
    kind: str
    organisation: str
    name: str
    settings: Mapping[str, Any]
    secrets: Mapping[str, str]


def channel_accounts(seed: int, at: Endpoints) -> list[ChannelAccount]:
    """All accounts; everybody below an organisation uses the nearest."""
    mail = {
        "host": at.smtp_host,
        "port": at.smtp_port,
        "tls": "none",
        "sender_address": f"yishe@{MAIL_DOMAIN}",
        "sender_name": "医设（演示）",
        "message_id_domain": MAIL_DOMAIN,
    }
    return [
        _wecom(seed, "demo-province", PROVINCE, "演示省企业微信", at),
        _wecom(seed, "demo-hospital2", "h2", "中心医院企业微信（演示）", at),
        ChannelAccount("demo-mail", EMAIL, PROVINCE, "演示省邮箱", mail, {}),
        ChannelAccount("demo-mail-nation", EMAIL, NATION, "演示国家邮箱", mail, {}),
        _robot(seed, "demo-robot", at),
        _hook(seed, "demo-hook", at),
        _sms(seed, "demo-sms", at),
        _standby_sms(seed, "demo-sms-standby", at),
        _voice(seed, "demo-voice", at),
        _telegram(seed, "demo-telegram", at),
    ]


def _wecom(seed: int, public_key: str, organisation: str, name: str, at: Endpoints) -> ChannelAccount:
    corp_id = public_key.replace("demo-", "ww-sandbox-")
    settings = {
        "corp_id": corp_id,
        "agent_id": AGENT_ID,
        "send_photos": True,  # nobody real is on a photo here
        "base_url": at.wecom_url,
        "authorize_url": f"{at.wecom_url}/connect/oauth2/authorize",
        "scan_url": f"{at.wecom_url}/wwlogin/sso/login",
    }
    key = base64.b64encode((token(seed, public_key, "aes") + token(seed, public_key, "iv"))[:32].encode())
    secrets = {
        "secret": "sandbox-" + token(seed, public_key, "secret"),
        "callback_token": token(seed, public_key, "callback").replace("-", "A").replace("_", "B"),
        "encoding_aes_key": key.decode().rstrip("="),
    }
    return ChannelAccount(public_key, WECOM, organisation, name, settings, secrets)


def _robot(seed: int, public_key: str, at: Endpoints) -> ChannelAccount:
    secrets = {"key": "sandbox-" + token(seed, public_key, "key").replace("_", "-")}
    name, settings = "第一医院设备群（演示）", {"base_url": at.wecom_url}
    return ChannelAccount(public_key, ROBOT, "h1", name, settings, secrets)


def _hook(seed: int, public_key: str, at: Endpoints) -> ChannelAccount:
    settings = {"url": f"{at.wecom_url}/hooks/{HOOK_NAME}", "private_addresses": True}
    word = base64.b64encode(token(seed, public_key, "secret").encode()[:32].ljust(32, b"-")).decode()
    name, secrets = "示例市第一医院信息平台（演示）", {"signing_secret": f"whsec_{word}"}
    return ChannelAccount(public_key, HOOK, "h1", name, settings, secrets)


def _telegram(seed: int, public_key: str, at: Endpoints) -> ChannelAccount:
    settings = {"bot_username": "yishe_demo_bot", "base_url": at.wecom_url}
    secrets = {
        "token": "200001:sandbox-" + token(seed, public_key, "token"),
        "webhook_secret": token(seed, public_key, "webhook"),
    }
    return ChannelAccount(public_key, TELEGRAM, PROVINCE, "演示省 Telegram", settings, secrets)


def _sms(seed: int, public_key: str, at: Endpoints) -> ChannelAccount:
    settings = {
        "access_key_id": "sandbox-key-of-the-demo",
        "sign_name": "医设演示",
        "templates": SMS_TEMPLATES,
        "extend_code_digits": CODE_DIGITS,
        "price_per_part": "0.045",
        "base_url": at.wecom_url,
    }
    secrets = {
        "access_key_secret": "sandbox-" + token(seed, public_key, "secret"),
        "report_token": token(seed, public_key, "reports"),
    }
    return ChannelAccount(public_key, SMS, PROVINCE, "演示省短信", settings, secrets)


def _standby_sms(seed: int, public_key: str, at: Endpoints) -> ChannelAccount:
    """Nobody is entered at it: it takes over at the same numbers while the other one is down."""
    settings = {
        "secret_id": "sandbox-id-of-the-demo",
        "sdk_app_id": "1400000001",
        "sign_name": "医设演示",
        "templates": STANDBY_TEMPLATES,
        "extend_code_digits": CODE_DIGITS,
        "price_per_part": "0.05",
        "base_url": at.wecom_url,
    }
    secrets = {
        "secret_key": "sandbox-" + token(seed, public_key, "secret"),
        "report_token": token(seed, public_key, "reports"),
    }
    return ChannelAccount(public_key, STANDBY_SMS, PROVINCE, "演示省短信（备用）", settings, secrets)


def _voice(seed: int, public_key: str, at: Endpoints) -> ChannelAccount:
    settings = {
        "access_key_id": "sandbox-calls-of-the-demo",
        "caller_number": "02500000000",
        "templates": SPOKEN,
        "menu": {"1": HEARD},
        "base_url": at.wecom_url,
    }
    secrets = {
        "access_key_secret": "sandbox-" + token(seed, public_key, "secret"),
        "report_token": token(seed, public_key, "reports"),
    }
    return ChannelAccount(public_key, VOICE, PROVINCE, "演示省电话通知", settings, secrets)
