"""Callbacks of calls as Tencent Cloud pushes them: the end of a call, a key, and why one failed.

Sources: cloud.tencent.com documents 1128/51535 (end), 1128/51536 (key), api/1128/37727 (failure). They come one by
one, in any order, and none of them repeats what the caller had given along: only the call's id and the number.
"""

import json

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from notifier.providers.calls import CallEvent, Pushed
from notifier.providers.pushes import Code, Id, MaybeTime, PushUnreadable

ACKNOWLEDGED = json.dumps({"result": 0, "errmsg": "OK"})
_RESULTS = {"0": True, "1": False, "2": False}  # answered, not answered, an error


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)

    call_id: Id = Field(alias="callid")
    number: Id = Field(default="", alias="mobile")


class _End(_Told):
    result: Code = ""
    end_time: MaybeTime = Field(default=None, alias="end_calltime")


class _Key(_Told):
    keypress: Code


class _Failure(_Told):
    failure_code: Code = ""
    failure_reason: Code = ""


class _Push(BaseModel):
    model_config = ConfigDict(frozen=True)

    end: _End | None = Field(default=None, alias="voiceprompt_callback")
    key: _Key | None = Field(default=None, alias="voicekey_callback")
    failure: _Failure | None = Field(default=None, alias="voice_failure_callback")


def parse_reports(body: bytes) -> Pushed:
    """What one push told. Raises `PushUnreadable`."""
    try:
        push = _Push.model_validate_json(body)
    except ValidationError:
        raise PushUnreadable("not a callback of a call") from None
    return Pushed(_events(push))


def _events(push: _Push) -> list[CallEvent]:
    events = []
    if push.end:
        told = push.end
        answered, code = _RESULTS.get(told.result), f"result {told.result}"
        events.append(
            CallEvent(told.call_id, answered=answered, code=code, number=told.number, at=told.end_time)
        )
    if push.failure:
        why = push.failure
        code = f"failure {why.failure_code} {why.failure_reason}".strip()
        events.append(CallEvent(why.call_id, answered=False, code=code, number=why.number))
    if push.key:
        key = push.key
        events.append(CallEvent(key.call_id, answered=True, code="key", number=key.number, keys=key.keypress))
    return events
