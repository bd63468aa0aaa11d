"""Secrets at rest: sealed with the master key (AES-256-GCM), each with the id of its key."""

import base64
import json
import os
from collections.abc import Mapping
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
KEY_ID_BYTES = 4


class SealBroken(Exception):
    """A secret cannot be opened: it was sealed with another key, for another row, or was changed."""


class Sealer(Protocol):
    """Seals and opens the secrets of one row."""

    def seal(self, secrets: Mapping[str, str], context: str) -> bytes:
        """Encrypt, bound to `context` (say which row it is)."""
        ...

    def open(self, sealed: bytes, context: str) -> dict[str, str]:
        """Decrypt; raises `SealBroken`."""
        ...


class MasterKey:
    """The master key (32 bytes, base64). Its id is a hash, so that a sealed value says which key it needs."""

    def __init__(self, encoded: str) -> None:
        """Raises ValueError when the key is not 32 bytes in base64."""
        raw = base64.b64decode(encoded, validate=True)
        if len(raw) != KEY_BYTES:
            raise ValueError("the master key must be 32 bytes, base64 encoded")
        self._cipher = AESGCM(raw)
        self._raw = raw
        digest = Hash(SHA256())
        digest.update(b"yishe master key id" + raw)
        self.key_id = digest.finalize()[:KEY_ID_BYTES]

    def derive(self, purpose: str) -> bytes:
        """A key of its own (32 bytes) for one purpose, the same in every process."""
        return HKDF(SHA256(), KEY_BYTES, None, f"yishe {purpose}".encode()).derive(self._raw)

    def __repr__(self) -> str:
        return f"MasterKey(id={self.key_id.hex()})"

    def seal(self, secrets: Mapping[str, str], context: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        plain = json.dumps(dict(secrets), ensure_ascii=False).encode()
        return self.key_id + nonce + self._cipher.encrypt(nonce, plain, context.encode())

    def open(self, sealed: bytes, context: str) -> dict[str, str]:
        if sealed[:KEY_ID_BYTES] != self.key_id:
            raise SealBroken("sealed with another master key")
        nonce, body = sealed[KEY_ID_BYTES:][:NONCE_BYTES], sealed[KEY_ID_BYTES + NONCE_BYTES :]
        try:
            plain = self._cipher.decrypt(nonce, body, context.encode())
        except InvalidTag:
            raise SealBroken("changed, or sealed for another row") from None
        opened: dict[str, str] = json.loads(plain)
        return opened


def new_master_key() -> str:
    """A fresh master key, base64."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()
