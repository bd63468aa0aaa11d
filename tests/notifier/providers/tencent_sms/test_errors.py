import pytest
from tencentcloud.sms.v20210111 import errorcodes

from notifier.channel import Verdict
from notifier.providers.tencent.codes import GATEWAY
from notifier.providers.tencent_sms.errors import MEANINGS, failure

PUBLISHED = {value for name, value in vars(errorcodes).items() if name.isupper()}


@pytest.mark.parametrize(
    ("code", "verdict", "after_s"),
    [
        ("LimitExceeded.DeliveryFrequencyLimit", Verdict.RATE, 60),
        ("LimitExceeded.PhoneNumberThirtySecondLimit", Verdict.RATE, 30),
        ("LimitExceeded.PhoneNumberDailyLimit", Verdict.RATE, 14400),
        ("LimitExceeded.AppDailyLimit", Verdict.CONFIGURATION, None),
        ("FailedOperation.InsufficientBalanceInSmsPackage", Verdict.CONFIGURATION, None),
        ("FailedOperation.TemplateParamSetNotMatchApprovedTemplate", Verdict.CONFIGURATION, None),
        ("FailedOperation.PhoneNumberInBlacklist", Verdict.PERMANENT, None),
        ("FailedOperation.ContainSensitiveWord", Verdict.PERMANENT, None),
        ("InvalidParameterValue.IncorrectPhoneNumber", Verdict.PERMANENT, None),
        ("InternalError.Timeout", Verdict.TEMPORARY, None),
        ("AuthFailure.SignatureExpire", Verdict.CONFIGURATION, None),
        ("RequestLimitExceeded", Verdict.RATE, 5),
        ("UnsupportedOperation.GlobalTemplateToChineseMainlandPhone", Verdict.CONFIGURATION, None),
        ("UnsupportedOperation.BrandNew", Verdict.CONFIGURATION, None),
        ("FailedOperation.FailResolvePacket", Verdict.PERMANENT, None),
    ],
)
def test_codes_are_judged_by_the_published_table(code: str, verdict: Verdict, after_s: float | None) -> None:
    failed = failure(code, "")
    assert (failed.verdict, failed.code, failed.retry_after_s) == (verdict, code, after_s)


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("FailedOperation.BrandNew", Verdict.PERMANENT),
        ("InternalError.BrandNew", Verdict.TEMPORARY),
        ("LimitExceeded.BrandNew", Verdict.RATE),
        ("Something", Verdict.TEMPORARY),
    ],
)
def test_unknown_code_is_kept_as_it_is_and_judged_by_its_family(code: str, verdict: Verdict) -> None:
    failed = failure(code, "新的原因")
    assert (failed.code, failed.verdict, failed.detail) == (code, verdict, "新的原因")


def test_every_code_of_the_table_is_one_that_the_vendor_publishes() -> None:
    assert set(MEANINGS) <= PUBLISHED


def test_every_limit_of_the_vendors_says_when_to_come_again_or_whose_it_is() -> None:
    limits = {code for code in PUBLISHED if code.startswith("LimitExceeded.PhoneNumber")}
    assert limits <= set(MEANINGS) | set(GATEWAY)
