"""Signs a call to Aliyun's gateway. Source: help.aliyun.com, V3 request signature (ACS3-HMAC-SHA256)."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

ALGORITHM = "ACS3-HMAC-SHA256"
EMPTY_BODY = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True)
class Call:
    """One call: everything in the query, nothing in the body. `at` is real time; `nonce` is used once."""

    host: str
    action: str
    version: str
    query: Mapping[str, str]
    at: datetime
    nonce: str

    def headers(self) -> dict[str, str]:
        """The headers that are signed, in lower case."""
        return {
            "host": self.host,
            "x-acs-action": self.action,
            "x-acs-content-sha256": EMPTY_BODY,
            "x-acs-date": self.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": self.nonce,
            "x-acs-version": self.version,
        }


def query_string(query: Mapping[str, str]) -> str:
    """The query as it is signed, and sent: sorted, and encoded by RFC 3986."""
    return "&".join(f"{_encoded(name)}={_encoded(value)}" for name, value in sorted(query.items()))


def signature(call: Call, secret: str) -> str:
    """The signature in hex."""
    headers = sorted(call.headers().items())
    request = "\n".join(
        [
            "POST",
            "/",
            query_string(call.query),
            "".join(f"{name}:{value}\n" for name, value in headers),
            _names(call),
            EMPTY_BODY,
        ]
    )
    to_sign = f"{ALGORITHM}\n{hashlib.sha256(request.encode()).hexdigest()}"
    return hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()


def authorization(call: Call, key_id: str, secret: str) -> str:
    """The value of the header `Authorization`."""
    return f"{ALGORITHM} Credential={key_id},SignedHeaders={_names(call)},Signature={signature(call, secret)}"


def _names(call: Call) -> str:
    return ";".join(sorted(call.headers()))


def _encoded(text: str) -> str:
    return quote(text, safe="~")
