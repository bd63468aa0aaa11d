"""A stream that is encrypted and authenticated piece by piece, with a key from a passphrase.

The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015), as age and Tink use it: pieces of 1 MiB, each
sealed by AES-256-GCM under the nonce `7 random bytes | 4 bytes counter | 1 byte: is it the last?`, and bound to the
header. So a piece that was altered, left out, moved, doubled or cut off is noticed before its words are believed.

Header: magic, log2 of scrypt's cost, salt (16 bytes), nonce prefix (7), and a check (16) that tells a wrong
passphrase from a damaged archive. Key and check are the two parts of one scrypt of the passphrase.
"""

import os
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.constant_time import bytes_eq
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from storage.backup import BackupFailed

MAGIC = b"yishe backup 1\n"
PIECE = 1024 * 1024
TAG = 16
SALT, PREFIX, CHECK, KEY = 16, 7, 16, 32
COST = 17  # 2^17 · 1 KiB = 128 MiB and about half a second a try
COSTS = range(10, 21)
HEADER = len(MAGIC) + 1 + SALT + PREFIX + CHECK
SHORTEST_PASSPHRASE = 12


class Sink(Protocol):
    """Where bytes go."""

    def write(self, data: bytes, /) -> object: ...


class Source(Protocol):
    """Where bytes come from."""

    def read(self, size: int, /) -> bytes: ...


class SealingWriter:
    """Encrypts what is written into `sink`; nothing is whole until `finish`."""

    def __init__(self, sink: Sink, passphrase: str, cost: int = COST) -> None:
        """Raises `BackupFailed` when the passphrase is too short."""
        if len(passphrase) < SHORTEST_PASSPHRASE:
            raise BackupFailed(f"the passphrase needs at least {SHORTEST_PASSPHRASE} characters")
        salt, prefix = os.urandom(SALT), os.urandom(PREFIX)
        key, check = _derive(passphrase, salt, cost)
        self._pieces = _Pieces(key, prefix, MAGIC + bytes([cost]) + salt + prefix + check)
        self._sink = sink
        self._waiting = bytearray()
        sink.write(self._pieces.header)

    def write(self, data: bytes) -> int:
        """Take some bytes; how many."""
        self._waiting += data
        while len(self._waiting) > PIECE:  # one stays back, which may be the last
            self._sink.write(self._pieces.seal(bytes(self._waiting[:PIECE]), last=False))
            del self._waiting[:PIECE]
        return len(data)

    def finish(self) -> None:
        """Write the last piece."""
        self._sink.write(self._pieces.seal(bytes(self._waiting), last=True))
        self._waiting.clear()


class OpeningReader:
    """Decrypts what `SealingWriter` wrote. Every byte that it returns is authentic and in its place."""

    def __init__(self, source: Source, passphrase: str) -> None:
        """Raises `BackupFailed`: no archive of ours, or the wrong passphrase."""
        header = source.read(HEADER)
        cost = header[len(MAGIC)] if len(header) == HEADER else 0
        if not header.startswith(MAGIC) or cost not in COSTS:
            raise BackupFailed("this is no backup of Yishe, or its beginning was changed")
        rest = header[len(MAGIC) + 1 :]
        salt, prefix, check = rest[:SALT], rest[SALT : SALT + PREFIX], rest[SALT + PREFIX :]
        key, expected = _derive(passphrase, salt, cost)
        if not bytes_eq(check, expected):
            raise BackupFailed("the passphrase is not the one with which this backup was made")
        self._pieces = _Pieces(key, prefix, header)
        self._source = source
        self._ahead = source.read(PIECE + TAG)
        self._opened = b""
        self._ended = False

    def read(self, size: int) -> bytes:
        """Up to `size` bytes, empty at the end; raises `BackupFailed` when the archive is not whole."""
        while not self._opened and not self._ended:
            piece, self._ahead = self._ahead, self._source.read(PIECE + TAG)
            self._ended = not self._ahead
            self._opened = self._pieces.open(piece, last=self._ended)
        taken, self._opened = self._opened[:size], self._opened[size:]
        return taken

    def read_to_the_end(self) -> None:
        """Make sure that nothing was cut off behind what was read."""
        while self.read(PIECE):
            pass


class _Pieces:
    """Seals or opens one piece after the other."""

    def __init__(self, key: bytes, prefix: bytes, header: bytes) -> None:
        self.header = header
        self._cipher = AESGCM(key)
        self._prefix = prefix
        self._number = 0

    def seal(self, piece: bytes, *, last: bool) -> bytes:
        return self._cipher.encrypt(self._nonce(last), piece, self.header)

    def open(self, sealed: bytes, *, last: bool) -> bytes:
        number = self._number
        try:
            return self._cipher.decrypt(self._nonce(last), sealed, self.header)
        except (InvalidTag, ValueError):  # the latter for what is too short to have been sealed
            raise BackupFailed(f"the archive was cut short or changed (piece {number + 1})") from None

    def _nonce(self, last: bool) -> bytes:
        nonce = self._prefix + self._number.to_bytes(4, "big") + bytes([last])
        self._number += 1
        return nonce


def _derive(passphrase: str, salt: bytes, cost: int) -> tuple[bytes, bytes]:
    derived = Scrypt(salt, KEY + CHECK, n=2**cost, r=8, p=1).derive(passphrase.encode())
    return derived[:KEY], derived[KEY:]
