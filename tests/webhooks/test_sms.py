"""The address that takes delivery reports, and what of them counts."""

from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from h5_pages.message_look import steps
from storage import receipts
from storage.access import ledger
from storage.directory import viewer_of
from storage.message_story import story
from storage.paging import Order
from storage.receipts import NOT_KNOWN, UNTIMED, Noted, Receipt
from tests.support.sms import TOKEN
from tests.support.sms_road import ADDRESS, SmsRoad

ACKNOWLEDGED = (200, '{"code": 0, "msg": "接收成功"}')


async def sent(road: SmsRoad) -> dict[str, Any]:
    """A report of an SMS to the head, as the provider would push it now."""
    await road.faults(no_reports=True)
    await road.ask_the_head()
    (line,) = await road.ledger()
    known = {"out_id": line["unique_id"], "biz_id": line["provider_id"], "phone_number": "19900000001"}
    return known | {
        "send_time": "2026-03-02 09:00:00",
        "report_time": "2026-03-02 09:00:05",
        "success": True,
        "err_code": "DELIVERED",
        "sms_size": "1",
    }


async def told(road: SmsRoad) -> tuple[str, str, bool]:
    (line, *_) = await road.ledger()
    return line["state"], line["receipt"], line["received_at"] is not None


async def test_answer_is_what_the_provider_waits_for(road: SmsRoad) -> None:
    assert await road.push([await sent(road)]) == ACKNOWLEDGED
    assert await told(road) == ("accepted", "DELIVERED", True)


async def shown(road: SmsRoad) -> tuple[str, str]:
    """The outcome in the head's list of messages, and the details of the message's way."""
    async with road.db.connection() as connection:
        viewer = await viewer_of(connection, road.world.head, road.clock.now())
        way = await story(connection, (await road.ledger())[0]["message"])
    assert viewer is not None
    assert way is not None
    (line,) = (await ledger.listed(road.db, viewer, (), ledger.Wanted(), Order("at"))).rows
    return line.outcome, "\n".join(step.detail for step in steps(way, str))


async def test_what_the_report_leaves_open_is_shown(road: SmsRoad) -> None:
    report = await sent(road) | {"report_time": None}
    await road.push([report | {"success": None, "err_code": "新状态"}])
    outcome, details = await shown(road)
    assert (outcome, NOT_KNOWN in details, "新状态" in details) == ("unknown", True, True)
    await road.push([report])
    outcome, details = await shown(road)
    assert (outcome, f"DELIVERED · {UNTIMED}" in details) == ("delivered", True)


async def test_report_that_comes_twice_changes_nothing(road: SmsRoad) -> None:
    report = await sent(road)
    failed = report | {"success": False, "err_code": "IS_CLOSED"}
    assert await road.push([report, report, failed]) == ACKNOWLEDGED
    assert await road.push([report]) == ACKNOWLEDGED
    assert await told(road) == ("accepted", "DELIVERED", True)


@pytest.mark.parametrize("order", [1, -1])
async def test_latest_report_counts_whichever_comes_last(road: SmsRoad, order: int) -> None:
    report = await sent(road)
    early = report | {"success": False, "err_code": "RETRYING", "report_time": "2026-03-02 09:00:01"}
    assert await road.push([early, report][::order]) == ACKNOWLEDGED
    assert await told(road) == ("accepted", "DELIVERED", True)
    (line,) = await road.ledger()
    assert line["message_state"] == "sent"


async def test_later_failure_takes_the_delivery_back(road: SmsRoad) -> None:
    report = await sent(road)
    late = report | {"success": False, "err_code": "IS_CLOSED", "report_time": "2026-03-02 09:09:00"}
    assert await road.push([late, report]) == ACKNOWLEDGED
    assert await told(road) == ("refused", "IS_CLOSED", False)


async def test_code_that_nobody_knows_is_kept_as_it_is(road: SmsRoad) -> None:
    assert await road.push([await sent(road) | {"err_code": "新代码:0X7"}]) == ACKNOWLEDGED
    assert await told(road) == ("accepted", "新代码:0X7", True)


async def test_report_of_what_we_did_not_send_is_acknowledged_and_ignored(road: SmsRoad) -> None:
    report = await sent(road)
    assert await road.push([report | {"biz_id": "1^0"}, report | {"out_id": "y99-1"}]) == ACKNOWLEDGED
    assert await told(road) == ("accepted", "", False)


async def test_unreadable_entry_does_not_hide_the_others(road: SmsRoad) -> None:
    assert await road.push([{"out_id": 1}, await sent(road), None]) == ACKNOWLEDGED
    assert (await told(road))[2]


@pytest.mark.parametrize("body", [b"", b"{not json", b'{"code": 0}', b"\xff\xfe"])
async def test_broken_json_is_not_acknowledged(road: SmsRoad, body: bytes) -> None:
    assert (await road.push(body))[0] == 400


async def test_body_beyond_the_limit_is_refused(road: SmsRoad) -> None:
    assert (await road.push(b"[" + b" " * (512 * 1024)))[0] == 413


@pytest.mark.parametrize(
    "path",
    [
        ADDRESS + "x",
        ADDRESS[:-1],
        f"/webhooks/aliyun-sms/other/{TOKEN}",
        "/webhooks/aliyun-sms/sms/%E5%AF%86",
    ],
)
async def test_wrong_address_is_as_good_as_none_and_changes_nothing(road: SmsRoad, path: str) -> None:
    assert (await road.push([await sent(road)], path))[0] == 404
    assert not (await told(road))[2]


