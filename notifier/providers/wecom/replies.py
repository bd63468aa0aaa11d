"""Passive replies: what may be answered within the five seconds of a callback.

Source: developer.work.weixin.qq.com document 90241.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from notifier.providers.wecom.cards import TEXT_BYTES
from notifier.providers.wecom.crypto import CallbackCrypto
from notifier.providers.wecom.events import Received
from notifier.providers.wecom.parts import BUTTON_ZI
from notifier.providers.wecom.xml import write_xml
from notifier.trim import clean, fit_bytes, fit_columns, one_line


def text_reply(event: Received, text: str, now: datetime) -> bytes:
    """A text to the person of `event`."""
    return _reply(event, now, "text", {"content": fit_bytes(clean(text), TEXT_BYTES)})


def button_reply(event: Received, words: str, now: datetime) -> bytes:
    """The pressed card's buttons become these words, for the person of `event`."""
    return _reply(
        event, now, "update_button", {"button": {"replace_name": fit_columns(one_line(words), BUTTON_ZI)}}
    )


def card_reply(event: Received, card: Mapping[str, Any], now: datetime) -> bytes:
    """The pressed card becomes `card` (as `replacing` makes it)."""
    return _reply(event, now, "update_template_card", {"template_card": card})


def sealed(crypto: CallbackCrypto, reply: bytes, now: datetime, nonce: str) -> bytes:
    """The encrypted envelope around a reply."""
    timestamp, encrypted = int(now.timestamp()), crypto.encrypt(reply)
    return write_xml(
        {
            "encrypt": encrypted,
            "msg_signature": crypto.sign(str(timestamp), nonce, encrypted),
            "time_stamp": timestamp,
            "nonce": nonce,
        }
    )


def _reply(event: Received, now: datetime, kind: str, content: Mapping[str, Any]) -> bytes:
    return write_xml(
        {
            "to_user_name": event.user,
            "from_user_name": event.corp_id,
            "create_time": int(now.timestamp()),
            "msg_type": kind,
            **content,
        }
    )
