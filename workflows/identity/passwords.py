"""Passwords, kept as argon2id hashes (RFC 9106), worked on in threads and only a few at a time."""

import asyncio
import unicodedata
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError


@dataclass(frozen=True)
class HashCost:
    """What one guess costs. The defaults are RFC 9106's second recommendation."""

    time: int = 3
    memory_kib: int = 65536
    lanes: int = 4


@dataclass(frozen=True)
class Verdict:
    """Is the password right, and its hash under the present parameters if the kept one has older ones."""

    right: bool
    new_hash: str | None = None


class Passwords:
    """Hashes and checks passwords. At most `at_once` at a time, since each takes `memory_kib`."""

    def __init__(self, cost: HashCost, at_once: int) -> None:
        self._hasher = PasswordHasher(cost.time, cost.memory_kib, cost.lanes)
        self._turns = asyncio.Semaphore(at_once)

    async def hash(self, password: str) -> str:
        """The hash to keep, with salt and parameters in it."""
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, _canonical(password))

    async def check(self, kept: str | None, password: str) -> Verdict:
        """Compare with the kept hash. Without one the same work is done, so that time tells nothing."""
        async with self._turns:
            return await asyncio.to_thread(self._check, kept, _canonical(password))

    def _check(self, kept: str | None, password: bytes) -> Verdict:
        if kept is None:
            self._hasher.hash(password)
            return Verdict(right=False)
        try:
            self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return Verdict(right=False)
        old = self._hasher.check_needs_rehash(kept)
        return Verdict(right=True, new_hash=self._hasher.hash(password) if old else None)


def _canonical(password: str) -> bytes:
    """The same bytes however a keyboard composes the characters; lone surrogates are no reason to fail."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
