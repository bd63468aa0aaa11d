"""QuerySendDetails: what the provider has of the SMS to one number (help.aliyun.com document 55289)."""

from collections.abc import Mapping
from typing import Any

from bot.sandbox.sms_config import SmsAccount
from bot.sandbox.sms_errors import SmsError
from bot.sandbox.sms_world import CHINA, Sms
from bot.sandbox.world import World

MOST_ON_A_PAGE = 50
TIME = "%Y-%m-%d %H:%M:%S"
WAITING, FAILED, ARRIVED = 1, 2, 3


def details_of(
    world: World, account: SmsAccount, query: Mapping[str, str]
) -> tuple[list[dict[str, Any]], int]:
    """One page, newest first, and how many there are in all. Raises `SmsError`."""
    if world.faults.sms.details_code:
        raise SmsError(world.faults.sms.details_code)
    number, day = query.get("PhoneNumber", ""), query.get("SendDate", "")
    size, page = _number(query, "PageSize"), _number(query, "CurrentPage")
    if not number or len(day) != len("20260102") or not 1 <= size <= MOST_ON_A_PAGE or page < 1:
        raise SmsError("isv.INVALID_PARAMETERS", "参数异常")
    found = [
        sms
        for sms in reversed(world.sms.messages)
        if (sms.access_key_id, sms.number) == (account.access_key_id, number)
        and f"{sms.at.astimezone(CHINA):%Y%m%d}" == day
        and query.get("BizId", sms.biz_id) == sms.biz_id
    ]
    return [_detail(world, sms) for sms in found[(page - 1) * size : page * size]], len(found)


def _detail(world: World, sms: Sms) -> dict[str, Any]:
    code = "DELIVERED" if sms.arrived else world.faults.sms.undelivered_code
    return {
        "PhoneNum": sms.number,
        "SendStatus": WAITING if sms.report is None else ARRIVED if sms.arrived else FAILED,
        "ErrCode": code if sms.report else "",
        "TemplateCode": sms.template,
        "Content": sms.text,
        "SendDate": sms.at.astimezone(CHINA).strftime(TIME),
        "ReceiveDate": sms.report.entry["report_time"] if sms.report else "",
        "OutId": sms.out_id,
    }


def _number(query: Mapping[str, str], name: str) -> int:
    given = query.get(name, "")
    return int(given) if given.isascii() and given.isdecimal() else 0
