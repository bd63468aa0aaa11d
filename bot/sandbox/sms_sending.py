"""SendSms as the provider judges it: numbers, signature, template, variables, and how often.

Rules: help.aliyun.com documents 101346 (codes), 463270 and 3041859 (templates and variables), 44335 (flow).
"""

import json
import re
from collections.abc import Mapping

from bot.sandbox.sms_config import VARIABLE_LENGTH, SmsAccount, SmsTemplate
from bot.sandbox.sms_errors import SmsError
from bot.sandbox.sms_world import Sms
from bot.sandbox.world import World

MOST_NUMBERS, MOST_LETTERS, MOST_OUT_ID = 1000, 500, 256
ONE_PART, EACH_PART = 70, 67
NUMBER = re.compile(r"(?:\+86|0086|86)?(1[3-9]\d{9})", re.ASCII)
_EXTEND = re.compile(r"[0-9]{1,10}")
URL = re.compile(r"\w+://|www\.|[a-z0-9-]+\.(?:com|cn|net|org|example)\b", re.IGNORECASE | re.ASCII)


def send(world: World, account: SmsAccount, query: Mapping[str, str]) -> list[Sms]:
    """The accepted SMS, one a number, kept in the world; raises `SmsError`."""
    numbers = _numbers(query.get("PhoneNumbers", ""))
    sign, code, out_id = (query.get(name, "") for name in ("SignName", "TemplateCode", "OutId"))
    if sign not in account.signs:
        raise SmsError("isv.SMS_SIGNATURE_ILLEGAL", "该账号下找不到对应签名")
    template = account.templates.get(code)
    if template is None:
        raise SmsError("isv.SMS_TEMPLATE_ILLEGAL", "该账号下找不到对应模板")
    text = f"【{sign}】" + template.filled(_values(template, query.get("TemplateParam", "{}")))
    extend = query.get("SmsUpExtendCode", "")
    if extend and not _EXTEND.fullmatch(extend):
        raise SmsError("isv.EXTEND_CODE_ERROR", "扩展码使用错误")
    if len(text) > MOST_LETTERS or len(out_id.encode()) > MOST_OUT_ID:
        raise SmsError("isv.INVALID_PARAMETERS", "参数异常")
    for number in numbers:
        full = world.sms.full(account, sign, code, number)
        if full:
            raise SmsError("isv.BUSINESS_LIMIT_CONTROL", full)
    biz_id = f"{world.rng.randrange(10**17, 10**18)}^0"
    accepted = [
        Sms(
            id=world.next_id(),
            at=world.now(),
            access_key_id=account.access_key_id,
            number=number,
            sign=sign,
            template=code,
            text=text,
            segments=parts_of(text),
            out_id=out_id,
            biz_id=biz_id,
            arrived=number not in world.faults.sms.undelivered,
            extend_code=extend,
        )
        for number in numbers
    ]
    world.sms.messages.extend(accepted)
    return accepted


def parts_of(text: str) -> int:
    """How many parts a text is sent in; letters are counted in UTF-16."""
    letters = len(text.encode("utf-16-be")) // 2
    return 1 if letters <= ONE_PART else -(-letters // EACH_PART)


def _numbers(listed: str) -> list[str]:
    found = [NUMBER.fullmatch(number) for number in listed.split(",")]
    if len(found) > MOST_NUMBERS:
        raise SmsError("isv.MOBILE_COUNT_OVER_LIMIT", "手机号码数量超过限制")
    if not all(found):
        raise SmsError("isv.MOBILE_NUMBER_ILLEGAL", "非法手机号")
    return [number[1] for number in found if number]


def _values(template: SmsTemplate, given: str) -> dict[str, str]:
    try:
        values = json.loads(given)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise SmsError("isv.INVALID_JSON_PARAM", "参数格式错误")
    for name in template.variables:
        _check_value(values.get(name, ""), template.lengths.get(name, VARIABLE_LENGTH))
    return values


def _check_value(value: str, length: int) -> None:
    if not value:
        raise SmsError("isv.TEMPLATE_MISSING_PARAMETERS", "模板缺少变量")
    if len(value.encode("utf-16-be")) // 2 > length:
        raise SmsError("isv.PARAM_LENGTH_LIMIT", "参数超出长度限制")
    if URL.search(value):
        raise SmsError("isv.PARAM_NOT_SUPPORT_URL", "变量不支持传入URL")
    if "【" in value or "】" in value:
        raise SmsError("isv.INVALID_PARAMETERS", "参数异常")
