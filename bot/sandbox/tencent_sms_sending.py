"""SendSms as Tencent Cloud judges it: the call as a whole, then each number by itself.

Rules: cloud.tencent.com documents api/382/55981 (SendSms), 382/39023 (templates), 382/3773 (how often).
"""

from collections.abc import Mapping
from typing import Any

from bot.sandbox.sms_sending import NUMBER, URL, parts_of
from bot.sandbox.sms_world import DAY_S, Sms
from bot.sandbox.tencent_gate import TencentError
from bot.sandbox.tencent_sms_config import TencentSmsApp
from bot.sandbox.world import World

MOST_NUMBERS, MOST_LETTERS, MOST_CONTEXT_BYTES = 200, 500, 511


Json = dict[str, Any]


class NumberRefused(Exception):
    """What one number is refused with, inside of an answer that went well."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(code)
        self.code = code
        self.words = words


def send(world: World, app: TencentSmsApp, asked: Mapping[str, Any]) -> tuple[list[Json], list[Sms]]:
    """The status of each number, and the accepted SMS, kept in the world. Raises `TencentError`."""
    numbers = asked.get("PhoneNumberSet")
    if not isinstance(numbers, list) or not numbers:
        raise TencentError("MissingParameter.EmptyPhoneNumberSet", "手机号列表为空")
    if len(numbers) > MOST_NUMBERS:
        raise TencentError("LimitExceeded.PhoneNumberCountLimit", "单次请求超过200个手机号")
    if asked.get("SmsSdkAppId") != app.sdk_app_id:
        raise TencentError("InvalidParameterValue.SdkAppIdNotExist", "SdkAppId 不存在")
    if len(str(asked.get("SessionContext", "")).encode()) > MOST_CONTEXT_BYTES:
        raise TencentError("InvalidParameter.InvalidParameters", "SessionContext 过长")
    results = [_one(world, app, asked, str(number)) for number in numbers]
    return [status for status, _ in results], [sms for _, sms in results if sms is not None]


def _one(world: World, app: TencentSmsApp, asked: Mapping[str, Any], given: str) -> tuple[Json, Sms | None]:
    status = {"SerialNo": "", "PhoneNumber": given, "Fee": 0, "IsoCode": "CN"}
    status["SessionContext"] = asked.get("SessionContext", "")
    try:
        sms = _accepted(world, app, asked, given)
    except NumberRefused as refused:
        return status | {"Code": refused.code, "Message": refused.words}, None
    world.sms.messages.append(sms)
    taken = {"SerialNo": sms.biz_id, "Fee": sms.segments, "Code": "Ok", "Message": "send success"}
    return status | taken, sms


def _accepted(world: World, app: TencentSmsApp, asked: Mapping[str, Any], given: str) -> Sms:
    number = NUMBER.fullmatch(given)
    if number is None:
        raise NumberRefused("InvalidParameterValue.IncorrectPhoneNumber", "手机号格式错误")
    ordered = world.faults.use_tencent_sms_code()
    if ordered is not None:
        raise NumberRefused(ordered, world.faults.tencent_sms.words)
    text, extend = _text(app, asked), str(asked.get("ExtendCode", ""))
    if len(extend) > app.extend_digits or (extend and not extend.isdecimal()):
        raise NumberRefused("InvalidParameter.InvalidParameters", "扩展码未开通或格式错误")
    _count(world, app, number[1], text)
    return Sms(
        id=world.next_id(),
        at=world.now(),
        access_key_id=app.secret_id,
        number=number[1],
        sign=asked["SignName"],
        template=asked["TemplateId"],
        text=text,
        segments=parts_of(text),
        out_id=str(asked.get("SessionContext", "")),
        biz_id=f"5000:{world.rng.randrange(10**25, 10**26)}",
        arrived=number[1] not in world.faults.tencent_sms.undelivered,
        extend_code=extend,
    )


def _text(app: TencentSmsApp, asked: Mapping[str, Any]) -> str:
    sign = asked.get("SignName")
    template = app.templates.get(str(asked.get("TemplateId")))
    values = asked.get("TemplateParamSet") or []
    if sign not in app.signs:
        raise NumberRefused("FailedOperation.SignatureIncorrectOrUnapproved", "签名未审批或格式错误")
    if template is None:
        raise NumberRefused("FailedOperation.TemplateIncorrectOrUnapproved", "模板未审批或内容不匹配")
    if len(values) != template.count or not all(isinstance(value, str) and value for value in values):
        code = "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"
        raise NumberRefused(code, "请求内容与审核通过的模板内容不匹配")
    for value in values:
        if len(value.encode("utf-16-be")) // 2 > template.length:
            raise NumberRefused(
                "InvalidParameterValue.TemplateParameterLengthLimit", "单个模板变量字符数超过限制"
            )
        if URL.search(value):
            raise NumberRefused(
                "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter", "变量内容中禁止使用URL"
            )
    text = f"【{sign}】" + template.filled(values)
    if len(text) > MOST_LETTERS:
        raise NumberRefused("InvalidParameterValue.ContentLengthLimit", "短信内容太长")
    return text


def _count(world: World, app: TencentSmsApp, number: str, text: str) -> None:
    key = (app.secret_id, number)
    if not world.sms.takes(*key, text, count=1, seconds=app.same_text_s):
        raise NumberRefused(
            "LimitExceeded.PhoneNumberThirtySecondLimit", "单个手机号30秒内短信条数超过设定的上限"
        )
    if not world.sms.takes(*key, count=app.per_day, seconds=DAY_S):
        raise NumberRefused("LimitExceeded.PhoneNumberDailyLimit", "单个手机号日短信条数超过设定的上限")
