"""What people answer to an SMS: pushed to the service in the provider's form until it says that it took it.

Sources: help.aliyun.com document 101868 (SmsUp), cloud.tencent.com document 382/59179 (reply callback).
"""

from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from bot.sandbox.errors import N_, PressError
from bot.sandbox.pushes import ALIYUN, TENCENT, Manner, Pusher
from bot.sandbox.reports import Report
from bot.sandbox.sms_world import CHINA, Sms, SmsReply
from bot.sandbox.world import World

SIGNS_OWN_DIGITS = "12"  # which the provider gives to a signature, before those of the message
TIME = "%Y-%m-%d %H:%M:%S"
Json = dict[str, Any]


class SmsSay(BaseModel):
    """Answer to the SMS `id`. `extend_lost` plays a network that drops the digits behind the number."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: int
    text: str = Field(min_length=1, max_length=500)
    extend_lost: bool = False


class SmsReplies:
    """The fingers of those who have the phones."""

    def __init__(self, world: World, pusher: Pusher) -> None:
        self._world = world
        self._pusher = pusher

    def routes(self) -> list[web.RouteDef]:
        """The tests' way in."""
        return [web.post("/sandbox/sms/say", self._order)]

    async def _order(self, request: web.Request) -> web.Response:
        try:
            await self.say(SmsSay.model_validate_json(await request.read()))
        except PressError as error:
            return web.json_response({"error": str(error)}, status=409)
        return web.json_response({"ok": True})

    async def say(self, order: SmsSay) -> None:
        """Answer; raises `PressError`."""
        sms = self._world.sms.by_id(order.id)
        if sms is None or not sms.arrived:
            raise PressError(N_("no such SMS on this phone"))
        url, manner = self._way(sms)
        extend = "" if order.extend_lost else sms.extend_code
        entry = (
            self._aliyun(sms, order.text, extend) if manner is ALIYUN else self._tencent(sms, order, extend)
        )
        report = Report(entry)
        sms.replies.append(SmsReply(self._world.now(), order.text, report))
        self._pusher.tell(lambda: report, url, manner, 0.0)
        self._world.touch()

    def _way(self, sms: Sms) -> tuple[str, Manner]:
        network = self._world.sms
        ours = network.accounts.get(sms.access_key_id)
        url = ours.reply_url if ours else network.apps[sms.access_key_id].reply_url
        if not url:
            raise PressError(N_("this number does not accept replies"))
        return url, ALIYUN if ours else TENCENT

    def _aliyun(self, sms: Sms, text: str, extend: str) -> Json:
        return {
            "phone_number": sms.number,
            "content": text,
            "send_time": self._world.now().astimezone(CHINA).strftime(TIME),
            "dest_code": SIGNS_OWN_DIGITS + extend,
            "sequence_id": str(self._world.rng.randrange(10**9, 10**10)),
        }

    def _tencent(self, sms: Sms, order: SmsSay, extend: str) -> Json:
        return {
            "extend": extend,
            "mobile": sms.number,
            "nationcode": "86",
            "sign": sms.sign,
            "text": order.text,
            "time": int(self._world.now().timestamp()),
        }
