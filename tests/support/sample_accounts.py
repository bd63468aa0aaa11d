"""One usable account of every kind, as its channel reads it."""

from base64 import b64encode
from collections.abc import Mapping

from notifier.channel import Account
from tests.support.channel_contents import wecom_account
from tests.support.sms import sms_account
from tests.support.tencent_sms import tencent_account
from tests.support.voice import ALIYUN, TENCENT

MAIL = {
    "host": "mx.example",
    "port": 25,
    "tls": "none",
    "sender_address": "device@hospital.example",
    "message_id_domain": "yishe.example",
}
WEBHOOK_SECRET = "whsec_" + b64encode(b"thirty-two made-up bytes to sign").decode()
BOT = {"bot_username": "demo_bot"}
BOT_TOKEN = "1234567:made-up-token-of-a-bot-for-the-tests"

SAMPLE_ACCOUNTS: Mapping[str, Account] = {
    "wecom": wecom_account(),
    "wecom_bot": Account(3, {"bot_id": "made-up-robot"}, {"secret": "made-up-secret-of-a-robot"}),
    "webhook": Account(4, {"url": "https://erp.hospital.example/yishe"}, {"signing_secret": WEBHOOK_SECRET}),
    "wecom_robot": Account(5, {}, {"key": "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"}),
    "email": Account(1, MAIL, {}),
    "telegram": Account(8, BOT, {"token": BOT_TOKEN, "webhook_secret": "made-up-webhook-secret"}),
    "sms": sms_account(),
    "tencent_sms": tencent_account(),
    "voice": ALIYUN.account(),
    "tencent_voice": TENCENT.account(),
}
