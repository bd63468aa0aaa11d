import json
from datetime import datetime
from typing import Any

import pytest

from notifier.providers.pushes import PushUnreadable
from notifier.providers.tencent_sms.reports import parse
from storage.clock import SHANGHAI

# As the vendor's documentation shows them.
REPORT = {
    "user_receive_time": "2015-10-17 08:03:04",
    "nationcode": "86",
    "mobile": "13800000001",
    "report_status": "SUCCESS",
    "errmsg": "DELIVRD",
    "description": "用户短信送达成功",
    "sid": "5000:1045710669157053657849499619",
}
REPLY = {
    "extend": "01",
    "mobile": "13800000001",
    "nationcode": "86",
    "sign": "x",
    "text": "收到",
    "time": 1457336869,
}


def body(told: Any) -> bytes:
    return json.dumps(told).encode()


def test_documented_reports_are_read_with_their_time_in_china() -> None:
    pushed = parse(body([REPORT, REPORT | {"report_status": "FAIL"}, {"sid": 1}, None]))
    assert [report.delivered for report in pushed.reports] == [True, False]
    assert pushed.reports[0].at == datetime(2015, 10, 17, 8, 3, 4, tzinfo=SHANGHAI)
    assert (pushed.reports[0].provider_id, pushed.unreadable) == (REPORT["sid"], 2)


@pytest.mark.parametrize("status", ["UNKNOWN", "PENDING", "", None, "SUCCESSFUL", "0", 1, "成功"])
def test_status_that_is_not_documented_is_neither_and_kept(status: Any) -> None:
    (report,) = parse(body([REPORT | {"report_status": status, "errmsg": "X:1"}])).reports
    assert (report.delivered, report.code) == (None, f"{status or ''} X:1".strip())


@pytest.mark.parametrize("status", ["SUCCESS", "success", "Success"])
def test_case_of_a_status_says_nothing(status: str) -> None:
    assert parse(body([REPORT | {"report_status": status}])).reports[0].delivered is True


@pytest.mark.parametrize("time", [None, "", "n/a", "2015-17-10 08:03:04", 0])
def test_report_without_a_readable_time_keeps_its_status(time: Any) -> None:
    for status, delivered in (("SUCCESS", True), ("FAIL", False)):
        (report,) = parse(body([REPORT | {"user_receive_time": time, "report_status": status}])).reports
        assert (report.delivered, report.at) == (delivered, None)


def test_one_report_by_itself_is_no_reply() -> None:
    assert parse(body(REPORT)) == parse(body([REPORT]))


@pytest.mark.parametrize("time", [None, "", "x", {}])
def test_reply_without_a_time_is_a_reply(time: Any) -> None:
    pushed = parse(body(REPLY | {"time": time}))
    assert [(reply.words, reply.said_at) for reply in pushed.replies] == [("收到", None)][
        : 1 - pushed.unreadable
    ]
    assert pushed.unreadable == isinstance(time, dict)


def test_a_hundred_reports_come_in_one_push() -> None:
    assert len(parse(body([REPORT | {"sid": str(n)} for n in range(100)])).reports) == 100


def test_documented_reply_is_known_again_when_it_is_pushed_again() -> None:
    (reply,), (again,) = parse(body(REPLY)).replies, parse(body(REPLY)).replies
    (other,) = parse(body(REPLY | {"time": 1457336870})).replies
    assert (reply.number, reply.extend, reply.words) == ("13800000001", "01", "收到")
    assert reply.key == again.key != other.key
    assert reply.said_at == datetime(2016, 3, 7, 15, 47, 49, tzinfo=SHANGHAI)


@pytest.mark.parametrize("broken", [b"", b"{", b'"x"', b"7", b"\xff", b"[" * 100_000])
def test_what_is_neither_is_refused(broken: bytes) -> None:
    with pytest.raises(PushUnreadable):
        parse(broken)
