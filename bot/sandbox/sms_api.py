"""The HTTP face of Aliyun's SMS service."""

from typing import Any

from aiohttp import web

from bot.sandbox.aliyun_gate import admit, refused, signed_call
from bot.sandbox.cloud import suffer
from bot.sandbox.reports import report_state
from bot.sandbox.sms_config import SmsAccount
from bot.sandbox.sms_details import details_of
from bot.sandbox.sms_errors import SmsError
from bot.sandbox.sms_reports import SmsReports
from bot.sandbox.sms_sending import send
from bot.sandbox.sms_signature import SignedCall
from bot.sandbox.sms_world import Sms
from bot.sandbox.world import World

VERSION = "2017-05-25"
Json = dict[str, Any]


class SmsApi:
    """Answers for one world's SMS accounts."""

    def __init__(self, world: World, reports: SmsReports) -> None:
        self._world = world
        self._reports = reports

    async def answer(self, request: web.Request) -> web.Response:
        """What the vendor answers to a call of whichever action."""
        faults = self._world.faults.sms
        await suffer(faults)
        request_id = self._world.word(20)
        try:
            account, sent = self._send(await signed_call(request))
        except SmsError as error:
            return refused(error, request_id)
        if account.report_url and not faults.no_reports:
            for sms in sent:
                self._reports.tell_of(sms, account.report_url)
        if self._world.faults.use_sms_drop() and request.transport:
            request.transport.abort()
        answer = {"Code": "OK", "Message": "OK", "RequestId": request_id, "BizId": sent[0].biz_id}
        return web.json_response(answer)

    async def details(self, request: web.Request) -> web.Response:
        """QuerySendDetails: what was sent to a number on a day."""
        request_id = self._world.word(20)
        if self._world.faults.sms.unavailable:
            raise web.HTTPBadGateway(text="<html><body>502 Bad Gateway</body></html>")
        try:
            call = await signed_call(request)
            account = self._admit(call)
            _check_action(call, "QuerySendDetails")
            found, total = details_of(self._world, account, call.query)
        except SmsError as error:
            return refused(error, request_id)
        listed = {"SmsSendDetailDTO": found}
        answer = {"Code": "OK", "Message": "OK", "RequestId": request_id, "TotalCount": total}
        return web.json_response(answer | {"SmsSendDetailDTOs": listed})

    def _admit(self, call: SignedCall) -> SmsAccount:
        network = self._world.sms
        secrets = {key_id: account.access_key_secret for key_id, account in network.accounts.items()}
        return network.accounts[admit(call, secrets, network.nonces, self._world.now())]

    def _send(self, call: SignedCall) -> tuple[SmsAccount, list[Sms]]:
        account = self._admit(call)
        _check_action(call, "SendSms")
        ordered = self._world.faults.use_sms_code()
        if ordered is not None:
            raise SmsError(ordered, self._world.faults.sms.words)
        return account, send(self._world, account, call.query)


def _check_action(call: SignedCall, action: str) -> None:
    if (call.headers["x-acs-action"], call.headers["x-acs-version"]) != (action, VERSION):
        raise SmsError("InvalidAction.NotFound", "Specified api is not found.", 404)


def sms_state(sms: Sms) -> Json:
    """One SMS with its report, for tests."""
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
        "report": report_state(sms.report),
        "account": sms.access_key_id,
        "extend_code": sms.extend_code,
        "replies": [
            {"text": reply.text, "at": reply.at.isoformat(), "report": report_state(reply.report)}
            for reply in sms.replies
        ],
    }
