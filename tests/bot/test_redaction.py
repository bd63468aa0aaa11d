"""No secret is written down, wherever it stands; ordinary words are."""

import json
import subprocess
import sys

import pytest

from bot.redaction import hide_in, hide_secrets

S = "S3cret-value_of.tests"


@pytest.mark.parametrize(
    "text",
    [
        f"connect to postgresql://yishe:{S}@db.example:5432/yishe?sslmode=require failed",
        f"postgresql://yishe:p@{S}@db.example/yishe",
        f"mqtts://user:{S}@broker",
        f"GET https://qyapi.weixin.qq.com/cgi-bin/gettoken?corpid=ww1&corpsecret={S}",
        f"https://qyapi.weixin.qq.com/cgi-bin/message/send?access_token={S}&debug=1",
        f"/me/wecom/back?code={S}&state=x",
        f"Cannot connect to https://api.telegram.org/bot12345:{S}/sendMessage",
        f"headers: {{'Authorization': 'Bearer {S}'}}",
        f"Authorization: Basic {S}==",
        f"bearer {S}",
        f'{{"password": "{S} with \\" blanks", "name": "x"}}',
        f"{{'callback_token': '{S}'}}",
        f"password={S} host=db",
        f"PGPASSWORD={S}",
        f"YISHE_MASTER_KEY={S}",
        f"YISHE_BACKUP_PASSPHRASE: {S}",
        f"Cookie: __Host-session={S}; theme=dark",
        f"Set-Cookie: session={S}; HttpOnly",
        f"https://yishe.example/d/{S.replace('.', '')}/report",
        f"/f/{S.replace('.', '')}",
        f"/n/{S.replace('.', '')}",
        f"/i/{S.replace('.', '')}",
        f"/webhooks/aliyun-sms/main/{S.replace('.', '')}",
        f"msg_signature={S}&timestamp=1&echostr={S}",
    ],
)
def test_a_secret_is_hidden_by_what_stands_around_it(text: str) -> None:
    hidden = hide_secrets(text)
    assert S.partition("-")[2].partition(".")[0] not in hidden
    assert "[redacted]" in hidden


@pytest.mark.parametrize(
    "text",
    [
        "route=/d/{token} status=200",
        "the token has expired",
        "https://yishe.example/cases/WX2026-000001/approve",
        "connect to postgresql://db.example:5432/yishe failed",
        "MQTT at mqtts://broker.example:8883",
        "2026-03-02T09:00:00+08:00 level: high",
        "/devices/17/files and /help/devices",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert hide_secrets(text) == text


def test_what_lies_deeper_is_hidden_too() -> None:
    told = {
        "headers": {"X": [f"Bearer {S}"], "api_key": S},
        "tries": 3,
        "fine": True,
        "error": OSError(f"token={S}"),
    }
    assert S not in str(hide_in("request", told))
    assert hide_in("request", told)["tries"] == 3


LOGGING = f"""
import logging, sys, structlog
from bot.logs import configure_logs
configure_logs("info", sys.argv[1])
log = structlog.get_logger()
def fail():
    raise ValueError("bad answer of https://x.example/?access_token={S}")
log.warning("message", address="postgresql://u:{S}@h/d", session_key="{S}", count=3)
try:
    fail()
except ValueError:
    log.exception("broke")
    logging.getLogger("library").exception("failed with %s", "Bearer {S}")
logging.getLogger("library").warning("password=%s", "{S}")
fail()
"""


@pytest.mark.parametrize("form", ["json", "console"])
def test_neither_messages_nor_libraries_nor_tracebacks_hold_a_secret(form: str) -> None:
    done = subprocess.run([sys.executable, "-c", LOGGING, form], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert S not in done.stderr + done.stdout
    assert done.stderr.count("ValueError: bad answer of https://x.example/?access_token=[redacted]") == 3
    assert done.stderr.count("[redacted]") >= 7


def test_libraries_log_in_json_as_well() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOGGING, "json"], capture_output=True, text=True, check=False
    )
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    assert [(line["event"], line["level"]) for line in lines] == [
        ("message", "warning"),
        ("broke", "error"),
        ("failed with Bearer [redacted]", "error"),
        ("password=[redacted]", "warning"),
    ]
    assert lines[0]["count"] == 3
    assert lines[3]["logger"] == "library"
