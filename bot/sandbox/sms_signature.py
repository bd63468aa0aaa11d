"""Checks the signature of a call to Aliyun's gateway, from the headers that the caller says it signed.

Rules: help.aliyun.com, V3 request signature. Written from the rules, without a line of the product.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote

from bot.sandbox.sms_errors import SmsError

_AUTHORIZATION = re.compile(
    r"ACS3-HMAC-SHA256 Credential=([^,\s]+), ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})"
)
REQUIRED = (
    "host",
    "x-acs-action",
    "x-acs-content-sha256",
    "x-acs-date",
    "x-acs-signature-nonce",
    "x-acs-version",
)
CLOCKS_DIFFER_AT_MOST = timedelta(minutes=15)


@dataclass(frozen=True)
class SignedCall:
    """A request as it came over the wire; names of headers in lower case."""

    method: str
    path: str
    raw_query: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        """The decoded parameters."""
        return dict(parse_qsl(self.raw_query, keep_blank_values=True))


def check_signature(call: SignedCall, secret_of: Callable[[str], str | None], now: datetime) -> str:
    """The access key's id; raises `SmsError` with the gateway's code for whatever is wrong."""
    found = _AUTHORIZATION.fullmatch(call.headers.get("authorization", ""))
    if found is None:
        raise SmsError("IncompleteSignature", "no ACS3-HMAC-SHA256 authorization", 400)
    key_id, names, given = found.groups()
    secret = secret_of(key_id)
    if secret is None:
        raise SmsError("InvalidAccessKeyId.NotFound", "Specified access key is not found.", 404)
    signed = names.split(";")
    _check_headers(call, signed, now)
    right = _signature(call, signed, secret)
    if not hmac.compare_digest(given, right):
        raise SmsError("SignatureDoesNotMatch", "Specified signature does not match.", 400)
    return key_id


def _check_headers(call: SignedCall, signed: list[str], now: datetime) -> None:
    must = {*REQUIRED, *(name for name in call.headers if name.startswith("x-acs-"))}
    unsigned = sorted(must - set(signed)) + sorted(set(signed) - set(call.headers))
    if unsigned or signed != sorted(signed):
        raise SmsError("IncompleteSignature", f"headers not signed: {', '.join(unsigned)}", 400)
    digest = hashlib.sha256(call.body).hexdigest()
    if call.headers["x-acs-content-sha256"] != digest:
        raise SmsError("SignatureDoesNotMatch", "x-acs-content-sha256 is not the body's", 400)
    if abs(_date(call.headers["x-acs-date"]) - now) > CLOCKS_DIFFER_AT_MOST:
        raise SmsError("InvalidTimeStamp.Expired", "Specified time stamp is expired.", 400)


def _date(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise SmsError("InvalidTimeStamp.Format", "x-acs-date is not ISO 8601", 400) from None


def _signature(call: SignedCall, signed: list[str], secret: str) -> str:
    pairs = sorted((_quoted(name), _quoted(value)) for name, value in call.query.items())
    parts = [call.method, call.path, "&".join("=".join(pair) for pair in pairs)]
    parts += [f"{name}:{call.headers[name].strip()}" for name in signed]
    parts += ["", ";".join(signed), hashlib.sha256(call.body).hexdigest()]
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return hmac.new(secret.encode(), f"ACS3-HMAC-SHA256\n{digest}".encode(), "sha256").hexdigest()


def _quoted(text: str) -> str:
    return quote(text, safe="-_.~")
