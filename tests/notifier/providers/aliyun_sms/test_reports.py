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
    nameless = {name: value for name, value in DOCUMENTED.items() if name != "biz_id"}
    pushed = parse(body(nameless, DOCUMENTED, DOCUMENTED | {"biz_id": []}, 7, {"out_id": "x\x00y"}))
    assert (len(pushed.reports), pushed.unreadable) == (1, 4)


@pytest.mark.parametrize(
    "time",
    [
        *(
            "yesterday",
            "",
            None,
            0,
            True,
            {},
            [],
            "2017-13-01 00:00:00",
            "2017-02-30 00:00:00",
            "24:00:00",
            "2017-01-01",
        ),
        *("0000-00-00 00:00:00", "1e400", -1, "١٧٠٠٠٠٠٠٠٠", "99999999999999999999"),
    ],
)
def test_a_report_whose_time_cannot_be_read_keeps_what_it_says(time: Any) -> None:
    pushed = parse(body(DOCUMENTED | {"report_time": time}))
    assert [(report.delivered, report.at) for report in pushed.reports] == [(True, None)]
    del (untimed := dict(DOCUMENTED))["report_time"]
    assert parse(body(untimed | {"success": False})).reports[0].delivered is False


@pytest.mark.parametrize(
    "time",
    [
        *(
            "2017-01-01 00:00:00",
            "2017-1-1 0:00:00",
            "2017-01-01T00:00:00",
            "2017/01/01 00:00:00",
            " 2017-01-01 00:00:00 ",
        ),
        *(
            "2017-01-01T00:00:00+08:00",
            "2016-12-31T16:00:00Z",
            "2017-01-01 00:00:00.000",
            1483200000,
            "1483200000",
        ),
        *("1483200000000", " 2017-01-01 00:00:00 "),
    ],
)
def test_times_are_read_as_providers_write_them(time: Any) -> None:
    (report,) = parse(body(DOCUMENTED | {"report_time": time})).reports
    assert report.at == datetime(2017, 1, 1, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("success", "delivered"),
    [
        *(
            (True, True),
            (False, False),
            ("true", True),
            ("False", False),
            (1, True),
            ("0", False),
            (None, None),
        ),
        *(
            ("", None),
            ("maybe", None),
            (2, None),
            ([], None),
            ({}, None),
            ("UNKNOWN", None),
            ("success", None),
        ),
    ],
)
def test_what_says_neither_is_neither(success: Any, delivered: bool | None) -> None:
    (report,) = parse(body(DOCUMENTED | {"success": success})).reports
    assert report.delivered is delivered


@pytest.mark.parametrize("words", ["收到 ", " 1\n", "１。", "a\u200bb", "👌🏻", "T\tD", "收到\r\n马上到"])
def test_words_of_a_reply_are_kept_as_they_were_sent(words: str) -> None:
    said = {
        "phone_number": "13800000001",
        "content": words,
        "sequence_id": 7,
        "send_time": "2017-01-01 00:00:00",
    }
    (reply,) = parse(body(said)).replies
    assert (reply.words, reply.said_at) == (words, datetime(2017, 1, 1, tzinfo=SHANGHAI))


@pytest.mark.parametrize(
    ("sent", "kept"), [("\ud83d\udc4c", "👌"), ("\ud83d1", "\ufffd1"), ("1\x00", "1\ufffd")]
)
def test_half_a_character_hides_no_reply(sent: str, kept: str) -> None:
    (reply,) = parse(body({"phone_number": "13800000001", "content": sent, "sequence_id": 7})).replies
    assert (reply.words, reply.said_at) == (kept, None)


def test_one_report_by_itself_is_as_good_as_a_list_of_one() -> None:
    assert parse(json.dumps(DOCUMENTED).encode()) == parse(body(DOCUMENTED))


@pytest.mark.parametrize("broken", [b"", b"{", b"{}", b'"x"', b"\xff", b"[" * 100_000])
def test_what_is_no_list_is_refused(broken: bytes) -> None:
    with pytest.raises(PushUnreadable):
        parse(broken)


def test_long_or_strange_codes_are_kept_within_the_column() -> None:
    (report,) = parse(body(DOCUMENTED | {"err_code": "X\x00" * 90})).reports
    assert len(report.code) == 64
    assert "\x00" not in report.code


@pytest.mark.parametrize("code", [None, {}, [], {"a": 1}, True, 1.5, ""])
def test_word_of_the_provider_that_is_none_loses_no_report(code: Any) -> None:
    (report,) = parse(body(DOCUMENTED | {"err_code": code})).reports
    assert (report.delivered, report.code) == (True, "")


@pytest.mark.parametrize("size", ["9" * 5000, "", "x", -1, 0, 1000, None, {}])
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
        " 1\n",
    )
    assert (len(pushed.reports), pushed.unreadable) == (1, 1)
