"""Callbacks of calls as Tencent Cloud documents them."""

from datetime import UTC, datetime

import pytest

from notifier.providers.pushes import PushUnreadable
from notifier.providers.tencent_voice.reports import parse_reports

END = b"""{"voiceprompt_callback": {"result": "0", "accept_time": "1470197211", "call_from": "", "callid": "c1",
  "end_calltime": "1470197221", "fee": "1", "mobile": "13000000000", "nationcode": "86",
  "start_calltime": "1470197196"}}"""
KEY = b"""{"voicekey_callback": {"call_from": "", "callid": "c1", "keypress": "2", "mobile": "13000000000",
  "nationcode": "86"}}"""
FAILURE = """{"voice_failure_callback": {"callid": "c1", "failure_code": 8, "failure_reason": "空号",
  "mobile": "13000000000", "nationcode": "86"}}""".encode()


def test_end_says_whether_somebody_listened_and_until_when() -> None:
    (event,) = parse_reports(END).events
    assert (event.answered, event.call_id, event.number) == (True, "c1", "13000000000")
    assert event.at == datetime.fromtimestamp(1470197221, UTC)
    (missed,) = parse_reports(END.replace(b'"result": "0"', b'"result": "1"')).events
    assert (missed.answered, missed.code) == (False, "result 1")


@pytest.mark.parametrize("result", [b'"3"', b'"x"', b"null", b'""'])
def test_result_that_is_not_documented_says_neither(result: bytes) -> None:
    (event,) = parse_reports(END.replace(b'"result": "0"', b'"result": ' + result)).events
    assert event.answered is None


@pytest.mark.parametrize("time", [b'""', b'"soon"', b"null", b"0"])
def test_end_without_a_readable_time_keeps_its_result(time: bytes) -> None:
    (event,) = parse_reports(END.replace(b'"1470197221"', time)).events
    assert (event.answered, event.at) == (True, None)


def test_key_is_read() -> None:
    (event,) = parse_reports(KEY).events
    assert (event.answered, event.keys, event.at) == (True, "2", None)


def test_failure_is_kept_in_the_providers_words() -> None:
    (event,) = parse_reports(FAILURE).events
    assert (event.answered, event.code) == (False, "failure 8 空号")


def test_callback_of_something_else_tells_nothing() -> None:
    assert parse_reports(b'{"voicecode_callback": {"callid": "x"}}').events == []


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b'{"voicekey_callback": {"callid": "x"}}'])
def test_what_cannot_be_read_is_refused(body: bytes) -> None:
    with pytest.raises(PushUnreadable):
        parse_reports(body)
