"""Signs a call to Tencent Cloud. Source: cloud.tencent.com, signature method v3 (TC3-HMAC-SHA256)."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime

ALGORITHM = "TC3-HMAC-SHA256"
JSON = "application/json; charset=utf-8"
_SIGNED = "content-type;host"


@dataclass(frozen=True)
class Call:
    """One call, as it goes over the wire. `service` is `sms` or `vms`; `at` is real time."""

    host: str
    service: str
    body: bytes
    at: datetime
    content_type: str = JSON

    @property
    def timestamp(self) -> str:
        """The seconds since 1970, as the header `X-TC-Timestamp` has them."""
        return str(int(self.at.timestamp()))

    @property
    def scope(self) -> str:
        """The day, in UTC, and the service for which the derived key is good."""
        return f"{self.at.astimezone(UTC):%Y-%m-%d}/{self.service}/tc3_request"


def signature(call: Call, secret: str) -> str:
    """The signature in hex."""
    headers = f"content-type:{call.content_type}\nhost:{call.host}\n"
    request = "\n".join(["POST", "/", "", headers, _SIGNED, hashlib.sha256(call.body).hexdigest()])
    digest = hashlib.sha256(request.encode()).hexdigest()
    key = f"TC3{secret}".encode()
    for part in call.scope.split("/"):
        key = _hmac(key, part)
    return _hmac(key, f"{ALGORITHM}\n{call.timestamp}\n{call.scope}\n{digest}").hex()


def authorization(call: Call, secret_id: str, secret: str) -> str:
    """The value of the header `Authorization`."""
    credential = f"Credential={secret_id}/{call.scope}"
    return f"{ALGORITHM} {credential}, SignedHeaders={_SIGNED}, Signature={signature(call, secret)}"


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
