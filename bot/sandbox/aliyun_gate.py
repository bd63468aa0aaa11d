"""Aliyun's gateway, which stands before all of its services: who calls, and what it answers when it lets nobody in."""

from collections.abc import Mapping
from datetime import datetime

from aiohttp import web

from bot.sandbox.limits import Recent
from bot.sandbox.sms_errors import SmsError
from bot.sandbox.sms_signature import SignedCall, check_signature


async def signed_call(request: web.Request) -> SignedCall:
    """The request as its signature covers it."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    raw_query = request.rel_url.raw_query_string
    return SignedCall(request.method, request.path, raw_query, headers, await request.read())


def admit(call: SignedCall, secrets: Mapping[str, str], nonces: Recent[str, bool], now: datetime) -> str:
    """The id of the access key that signed; a nonce is taken once. Raises `SmsError`."""
    key_id = check_signature(call, secrets.get, now)
    nonce = call.headers["x-acs-signature-nonce"]
    if nonce in nonces:
        raise SmsError("SignatureNonceUsed", "Specified signature nonce was used already.", 400)
    nonces[nonce] = True
    return key_id


def refused(error: SmsError, request_id: str) -> web.Response:
    """The answer to a refused call."""
    refusal = {"Code": error.code, "Message": error.words, "RequestId": request_id}
    return web.json_response(refusal, status=error.status)
