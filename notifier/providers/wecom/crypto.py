"""Callback crypto of WeCom: signature, AES, URL check and the encrypted reply.

Source of the rules: developer.work.weixin.qq.com documents 90930 and 91144.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import struct
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from pydantic import BaseModel, ConfigDict, StringConstraints

_BLOCK = 32
_RANDOM = 16
_HEAD = _RANDOM + 4
_KEY = re.compile(r"[A-Za-z0-9+/]{43}")


class Check(StrEnum):
    """The checks a callback has to pass, in their order."""

    ENVELOPE = "envelope"
    SIGNATURE = "signature"
    CIPHERTEXT = "ciphertext"
    PADDING = "padding"
    LENGTH = "length"
    RECEIVER = "receiver"
    CONTENT = "content"


class CallbackRejected(Exception):
    """A callback that did not come from WeCom for this corporation; `check` says what it failed."""

    def __init__(self, check: Check) -> None:
        super().__init__(f"callback failed the check of its {check}")
        self.check = check


class CallbackQuery(BaseModel):
    """The query string of a callback. The caller compares `sent_at` with its window."""

    model_config = ConfigDict(frozen=True)

    msg_signature: Annotated[str, StringConstraints(max_length=128)]
    timestamp: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,11}$")]
    nonce: Annotated[str, StringConstraints(max_length=128)]
    echostr: Annotated[str, StringConstraints(max_length=4096)] | None = None

    @property
    def sent_at(self) -> datetime:
        """When WeCom signed it, to the second."""
        return datetime.fromtimestamp(int(self.timestamp), UTC)


class CallbackCrypto:
    """Opens and seals what passes between WeCom and one application.

    Raises ValueError for an EncodingAESKey that is not 43 characters of base64.
    """

    def __init__(self, token: str, encoding_aes_key: str, corp_id: str) -> None:
        if not _KEY.fullmatch(encoding_aes_key):
            raise ValueError("EncodingAESKey must be 43 characters of base64")
        # Most real keys have spare bits set in their last character; this decoder ignores them.
        key = base64.b64decode(encoding_aes_key + "=")
        self._cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16]))
        self._token = token
        self._corp_id = corp_id

    def sign(self, timestamp: str, nonce: str, encrypted: str) -> str:
        """The msg_signature over the token and these three."""
        parts = sorted([self._token, timestamp, nonce, encrypted])
        return hashlib.sha1("".join(parts).encode(), usedforsecurity=False).hexdigest()

    def signed(self, query: CallbackQuery, encrypted: str) -> bool:
        """Is the signature ours? Takes the same time either way."""
        expected = self.sign(query.timestamp, query.nonce, encrypted)
        return hmac.compare_digest(expected.encode(), query.msg_signature.encode())

    def verify(self, query: CallbackQuery, encrypted: str) -> None:
        """Raises CallbackRejected unless the signature is right."""
        if not self.signed(query, encrypted):
            raise CallbackRejected(Check.SIGNATURE)

    def encrypt(self, message: bytes, random: bytes | None = None) -> str:
        """Base64 of the encrypted message; `random` are the leading 16 bytes, fresh ones by default."""
        head = (random or secrets.token_bytes(_RANDOM)) + struct.pack(">I", len(message))
        plain = _pad(head + message + self._corp_id.encode())
        encryptor = self._cipher.encryptor()
        return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()

    def decrypt(self, encrypted: str) -> bytes:
        """The message inside. Raises CallbackRejected, also when it was meant for another corporation."""
        plain = _unpad(self._decipher(encrypted))
        if len(plain) < _HEAD:
            raise CallbackRejected(Check.LENGTH)
        end = _HEAD + int.from_bytes(plain[_RANDOM:_HEAD], "big")
        if end > len(plain):
            raise CallbackRejected(Check.LENGTH)
        if not hmac.compare_digest(plain[end:], self._corp_id.encode()):
            raise CallbackRejected(Check.RECEIVER)
        return plain[_HEAD:end]

    def open(self, query: CallbackQuery, encrypted: str) -> bytes:
        """The message of a callback whose signature holds. Raises CallbackRejected."""
        self.verify(query, encrypted)
        return self.decrypt(encrypted)

    def answer_url_check(self, query: CallbackQuery) -> bytes:
        """The exact body to answer to a GET that checks the callback's address. Raises CallbackRejected."""
        if query.echostr is None:
            raise CallbackRejected(Check.ENVELOPE)
        return self.open(query, query.echostr)

    def _decipher(self, encrypted: str) -> bytes:
        try:
            data = base64.b64decode(encrypted, validate=True)
        except (binascii.Error, ValueError):
            raise CallbackRejected(Check.CIPHERTEXT) from None
        if not data or len(data) % 16:
            raise CallbackRejected(Check.CIPHERTEXT)
        decryptor = self._cipher.decryptor()
        return decryptor.update(data) + decryptor.finalize()


def _pad(plain: bytes) -> bytes:
    missing = _BLOCK - len(plain) % _BLOCK
    return plain + bytes([missing]) * missing


def _unpad(plain: bytes) -> bytes:
    missing = plain[-1]
    if not 1 <= missing <= _BLOCK or plain[-missing:] != bytes([missing]) * missing:
        raise CallbackRejected(Check.PADDING)
    return plain[:-missing]
