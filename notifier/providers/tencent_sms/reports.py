"""What Tencent Cloud pushes: delivery reports (document 382/59178) in lists, replies (382/59179) one by one."""

import hashlib
import json

from pydantic import BaseModel, ConfigDict

from notifier.providers.pushes import Code, Id, MaybeTime, PushUnreadable, china_time_or_none, read
from notifier.providers.sms.pushed import Extend, Mobile, Pushed, SmsReply, SmsReport, Words

# Any other answer has the push repeated twice.
ACKNOWLEDGED = json.dumps({"result": 0, "errmsg": "OK"})
STATUSES = {"success": True, "fail": False}


class _Report(BaseModel):
    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)

    user_receive_time: MaybeTime = None
    mobile: Mobile
    report_status: Code = ""
    errmsg: Code = ""
    sid: Id

    def made(self) -> SmsReport:
        """A status that is not documented is kept as the code, as it says neither that it arrived nor that not."""
        delivered = STATUSES.get(self.report_status.casefold())
        code = self.errmsg if delivered is not None else f"{self.report_status} {self.errmsg}".strip()
        return SmsReport(self.sid, self.mobile, delivered, code, self.user_receive_time)


class _Reply(BaseModel):
    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)

    extend: Extend = ""
    mobile: Mobile
    text: Words
    time: Id = ""

    def made(self) -> SmsReply:
        """The provider gives replies no number, so one is made of all that it tells."""
        told = f"{self.mobile}\n{self.time}\n{self.extend}\n{self.text}"
        key = hashlib.sha256(told.encode()).hexdigest()
        return SmsReply(key, self.mobile, self.extend, self.text, china_time_or_none(self.time))


def parse(body: bytes) -> Pushed:
    """What one push told; both kinds may come to the same address. Raises `PushUnreadable`."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise PushUnreadable("not JSON") from None
    if isinstance(told, dict) and "sid" in told:
        told = [told]
    if isinstance(told, list):
        reports, bad = read(told, _Report, _Report.made)
        return Pushed(reports, unreadable=bad)
    if not isinstance(told, dict):
        raise PushUnreadable("neither a list nor an object")
    replies, bad = read([told], _Reply, _Reply.made)
    return Pushed(replies=replies, unreadable=bad)
