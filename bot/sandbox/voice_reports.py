"""What providers report of calls: a key while the call lasts, and how it ended.

Rules: help.aliyun.com documents zh/vms/voicecallreport-6, zh/vms/voicereport-6 and the list of call states;
cloud.tencent.com documents 1128/51535, 1128/51536, api/1128/37727, and its list of failures.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from bot.sandbox.pushes import ALIYUN, TENCENT, Manner, Pusher
from bot.sandbox.reports import Report
from bot.sandbox.sms_reports import TIME
from bot.sandbox.sms_world import CHINA
from bot.sandbox.voice_world import Call
from bot.sandbox.world import World

Json = dict[str, Any]
MANNERS: dict[str, Manner] = {"aliyun": ALIYUN, "tencent": TENCENT}
# What the vendors call an end: a state of Aliyun's, a result and a failure of Tencent Cloud's.
ALIYUN_ENDS = {
    "answered": ("200000", "用户听完语音"),
    "declined": ("200005", "被叫用户无法接通"),
    "unanswered": ("200003", "用户收到呼叫但未接听"),
    "engaged": ("200002", "用户占线"),
    "off": ("200010", "关机"),
}
TENCENT_ENDS = {
    "answered": ("0", 0, ""),
    "declined": ("1", 10, "用户正忙"),
    "unanswered": ("1", 5, "无人接听"),
    "engaged": ("1", 2, "通话中"),
    "off": ("2", 1, "关机"),
}


class VoiceReports:
    """Pushes what becomes of each call."""

    def __init__(self, world: World, pusher: Pusher) -> None:
        self._world = world
        self._pusher = pusher

    def key(self, call: Call, key: str) -> None:
        """A key was pressed just now."""
        self._push(call, [_aliyun_key(call, key, self._world.now())], [_tencent_key(call, key)])

    def end(self, call: Call) -> None:
        """The call is over."""
        self._push(call, [_aliyun_end(call)], _tencent_end(call))

    def _push(self, call: Call, aliyun: Iterable[Json], tencent: Iterable[Json]) -> None:
        faults, account = self._world.faults.voice, call.account
        if account.report_url is None or faults.no_reports:
            return
        for entry in aliyun if account.vendor == "aliyun" else tencent:
            for _ in range(2 if faults.twice else 1):
                report = Report(entry)
                call.reports.append(report)
                self._pusher.tell(_made(report), account.report_url, MANNERS[account.vendor])


def _made(report: Report) -> Callable[[], Report]:
    return lambda: report


def _aliyun_key(call: Call, key: str, now: datetime) -> Json:
    told = {"status_code": "300000", "smart_status_code": "ANSWERED", "dtmf": key, "status_time": _china(now)}
    return told | {"out_id": call.out_id, "call_id": call.call_id}


def _aliyun_end(call: Call) -> Json:
    code, words = ALIYUN_ENDS[call.outcome]
    told = {
        "status_code": code,
        "callee": call.number,
        "caller": call.caller,
        "originate_time": _china(call.at),
        "ring_time": "" if call.outcome == "off" else _china(call.at),
        "b_start_time": _china(call.answered_at),
        "end_time": _china(call.ended_at),
        "duration": str(_lasted_s(call)),
        "voice_type": "voice",
        "status_msg": words,
        "out_id": call.out_id,
        "call_id": call.call_id,
        "toll_type": "LOCAL",
    }
    return told | ({"dtmf": call.keys} if call.keys else {})


def _tencent_key(call: Call, key: str) -> Json:
    return {"voicekey_callback": _tencent_call(call) | {"keypress": key}}


def _tencent_end(call: Call) -> list[Json]:
    result, failure, words = TENCENT_ENDS[call.outcome]
    end = _tencent_call(call) | {
        "result": result,
        "accept_time": _seconds(call.answered_at),
        "start_calltime": _seconds(call.at),
        "end_calltime": _seconds(call.ended_at),
        "fee": str(-(-_lasted_s(call) // 60)),
    }
    told = [{"voiceprompt_callback": end}]
    if failure:
        why = {"failure_code": failure, "failure_reason": words}
        told.append({"voice_failure_callback": _tencent_call(call) | why})
    return told


def _tencent_call(call: Call) -> Json:
    return {"call_from": call.caller, "callid": call.call_id, "mobile": call.number, "nationcode": "86"}


def _lasted_s(call: Call) -> int:
    if call.answered_at is None or call.ended_at is None:
        return 0
    return int((call.ended_at - call.answered_at).total_seconds())


def _china(at: datetime | None) -> str:
    return at.astimezone(CHINA).strftime(TIME) if at else ""


def _seconds(at: datetime | None) -> str:
    return str(int(at.timestamp())) if at else ""
