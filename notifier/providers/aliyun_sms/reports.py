"""What Aliyun pushes: delivery reports (SmsReport, help.aliyun.com document 101867) and replies (SmsUp, 101868)."""

import json
from typing import Any

from pydantic import BaseModel, ConfigDict

from notifier.providers.pushes import Code, Id, MaybeTime, PushUnreadable, read
from notifier.providers.sms.pushed import Extend, Key, Mobile, Parts, Pushed, SmsReply, SmsReport, Words

# An answer other than this one has the push repeated after 1, 5 and 10 minutes.
ACKNOWLEDGED = json.dumps({"code": 0, "msg": "接收成功"}, ensure_ascii=False)


class _Report(BaseModel):
    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)

    report_time: MaybeTime = None
    success: Any = None
    err_code: Code = ""
    biz_id: Id
    out_id: Id = ""
    phone_number: Id = ""
    sms_size: Parts = None

    def made(self) -> SmsReport:
        return SmsReport(
            self.biz_id,
            self.phone_number,
            _delivered(self.success),
            self.err_code,
            self.report_time,
            self.out_id,
            self.sms_size,
        )


class _Reply(BaseModel):
    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)

    phone_number: Mobile
    content: Words
    dest_code: Extend = ""
    sequence_id: Key
    send_time: MaybeTime = None

    def made(self) -> SmsReply:
        return SmsReply(self.sequence_id, self.phone_number, self.dest_code, self.content, self.send_time)


def _delivered(success: object) -> bool | None:
    """True and false are documented, and may be written as words or digits; anything else says neither."""
    return {"true": True, "1": True, "false": False, "0": False}.get(str(success).strip().casefold())


def parse(body: bytes) -> Pushed:
    """What one push told; both kinds may come to the same address. Raises `PushUnreadable`."""
    try:
        entries = json.loads(body)
    except (ValueError, RecursionError):
        raise PushUnreadable("not JSON") from None
    if isinstance(entries, dict) and ("biz_id" in entries or _is_reply(entries)):
        entries = [entries]
    if not isinstance(entries, list):
        raise PushUnreadable("not a list")
    said = [entry for entry in entries if _is_reply(entry)]
    reports, bad = read([entry for entry in entries if not _is_reply(entry)], _Report, _Report.made)
    replies, bad_replies = read(said, _Reply, _Reply.made)
    return Pushed(reports, replies, bad + bad_replies)


def _is_reply(entry: Any) -> bool:
    return isinstance(entry, dict) and "content" in entry and "biz_id" not in entry
