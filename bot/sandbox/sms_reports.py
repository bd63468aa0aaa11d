"""Delivery reports of SMS, pushed until the right answer comes (help.aliyun.com document 101867)."""

from typing import Any

from bot.sandbox.pushes import ALIYUN, Pusher
from bot.sandbox.reports import Report
from bot.sandbox.sms_world import CHINA, Sms
from bot.sandbox.world import World

TIME = "%Y-%m-%d %H:%M:%S"


class SmsReports:
    """What becomes of each SMS."""

    def __init__(self, world: World, pusher: Pusher) -> None:
        self._world = world
        self._pusher = pusher

    def tell_of(self, sms: Sms, url: str) -> None:
        """From now on push the report of that SMS."""

        def make() -> Report:
            sms.report = Report(self._entry(sms))
            return sms.report

        self._pusher.tell(make, url, ALIYUN)

    def _entry(self, sms: Sms) -> dict[str, Any]:
        faults = self._world.faults.sms
        return {
            "phone_number": sms.number,
            "send_time": sms.at.astimezone(CHINA).strftime(TIME),
            "report_time": self._world.now().astimezone(CHINA).strftime(TIME),
            "success": sms.arrived,
            "err_code": "DELIVERED" if sms.arrived else faults.undelivered_code,
            "err_msg": "用户接收成功" if sms.arrived else "用户未收到",
            "sms_size": str(sms.segments),
            "biz_id": sms.biz_id,
            "out_id": sms.out_id,
        }
