"""Reports of calls as Aliyun pushes them: VoiceCallReport while it lasts, VoiceReport when it is over.

Sources: help.aliyun.com documents zh/vms/voicereport-6, zh/vms/voicecallreport-6, and the list of call states (55085).
Both come as lists, to the same address or to two, in any order.
"""

import json
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from notifier.providers.calls import CallEvent, Pushed
from notifier.providers.pushes import Code, Id, MaybeTime, PushUnreadable, read

# An answer with another HTTP status than 200 has the push repeated after 1, 5 and 10 minutes.
ACKNOWLEDGED = json.dumps({"code": 0, "msg": "接收成功"}, ensure_ascii=False)
KEY_PRESSED = "300000"
# Listened to the end; hung up early; pressed no key in time; over after both were connected.
ANSWERED = frozenset({"200000", "200001", "200008", "200100"})
# Engaged, not answered, refused, out of reach, switched off, restricted, or the network's own fault.
NOT_ANSWERED = frozenset(
    {
        *("200002", "200003", "200004", "200005", "200006", "200007", "200010", "200011", "200104", "200105"),
        *("200111", "200112", "200113", "200116", "200117", "200118", "200119", "200120", "200121"),
        *("9996", "999999", "500", "400", "482", "476"),
    }
)
# Connecting, ringing, speaking.
UNDER_WAY = frozenset({"200101", "200102", "200103"})


class _Entry(BaseModel):
    """Times are China's, and which of them are there depends on how far the call came."""

    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)

    call_id: Id
    status_code: Code = ""
    out_id: Id = ""
    callee: Id = ""
    dtmf: Code = ""
    status_time: MaybeTime = None
    end_time: MaybeTime = None
    originate_time: MaybeTime = None

    def at(self) -> datetime | None:
        """When it was so."""
        return self.status_time or self.end_time or self.originate_time

    def answered(self) -> bool | None:
        if self.status_code == KEY_PRESSED or self.status_code in ANSWERED:
            return True
        return False if self.status_code in NOT_ANSWERED else None


def parse_reports(body: bytes) -> Pushed:
    """What one push told. Raises `PushUnreadable`."""
    try:
        entries = json.loads(body)
    except (ValueError, RecursionError):
        raise PushUnreadable("not JSON") from None
    if isinstance(entries, dict) and "call_id" in entries:
        entries = [entries]
    if not isinstance(entries, list):
        raise PushUnreadable("not a list")
    events, unreadable = read(entries, _Entry, _event)
    return Pushed([event for event in events if event.code not in UNDER_WAY], unreadable)


def _event(entry: _Entry) -> CallEvent:
    return CallEvent(
        entry.call_id,
        answered=entry.answered(),
        code=entry.status_code,
        out_id=entry.out_id,
        number=entry.callee,
        keys=entry.dtmf,
        at=entry.at(),
    )
