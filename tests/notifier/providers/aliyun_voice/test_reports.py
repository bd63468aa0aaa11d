"""Reports of calls as Aliyun documents them."""

from datetime import UTC, datetime

import pytest

from notifier.providers.aliyun_voice.reports import parse_reports
from notifier.providers.pushes import PushUnreadable

PRESSED = b"""[{"status_code": "300000", "smart_status_code": "ANSWERED", "dtmf": "1",
  "status_time": "2023-03-06 16:21:12", "out_id": "y4-1", "call_id": "1^2"}]"""
MISSED = b"""[{"status_code": "200003", "callee": "13000000000", "ring_time": "2021-04-28 10:02:40", "duration": "0",
  "originate_time": "2021-04-28 10:02:34", "b_start_time": "", "end_time": "2021-04-28 10:03:40",
  "call_id": "3^4", "out_id": "y5-1", "toll_type": "LOCAL"}]"""


def test_key_is_read_with_its_time() -> None:
    (event,) = parse_reports(PRESSED).events
    assert (event.answered, event.keys, event.out_id, event.call_id) == (True, "1", "y4-1", "1^2")
    assert event.at == datetime(2023, 3, 6, 8, 21, 12, tzinfo=UTC)


def test_call_that_was_missed_was_not_answered() -> None:
    (event,) = parse_reports(MISSED).events
    assert (event.answered, event.code, event.number) == (False, "200003", "13000000000")


@pytest.mark.parametrize(("code", "answered"), [("200000", True), ("200001", True), ("200010", False)])
def test_end_of_a_call_says_whether_somebody_listened(code: str, answered: bool) -> None:
    (event,) = parse_reports(MISSED.replace(b"200003", code.encode())).events
    assert event.answered is answered


@pytest.mark.parametrize("code", ["200099", "200500", "新状态", "", "300001"])
def test_state_that_is_not_documented_says_neither(code: str) -> None:
    (event,) = parse_reports(MISSED.replace(b"200003", code.encode())).events
    assert (event.answered, event.code) == (None, code)


@pytest.mark.parametrize("time", ["", "yesterday", "2021-13-28 10:03:40"])
def test_call_that_ended_nobody_knows_when_keeps_its_state(time: str) -> None:
    told = MISSED.replace(b"2021-04-28 10:03:40", time.encode()).replace(b"2021-04-28 10:02:34", b"")
    (event,) = parse_reports(told).events
    assert (event.answered, event.at) == (False, None)


def test_progress_of_a_call_is_no_event_yet() -> None:
    assert parse_reports(MISSED.replace(b"200003", b"200101")).events == []


def test_unreadable_entry_does_not_hide_the_others() -> None:
    pushed = parse_reports(b'[1, {}, {"call_id": "1", "status_code": {}}, ' + PRESSED[1:])
    assert pushed.events[0].answered is None
    assert (len(pushed.events), pushed.unreadable) == (2, 2)


@pytest.mark.parametrize("body", [b"", b"{}", b"[" * 50_000, b"\xff"])
def test_what_is_no_list_is_refused(body: bytes) -> None:
    with pytest.raises(PushUnreadable):
        parse_reports(body)
