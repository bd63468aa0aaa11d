"""Secrets at rest: sealed with the master key (AES-256-GCM), each with the id of its key."""

import base64
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
KEY_ID_BYTES = 4
DATA_KEY_ID_BYTES = 8


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
    """The master key (32 bytes, base64), with those before it, which still open what they have sealed.

    The id of a key is a hash of it, so that a sealed value says which one it needs.
    """

    def __init__(self, encoded: str, old: Sequence[str] = ()) -> None:
        """Raises ValueError when a key is not 32 bytes in base64."""
        self._newest = _Key(encoded)
        self._by_id = {key.id: key for key in [*(_Key(text) for text in old), self._newest]}
        self.key_id = self._newest.id

    @property
    def old_ids(self) -> frozenset[bytes]:
        """The ids of the keys before it."""
        return frozenset(self._by_id) - {self.key_id}

    @property
    def oldest(self) -> "MasterKey":
        """The first of the keys before it as a key by itself, or this one where there are none."""
        return next(iter(self._by_id.values())).alone()

    @property
    def newest(self) -> "MasterKey":
        """This key without those before it."""
        return self._newest.alone()

    def derive(self, purpose: str) -> bytes:
        """A key of its own (32 bytes) for one purpose, the same in every process."""
        return HKDF(SHA256(), KEY_BYTES, None, f"yishe {purpose}".encode()).derive(self._newest.raw)

    def is_newest(self, sealed: bytes) -> bool:
        """Was it sealed with this key and none before it?"""
        return sealed[:KEY_ID_BYTES] == self.key_id

    def __repr__(self) -> str:
        return f"MasterKey(id={self.key_id.hex()})"

    def seal(self, secrets: Mapping[str, str], context: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        plain = json.dumps(dict(secrets), ensure_ascii=False).encode()
        return self.key_id + nonce + self._newest.cipher.encrypt(nonce, plain, context.encode())

    def open(self, sealed: bytes, context: str) -> dict[str, str]:
        key = self._by_id.get(sealed[:KEY_ID_BYTES])
        if key is None:
            raise SealBroken("sealed with another master key")
        nonce, body = sealed[KEY_ID_BYTES:][:NONCE_BYTES], sealed[KEY_ID_BYTES + NONCE_BYTES :]
        try:
            plain = key.cipher.decrypt(nonce, body, context.encode())
        except (InvalidTag, ValueError):  # the latter for what is too short to have been sealed
            raise SealBroken("changed, or sealed for another row") from None
        opened: dict[str, str] = json.loads(plain)
        return opened


class _Key:
    """One key with its id."""

    def __init__(self, encoded: str) -> None:
        self.raw = base64.b64decode(encoded, validate=True)
        if len(self.raw) != KEY_BYTES:
            raise ValueError("the master key must be 32 bytes, base64 encoded")
        self.cipher = AESGCM(self.raw)
        digest = Hash(SHA256())
        digest.update(b"yishe master key id" + self.raw)
        self.id = digest.finalize()[:KEY_ID_BYTES]

    def alone(self) -> MasterKey:
        return MasterKey(_text(self.raw))


class RecordSealer(Protocol):
    """Seals single fields of a record that is kept as JSON."""

    def seal_fields(
        self, values: Mapping[str, str], context: str, known: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What is to be kept: `known` with these fields sealed anew. Bound to `context` and the field's name."""
        ...

    def open_fields(self, sealed: Mapping[str, Any], context: str, names: Iterable[str]) -> dict[str, str]:
        """Those of the named fields that are there; raises `SealBroken`."""
        ...


class Envelopes:
    """Envelope sealing: a data key for each sealing of a record, itself sealed with the master key.

    Kept is `{"keys": {id: sealed data key}, "fields": {name: {"key": id, "value": sealed value}}}`, so that
    a new master key needs only the data keys to be sealed anew (docs/decisions/0012-sealed-fields.md).
    """

    def __init__(self, master: Sealer) -> None:
        self._master = master

    def seal_fields(
        self, values: Mapping[str, str], context: str, known: Mapping[str, Any]
    ) -> dict[str, Any]:
        key, key_id = os.urandom(KEY_BYTES), os.urandom(DATA_KEY_ID_BYTES).hex()
        fields = dict(known.get("fields", {}))
        fields |= {
            name: {"key": key_id, "value": _encrypted(key, value, f"{context} field {name}")}
            for name, value in values.items()
        }
        wrapped = self._master.seal({"key": _text(key)}, f"{context} key {key_id}")
        keys = {**known.get("keys", {}), key_id: _text(wrapped)}
        used = {field["key"] for field in fields.values()}
        return {"keys": {name: k for name, k in keys.items() if name in used}, "fields": fields}

    def open_fields(self, sealed: Mapping[str, Any], context: str, names: Iterable[str]) -> dict[str, str]:
        fields = sealed.get("fields", {})
        try:
            return {
                name: self._opened(sealed["keys"], fields[name], context, name)
                for name in names
                if name in fields
            }
        except (KeyError, TypeError, ValueError):
            raise SealBroken("a field or its key is not whole") from None

    def needs(self, sealed: Mapping[str, Any], newest: Callable[[bytes], bool]) -> bool:
        """Is any of its data keys sealed with a master key that is not the newest?"""
        return any(not newest(base64.b64decode(key)) for key in sealed.get("keys", {}).values())

    def reseal(self, sealed: Mapping[str, Any], context: str) -> dict[str, Any]:
        """The same with every data key sealed anew; the fields stay as they are. Raises `SealBroken`."""
        keys = {name: self._resealed(key, f"{context} key {name}") for name, key in sealed["keys"].items()}
        return {**sealed, "keys": keys}

    def _resealed(self, key: str, context: str) -> str:
        return _text(self._master.seal(self._master.open(base64.b64decode(key), context), context))

    def _opened(self, keys: Mapping[str, str], field: Mapping[str, str], context: str, name: str) -> str:
        key_id = field["key"]
        wrapped = self._master.open(base64.b64decode(keys[key_id]), f"{context} key {key_id}")
        return _decrypted(base64.b64decode(wrapped["key"]), field["value"], f"{context} field {name}")


def record_context(workflow: str, case_id: int) -> str:
    """What the sealed fields of a case are bound to."""
    return f"{workflow} of case {case_id}"


def _encrypted(key: bytes, value: str, context: str) -> str:
    nonce = os.urandom(NONCE_BYTES)
    return _text(nonce + AESGCM(key).encrypt(nonce, value.encode(), context.encode()))


def _decrypted(key: bytes, sealed: str, context: str) -> str:
    raw = base64.b64decode(sealed)
    try:
        return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], context.encode()).decode()
    except InvalidTag:
        raise SealBroken("changed, or sealed for another field") from None


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def new_master_key() -> str:
    """A fresh master key, base64."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()
