"""The channel accounts of the demo: one WeCom app and one mail sender for all, another WeCom app for one hospital."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.demo.data import PROVINCE, token
from bot.demo.people import MAIL_DOMAIN

WECOM, EMAIL = "wecom", "email"
AGENT_ID = 1000002


@dataclass(frozen=True)
class Endpoints:
    """Where the sandbox listens: the WeCom API's base URL, and the mail server."""

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
        _wecom(seed, "demo-hospital2", "h2", "示例市中心医院企业微信（演示）", at),
        ChannelAccount("demo-mail", EMAIL, PROVINCE, "演示省邮箱", mail, {}),
    ]


def _wecom(seed: int, public_key: str, organisation: str, name: str, at: Endpoints) -> ChannelAccount:
    corp_id = public_key.replace("demo-", "ww-sandbox-")
    settings = {"corp_id": corp_id, "agent_id": AGENT_ID, "base_url": at.wecom_url}
    key = base64.b64encode((token(seed, public_key, "aes") + token(seed, public_key, "iv"))[:32].encode())
    secrets = {
        "secret": "sandbox-" + token(seed, public_key, "secret"),
        "callback_token": token(seed, public_key, "callback").replace("-", "A").replace("_", "B"),
        "encoding_aes_key": key.decode().rstrip("="),
    }
    return ChannelAccount(public_key, WECOM, organisation, name, settings, secrets)
