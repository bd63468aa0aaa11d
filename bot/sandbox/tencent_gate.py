"""Tencent Cloud's gateway, which stands before all of its services: who calls, and how it answers.

Rules: cloud.tencent.com, signature method v3 (document api/382/52071). Written from the rules, without a line of
the product.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

_AUTHORIZATION = re.compile(
    r"TC3-HMAC-SHA256 Credential=([^/,\s]+)/(\d{4}-\d\d-\d\d)/([a-z]+)/tc3_request, ?"
    r"SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})"
)
REQUIRED = ("content-type", "host")
CLOCKS_DIFFER_AT_MOST = timedelta(minutes=5)
Json = dict[str, Any]


class TencentError(Exception):
    """A refusal of a whole call; it comes with status 200, as every answer does."""

    def __init__(self, code: str, words: str = "") -> None:
        super().__init__(f"{code} {words}".strip())
        self.code = code
        self.words = words


@dataclass(frozen=True)
class TencentCall:
    """A request as it came over the wire; names of headers in lower case."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def parameters(self) -> Json:
        """The decoded body. Raises `TencentError`."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise TencentError("InvalidParameter", "The request body is not a JSON object.")
        return found

    def header(self, name: str) -> str:
        """Its value. Raises `TencentError` where it is missing."""
        if not self.headers.get(name):
            raise TencentError("MissingParameter", f"The request lacks the header {name}.")
        return self.headers[name]


async def tencent_call(request: web.Request) -> TencentCall:
    """The request as its signature covers it."""
    return TencentCall({name.lower(): value for name, value in request.headers.items()}, await request.read())


def admit(call: TencentCall, service: str, secret_of: Callable[[str], str | None], now: datetime) -> str:
    """The secret's id of whoever signed for that service. Raises `TencentError`."""
    found = _AUTHORIZATION.fullmatch(call.header("authorization"))
    if found is None:
        raise TencentError("AuthFailure.InvalidAuthorization", "Authorization is not TC3-HMAC-SHA256.")
    secret_id, day, signed_for, names, given = found.groups()
    call.header("x-tc-region")
    at = _instant(call.header("x-tc-timestamp"))
    if abs(at - now) > CLOCKS_DIFFER_AT_MOST or f"{at:%Y-%m-%d}" != day:
        raise TencentError("AuthFailure.SignatureExpire", "The timestamp is more than five minutes off.")
    secret = secret_of(secret_id)
    if secret is None:
        raise TencentError("AuthFailure.SecretIdNotFound", "The SecretId is not found.")
    right = _signature(call, names.split(";"), f"{day}/{service}/tc3_request", secret)
    if signed_for != service or not hmac.compare_digest(given, right):
        raise TencentError("AuthFailure.SignatureFailure", "The signature is not right. Please check it.")
    return secret_id


def answered(content: Json, request_id: str) -> web.Response:
    """What is answered to a call that was let in; the vendor's clients look for errors in no other content type."""
    body = json.dumps({"Response": content | {"RequestId": request_id}}).encode()
    return web.Response(body=body, content_type="application/json")


def refused(error: TencentError, request_id: str) -> web.Response:
    """The answer to a refused call."""
    return answered({"Error": {"Code": error.code, "Message": error.words}}, request_id)


def _instant(text: str) -> datetime:
    if not text.isdecimal() or len(text) != len("1767323045"):
        raise TencentError("InvalidParameterValue", "X-TC-Timestamp is no time.")
    return datetime.fromtimestamp(int(text), UTC)


def _signature(call: TencentCall, signed: list[str], scope: str, secret: str) -> str:
    if signed != sorted(signed) or not {*REQUIRED} <= set(signed):
        raise TencentError("AuthFailure.SignatureFailure", "content-type and host have to be signed.")
    # The newer documents sign the action too, in lower case.
    headers = "".join(f"{name}:{call.header(name).strip().lower()}\n" for name in signed)
    request = f"POST\n/\n\n{headers}\n{';'.join(signed)}\n{hashlib.sha256(call.body).hexdigest()}"
    digest = hashlib.sha256(request.encode()).hexdigest()
    to_sign = f"TC3-HMAC-SHA256\n{call.headers['x-tc-timestamp']}\n{scope}\n{digest}"
    key = f"TC3{secret}".encode()
    for part in (*scope.split("/"), to_sign):
        key = hmac.new(key, part.encode(), "sha256").digest()
    return key.hex()
