"""Signatures on what a browser keeps for us: each for one purpose, none good for another."""

import base64
import hmac

TOKEN_BYTES = 16


class Seals:
    """Signs with one secret. The purpose is part of what is signed."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def token(self, purpose: str, *parts: str) -> str:
        """128 bits in base64url that only who has the secret can derive from the parts."""
        message = "\0".join((purpose, *parts)).encode()
        digest = hmac.digest(self._secret, message, "sha256")
        return base64.urlsafe_b64encode(digest[:TOKEN_BYTES]).rstrip(b"=").decode()

    def holds(self, token: str, purpose: str, *parts: str) -> bool:
        """Was this token made here for this purpose and these parts?"""
        return same(token, self.token(purpose, *parts))


def same(given: str, right: str) -> bool:
    """Compare in constant time; any text may be given."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), right.encode())
