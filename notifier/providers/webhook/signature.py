"""Signs a webhook as the Standard Webhooks specification has it, version 1.0.0 (standardwebhooks.com).

HMAC-SHA256 over `id.timestamp.body`, in base64 after "v1,". While a secret is being replaced both sign, and the
receiver is content with either.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence

PREFIX = "whsec_"


def key_of(secret: str) -> bytes:
    """The key in a secret's text; raises ValueError for what is no base64 after the prefix."""
    return base64.b64decode(secret.removeprefix(PREFIX), validate=True)


def headers(id_: str, timestamp: int, body: bytes, secrets: Sequence[str]) -> Mapping[str, str]:
    """The three headers. `timestamp` is in whole seconds since 1970."""
    said = b"%s.%d.%s" % (id_.encode(), timestamp, body)
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{_mac(key_of(secret), said)}" for secret in secrets),
    }


def _mac(key: bytes, said: bytes) -> str:
    return base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()
