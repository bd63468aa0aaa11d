"""The HTTP face of Aliyun's SMS service: one address, the action in a header."""

import asyncio
from typing import Any

from aiohttp import web

from bot.sandbox.sms_config import SmsAccount
from bot.sandbox.sms_errors import SmsError
from bot.sandbox.sms_reports import ReportPusher
from bot.sandbox.sms_sending import send
from bot.sandbox.sms_signature import SignedCall, check_signature
from bot.sandbox.sms_world import Sms
from bot.sandbox.world import World

VERSION = "2017-05-25"
Json = dict[str, Any]


class SmsApi:
    """Handlers of one world's SMS accounts."""

    def __init__(self, world: World, pusher: ReportPusher) -> None:
        self._world = world
        self._pusher = pusher

    def routes(self) -> list[web.RouteDef]:
        """The one path that the vendor's gateway has."""
        return [web.post("/", self._call)]

    async def _call(self, request: web.Request) -> web.Response:
        faults = self._world.faults.sms
        if faults.delay_s:
            await asyncio.sleep(faults.delay_s)
        if faults.unavailable:
            raise web.HTTPBadGateway(text="<html><body>502 Bad Gateway</body></html>")
        request_id = self._world.word(20)
        try:
            account, sent = self._send(await _signed_call(request))
        except SmsError as error:
            refusal = {"Code": error.code, "Message": error.words, "RequestId": request_id}
            return web.json_response(refusal, status=error.status)
        if account.report_url and not faults.no_reports:
            for sms in sent:
                self._pusher.tell_of(sms, account.report_url)
        if self._world.faults.use_sms_drop() and request.transport:
            request.transport.abort()
        answer = {"Code": "OK", "Message": "OK", "RequestId": request_id, "BizId": sent[0].biz_id}
        return web.json_response(answer)

    def _send(self, call: SignedCall) -> tuple[SmsAccount, list[Sms]]:
        network = self._world.sms
        secrets = {key_id: account.access_key_secret for key_id, account in network.accounts.items()}
        account = network.accounts[check_signature(call, secrets.get, self._world.now())]
        nonce = call.headers["x-acs-signature-nonce"]
        if nonce in network.nonces:
            raise SmsError("SignatureNonceUsed", "Specified signature nonce was used already.", 400)
        network.nonces[nonce] = True
        if (call.headers["x-acs-action"], call.headers["x-acs-version"]) != ("SendSms", VERSION):
            raise SmsError("InvalidAction.NotFound", "Specified api is not found.", 404)
        ordered = self._world.faults.use_sms_code()
        if ordered is not None:
            raise SmsError(ordered, self._world.faults.sms.words)
        return account, send(self._world, account, call.query)


async def _signed_call(request: web.Request) -> SignedCall:
    headers = {name.lower(): value for name, value in request.headers.items()}
    raw_query = request.rel_url.raw_query_string
    return SignedCall(request.method, request.path, raw_query, headers, await request.read())


def sms_state(sms: Sms) -> Json:
    """One SMS with its report, for tests."""
    report = sms.report and {
        "outcome": sms.report.outcome,
        "entry": sms.report.entry,
        "attempts": [
            {"at": attempt.at.isoformat(), "status": attempt.status, "error": attempt.error}
            for attempt in sms.report.attempts
        ],
    }
    return {
        "id": sms.id,
        "at": sms.at.isoformat(),
        "number": sms.number,
        "sign": sms.sign,
        "template": sms.template,
        "text": sms.text,
        "segments": sms.segments,
        "out_id": sms.out_id,
        "biz_id": sms.biz_id,
        "arrived": sms.arrived,
        "report": report,
    }
