import json
from datetime import datetime
from typing import Any

import pytest

from notifier.providers.aliyun_sms.reports import ReportsUnreadable, parse_reports
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
    (report,), unreadable = parse_reports(body(DOCUMENTED))
    assert unreadable == 0
    assert (report.biz_id, report.out_id, report.success, report.err_code) == (
        "12345",
        "67890",
        True,
        "DELIVERED",
    )
    assert report.report_time == datetime(2017, 1, 1, tzinfo=SHANGHAI)


def test_unreadable_entries_do_not_hide_the_others() -> None:
    late = DOCUMENTED | {"report_time": "yesterday"}
    nobody = DOCUMENTED | {"out_id": None}
    reports, unreadable = parse_reports(body(late, DOCUMENTED, nobody, 7, {"out_id": "x\x00y"}))
    assert (len(reports), unreadable) == (1, 4)


@pytest.mark.parametrize("broken", [b"", b"{", b"{}", b'"x"', b"\xff", b"[" * 100_000])
def test_what_is_no_list_is_refused(broken: bytes) -> None:
    with pytest.raises(ReportsUnreadable):
        parse_reports(broken)


def test_long_or_strange_codes_are_kept_within_the_column() -> None:
    (report,), _ = parse_reports(body(DOCUMENTED | {"err_code": "X\x00" * 90}))
    assert len(report.err_code) == 64
    assert "\x00" not in report.err_code
