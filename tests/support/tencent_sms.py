"""A Tencent Cloud SMS account on both sides: as the service keeps it, and as the stand-in plays it."""

from typing import Any

from notifier.channel import Account
from tests.support.sms import SIGN

SECRET_ID, SECRET_KEY, APP_ID = "sandbox-secret-id", "sandbox-secret-key-of-tests", "1400000001"
TEMPLATE_ID, TEMPLATE_TEXT = "1110001", "{1}：{2}，工单{3}，请登录平台处理。"
PUSH_TOKEN = "push-token-of-the-tests"
TENCENT_TEMPLATES = {
    "default": {
        "code": TEMPLATE_ID,
        "text": TEMPLATE_TEXT,
        "variables": {
            "1": {"source": "level", "length": 24},
            "2": {"source": "what"},
            "3": {"source": "number"},
        },
    }
}


def tencent_settings(base_url: str = "http://127.0.0.1:9", **more: Any) -> dict[str, Any]:
    known = {"secret_id": SECRET_ID, "sdk_app_id": APP_ID, "sign_name": SIGN, "templates": TENCENT_TEMPLATES}
    return known | {"base_url": base_url} | more


def tencent_secrets() -> dict[str, str]:
    return {"secret_key": SECRET_KEY, "report_token": PUSH_TOKEN}


def tencent_account(base_url: str = "http://127.0.0.1:9", **more: Any) -> Account:
    return Account(10, tencent_settings(base_url, **more), tencent_secrets())


def played_app(**more: Any) -> dict[str, Any]:
    return {
        "secret_id": SECRET_ID,
        "secret_key": SECRET_KEY,
        "sdk_app_id": APP_ID,
        "signs": [SIGN],
        "templates": {TEMPLATE_ID: {"text": TEMPLATE_TEXT}},
    } | more
