import json
from datetime import datetime
from typing import Any

import pytest

from notifier.providers.aliyun_sms.reports import parse
from notifier.providers.pushes import PushUnreadable
from storage.clock import SHANGHAI

# As the vendor's documentation shows it.
DOCUMENTED = {
    "phone_number": "1381111****",
    "send_time": "2017-01-01 00:00:00",
    "report_time": "2017-01-01 00:00:00",
    "success": True,
    "err_code": "DELIVERED",
    "err_msg": "用户接收成功",
    "sms_size": "1",
    "biz_id": "12345",
    "out_id": "67890",
}


def body(*entries: Any) -> bytes:
    return json.dumps(entries).encode()


def test_documented_report_is_read_with_its_time_in_china() -> None:
    pushed = parse(body(DOCUMENTED))
    (report,) = pushed.reports
    assert (pushed.unreadable, report.parts) == (0, 1)
    assert (report.provider_id, report.unique_id, report.delivered, report.code) == (
        "12345",
        "67890",
        True,
        "DELIVERED",
    )
    assert report.at == datetime(2017, 1, 1, tzinfo=SHANGHAI)


def test_what_the_provider_does_not_know_may_be_null() -> None:
    pushed = parse(body(DOCUMENTED | {"out_id": None, "err_code": None, "sms_size": None}))
    assert pushed.unreadable == 0
    assert (pushed.reports[0].unique_id, pushed.reports[0].code) == ("", "")


def test_reply_counts_whatever_stands_around_the_digits_it_was_sent_to() -> None:
    said = {"phone_number": "13800000001", "content": "1", "sequence_id": 7, "dest_code": "1069-0000 1234"}
    (reply,) = parse(body(said)).replies
    assert (reply.extend, reply.key) == ("106900001234", "7")


def test_unreadable_entries_do_not_hide_the_others() -> None:
    late = DOCUMENTED | {"report_time": "yesterday"}
    nobody = DOCUMENTED | {"success": None}
    pushed = parse(body(late, DOCUMENTED, nobody, 7, {"out_id": "x\x00y"}))
    assert (len(pushed.reports), pushed.unreadable) == (1, 4)


@pytest.mark.parametrize("broken", [b"", b"{", b"{}", b'"x"', b"\xff", b"[" * 100_000])
def test_what_is_no_list_is_refused(broken: bytes) -> None:
    with pytest.raises(PushUnreadable):
        parse(broken)


def test_long_or_strange_codes_are_kept_within_the_column() -> None:
    (report,) = parse(body(DOCUMENTED | {"err_code": "X\x00" * 90})).reports
    assert len(report.code) == 64
    assert "\x00" not in report.code


@pytest.mark.parametrize("size", ["", "x", -1, 0, 1000, None, {}])
def test_count_that_makes_no_sense_is_left_out(size: Any) -> None:
    (report,) = parse(body(DOCUMENTED | {"sms_size": size})).reports
    assert report.parts is None


def test_documented_reply_is_read_beside_a_report() -> None:
    said = {
        "phone_number": "13811110000",
        "content": " 1\n",
        "send_time": "2017-01-01 00:00:00",
        "dest_code": "1234567",
        "sequence_id": 1234567890,
        "sign_name": "x",
    }
    pushed = parse(body(DOCUMENTED, said, said | {"sequence_id": ""}))
    (reply,) = pushed.replies
    assert (reply.key, reply.number, reply.extend, reply.words) == (
        "1234567890",
        "13811110000",
        "1234567",
        "1",
    )
    assert (len(pushed.reports), pushed.unreadable) == (1, 1)
