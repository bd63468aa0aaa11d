"""Reports of calls as Aliyun pushes them: VoiceCallReport while it lasts, VoiceReport when it is over.

Sources: help.aliyun.com documents zh/vms/voicereport-6, zh/vms/voicecallreport-6, and the list of call states.
Both come as lists, to the same address or to two, in any order.
"""

import json
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from notifier.providers.calls import CallEvent, Pushed
from notifier.providers.pushes import Code, Id, PushUnreadable, china_time, read

# An answer with another HTTP status than 200 has the push repeated after 1, 5 and 10 minutes.
ACKNOWLEDGED = json.dumps({"code": 0, "msg": "接收成功"}, ensure_ascii=False)
KEY_PRESSED = "300000"
# Listened to the end; hung up early; pressed no key in time; over after both were connected.
ANSWERED = frozenset({"200000", "200001", "200008", "200100"})
# Connecting, ringing, speaking.
UNDER_WAY = frozenset({"200101", "200102", "200103"})


class _Entry(BaseModel):
    """Times are China's, and which of them are there depends on how far the call came."""

    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)

    call_id: Id
    status_code: Code
    out_id: Id = ""
    callee: Id = ""
    dtmf: Code = ""
    status_time: Code = ""
    end_time: Code = ""
    originate_time: Code = ""

    def at(self) -> datetime | None:
        """When it was so."""
        return _instant(self.status_time or self.end_time or self.originate_time)


def parse_reports(body: bytes) -> Pushed:
    """What one push told. Raises `PushUnreadable`."""
    try:
        entries = json.loads(body)
    except (ValueError, RecursionError):
        raise PushUnreadable("not JSON") from None
    if not isinstance(entries, list):
        raise PushUnreadable("not a list")
    events, unreadable = read(entries, _Entry, _event)
    return Pushed([event for event in events if event.code not in UNDER_WAY], unreadable)


def _event(entry: _Entry) -> CallEvent:
    pressed = entry.status_code == KEY_PRESSED
    return CallEvent(
        entry.call_id,
        answered=pressed or entry.status_code in ANSWERED,
        code=entry.status_code,
        out_id=entry.out_id,
        number=entry.callee,
        keys=entry.dtmf,
        at=entry.at(),
    )


def _instant(text: str) -> datetime | None:
    try:
        return china_time(text)
    except ValueError:
        return None
