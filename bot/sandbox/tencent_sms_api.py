"""The HTTP face of Tencent Cloud's SMS service."""

from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from bot.sandbox.cloud import suffer
from bot.sandbox.pushes import TENCENT_LIST, Pusher
from bot.sandbox.reports import Report
from bot.sandbox.sms_world import CHINA, Sms
from bot.sandbox.tencent_gate import TencentCall, TencentError, admit, answered, refused, tencent_call
from bot.sandbox.tencent_sms_config import TencentSmsApp
from bot.sandbox.tencent_sms_sending import send
from bot.sandbox.world import World

VERSION = "2021-01-11"
TIME = "%Y-%m-%d %H:%M:%S"
SEVEN_DAYS = timedelta(days=7)
MOST_PULLED = 100
Json = dict[str, Any]


class TencentSmsApi:
    """Answers for one world's applications, and pushes what became of each SMS."""

    def __init__(self, world: World, pusher: Pusher) -> None:
        self._world = world
        self._pusher = pusher

    async def answer(self, request: web.Request) -> web.Response:
        """SendSms."""
        call = await self._let_in(request)
        request_id = self._world.word(20)
        try:
            app = self._app(call, "SendSms")
            statuses, sent = send(self._world, app, call.parameters)
        except TencentError as error:
            return refused(error, request_id)
        for sms in sent:
            if app.report_url and not self._world.faults.tencent_sms.no_reports:
                self._tell_of(sms, app.report_url)
        if sent and self._world.faults.use_tencent_sms_drop() and request.transport:
            request.transport.abort()
        return answered({"SendStatusSet": statuses}, request_id)

    async def pull(self, request: web.Request) -> web.Response:
        """PullSmsSendStatusByPhoneNumber (document api/382/52071): reports of the last seven days."""
        call = await self._let_in(request)
        request_id = self._world.word(20)
        try:
            app = self._app(call, "PullSmsSendStatusByPhoneNumber")
            found = self._pulled(app, call.parameters)
        except TencentError as error:
            return refused(error, request_id)
        return answered({"PullSmsSendStatusSet": found}, request_id)

    async def _let_in(self, request: web.Request) -> TencentCall:
        await suffer(self._world.faults.tencent_sms)
        return await tencent_call(request)

    def _app(self, call: TencentCall, action: str) -> TencentSmsApp:
        apps = self._world.sms.apps
        secrets = {secret_id: app.secret_key for secret_id, app in apps.items()}
        app = apps[admit(call, "sms", secrets.get, self._world.now())]
        if call.header("x-tc-action") != action:
            raise TencentError("InvalidAction", "The action is not there.")
        if call.header("x-tc-version") != VERSION:
            raise TencentError("NoSuchVersion", "The version is not there.")
        return app

    def _pulled(self, app: TencentSmsApp, asked: Json) -> list[Json]:
        if not app.may_pull:
            raise TencentError("UnauthorizedOperation.RequestPermissionDeny", "请求没有权限")
        begin = datetime.fromtimestamp(int(asked.get("BeginTime", 0)), CHINA)
        if self._world.now() - begin > SEVEN_DAYS:
            raise TencentError("InvalidParameterValue.BeginTimeVerifyFail", "拉取起始时间校验失败")
        if asked.get("Offset") != 0 or not 1 <= int(asked.get("Limit", 0)) <= MOST_PULLED:
            raise TencentError("InvalidParameterValue.LimitVerifyFail", "拉取参数校验失败")
        number = str(asked.get("PhoneNumber", "")).removeprefix("+86")
        found = [
            _pulled(sms)
            for sms in self._world.sms.messages
            if (sms.access_key_id, sms.number) == (app.secret_id, number) and sms.report and sms.at >= begin
        ]
        return found[: int(asked["Limit"])]

    def _tell_of(self, sms: Sms, url: str) -> None:
        def make() -> Report:
            sms.report = Report(self._entry(sms))
            return sms.report

        self._pusher.tell(make, url, TENCENT_LIST)

    def _entry(self, sms: Sms) -> Json:
        code = "DELIVRD" if sms.arrived else self._world.faults.tencent_sms.undelivered_code
        return {
            "user_receive_time": self._world.now().astimezone(CHINA).strftime(TIME),
            "nationcode": "86",
            "mobile": sms.number,
            "report_status": "SUCCESS" if sms.arrived else "FAIL",
            "errmsg": code,
            "description": "用户短信送达成功" if sms.arrived else "用户短信送达失败",
            "sid": sms.biz_id,
        }


def _pulled(sms: Sms) -> Json:
    return {
        "UserReceiveTime": int(sms.at.timestamp()),
        "CountryCode": "86",
        "SubscriberNumber": sms.number,
        "PhoneNumber": f"+86{sms.number}",
        "SerialNo": sms.biz_id,
        "ReportStatus": "SUCCESS" if sms.arrived else "FAIL",
        "Description": "DELIVRD" if sms.arrived else "UNDELIV",
        "SessionContext": sms.out_id,
    }