async def test_address_is_never_logged(road: SmsRoad) -> None:
    with capture_logs() as lines:
        await road.push([await sent(road)])
        await road.push(b"{")
        await road.push([], ADDRESS + "x")
    assert {"push_taken", "push_unreadable"} <= {line["event"] for line in lines}
    assert TOKEN not in str(lines)


async def test_report_without_a_code_is_noted_all_the_same(road: SmsRoad) -> None:
    report = await sent(road) | {"err_code": ""}
    assert await road.push([report, report | {"success": False}]) == ACKNOWLEDGED
    assert await told(road) == ("accepted", "-", True)


async def test_failure_of_a_try_that_is_not_noted_yet_is_wanted_again(road: SmsRoad) -> None:
    report = await sent(road)
    await road.db.execute("UPDATE delivery SET state = 'sending', provider_id = NULL")
    failed = report | {"success": False, "err_code": "IS_CLOSED"}
    assert (await road.push([failed]))[0] == 503
    await road.db.execute("UPDATE delivery SET state = 'accepted', provider_id = $1", report["biz_id"])
    assert await road.push([failed]) == ACKNOWLEDGED
    assert await told(road) == ("refused", "IS_CLOSED", False)


async def test_account_of_another_cannot_note_anything(road: SmsRoad) -> None:
    report = await sent(road)
    receipt = Receipt(report["out_id"], report["biz_id"], True, "DELIVERED", road.clock.now())
    assert await receipts.note(road.db, 999_999, receipt, road.clock.now()) is Noted.UNKNOWN
    assert not (await told(road))[2]


async def test_database_that_is_away_is_not_acknowledged(road: SmsRoad) -> None:
    report = await sent(road)
    road.db.pool.terminate()
    assert (await road.push([report]))[0] == 503


UNREADABLE = ["", None, "yesterday", "2026-02-30 09:00:00", "2999-01-01 00:00:00", "1970-01-01 08:00:00"]


async def marked(road: SmsRoad) -> tuple[bool, bool]:
    (line, *_) = await road.ledger()
    return line["receipt_untimed"], line["receipt_unknown"]


@pytest.mark.parametrize("time", UNREADABLE)
async def test_report_without_a_readable_time_counts_from_when_it_came_and_says_so(
    road: SmsRoad, time: str | None
) -> None:
    assert await road.push([await sent(road) | {"report_time": time}]) == ACKNOWLEDGED
    assert await told(road) == ("accepted", "DELIVERED", True)
    assert await marked(road) == (True, False)
    (line,) = await road.ledger()
    assert line["received_at"] == road.clock.now()


async def test_failure_without_a_time_takes_the_next_way_once_however_often_it_comes(road: SmsRoad) -> None:
    report = await sent(road)
    del report["report_time"]
    failed = report | {"success": False, "err_code": "IS_CLOSED"}
    await road.push([failed])
    assert (await told(road))[0] == "refused"
    timed = report | {"report_time": "2026-03-02 09:00:30"}
    road.clock.forward(timedelta(seconds=40))
    await road.push([timed])
    assert await told(road) == ("accepted", "DELIVERED", True)
    road.clock.forward(timedelta(minutes=1))
    await road.push([failed])
    assert await told(road) == ("accepted", "DELIVERED", True), "the same again is no later report"


async def test_latest_time_counts_also_after_one_without(road: SmsRoad) -> None:
    report = await sent(road)
    untimed = {name: value for name, value in report.items() if name != "report_time"}
    late = report | {"success": False, "err_code": "IS_CLOSED", "report_time": "2026-03-02 09:09:00"}
    assert await road.push([untimed, late]) == ACKNOWLEDGED
    assert await told(road) == ("refused", "IS_CLOSED", False)
    assert await marked(road) == (False, False)


async def test_unknown_status_is_kept_and_neither_delivers_nor_fails(road: SmsRoad) -> None:
    report = await sent(road) | {"success": "maybe", "err_code": "新状态"}
    assert await road.push([report]) == ACKNOWLEDGED
    assert await told(road) == ("accepted", "新状态", False)
    assert await marked(road) == (False, True)
    (line,) = await road.ledger()
    assert (line["message_state"], line["error"]) == ("sent", "")
    assert await road.dispatcher.drain() == 0, "no other way is taken"
    for _ in range(2):
        await road.push([report])
    (note,) = await road.db.fetch("SELECT * FROM routing_note WHERE what = 'receipt'")
    assert (note["code"], note["data"]["delivered"]) == ("新状态", None)


@pytest.mark.parametrize("success", [True, False])
async def test_known_status_counts_whatever_unknown_ones_come_before_or_after(
    road: SmsRoad, success: bool
) -> None:
    known = await sent(road) | {"success": success, "err_code": "KNOWN"}
    unknown = known | {"success": None, "err_code": "新状态", "report_time": "2026-03-02 09:30:00"}
    assert await road.push([unknown, known, unknown | {"err_code": "另一个"}]) == ACKNOWLEDGED
    assert await told(road) == ("accepted" if success else "refused", "KNOWN", success)
    assert await marked(road) == (False, False)
