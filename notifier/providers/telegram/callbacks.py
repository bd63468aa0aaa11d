"""What a button sends back: opaque, not to be guessed, and of use in its own chat alone.

Deterministic authenticated encryption (AES-SIV, RFC 5297), so that a payload that is sent again is the same, under a
key made from the webhook's secret. Telegram allows 64 bytes, which leaves 32 for message and answer; what does not
fit opens a page instead. After a change of the secret older buttons say that they are not known any more.
"""

import base64
import binascii
import hashlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

DATA_BYTES = 64
_SEPARATOR = ":"


class Callbacks:
    """Makes and reads what buttons of one account send back."""

    def __init__(self, webhook_secret: str) -> None:
        key = hashlib.sha512(b"yishe telegram callback\0" + webhook_secret.encode()).digest()
        self._cipher = AESSIV(key)

    def made(self, chat_id: int, unique_id: str, key: str) -> str | None:
        """For a button below a message; None where it would be too long."""
        sealed = self._cipher.encrypt(f"{unique_id}{_SEPARATOR}{key}".encode(), [_chat(chat_id)])
        data = base64.urlsafe_b64encode(sealed).decode().rstrip("=")
        return data if len(data) <= DATA_BYTES else None

    def read(self, chat_id: int, data: str) -> tuple[str, str] | None:
        """Unique id and key; None for data that no button of ours in that chat has."""
        try:
            sealed = base64.urlsafe_b64decode(data + "=" * (-len(data) % 4))
            opened = self._cipher.decrypt(sealed, [_chat(chat_id)]).decode()
        except (InvalidTag, ValueError, binascii.Error):
            return None
        unique_id, _, key = opened.partition(_SEPARATOR)
        return unique_id, key


def _chat(chat_id: int) -> bytes:
    return b"%d" % chat_id
