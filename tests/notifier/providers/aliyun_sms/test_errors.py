import pytest

from notifier.channel import Verdict
from notifier.providers.aliyun_sms.errors import failure


@pytest.mark.parametrize(
    ("code", "words", "verdict", "after_s"),
    [
        ("isv.BUSINESS_LIMIT_CONTROL", "触发分钟级流控Permits:1", Verdict.RATE, 60),
        ("isv.BUSINESS_LIMIT_CONTROL", "触发小时级流控Permits:5", Verdict.RATE, 3600),
        ("isv.BUSINESS_LIMIT_CONTROL", "触发天级流控Permits:50", Verdict.RATE, 14400),
        ("isv.DAY_LIMIT_CONTROL", "", Verdict.CONFIGURATION, None),
        ("isp.SYSTEM_ERROR", "", Verdict.TEMPORARY, None),
        ("isv.MOBILE_NUMBER_ILLEGAL", "", Verdict.PERMANENT, None),
        ("isv.AMOUNT_NOT_ENOUGH", "", Verdict.CONFIGURATION, None),
        ("SignatureDoesNotMatch", "", Verdict.CONFIGURATION, None),
        ("Throttling.User", "", Verdict.RATE, 5),
        ("isv.PRODUCT_UN_SUBSCRIPT", "", Verdict.CONFIGURATION, None),
        ("isv.ACCOUNT_ABNORMAL", "", Verdict.CONFIGURATION, None),
        ("isv.SMS_SIGN_ILLEGAL", "", Verdict.CONFIGURATION, None),
        ("isv.DOMESTIC_NUMBER_NOT_SUPPORTED", "", Verdict.CONFIGURATION, None),
        ("InvalidAction.NotFound", "", Verdict.CONFIGURATION, None),
    ],
)
def test_codes_are_judged_by_the_published_table(
    code: str, words: str, verdict: Verdict, after_s: float | None
) -> None:
    failed = failure(code, words)
    assert (failed.verdict, failed.code, failed.retry_after_s) == (verdict, code, after_s)


@pytest.mark.parametrize(
    ("code", "verdict"),
    [("isv.NEW", Verdict.PERMANENT), ("isp.NEW", Verdict.TEMPORARY), ("Something", Verdict.TEMPORARY)],
)
def test_unknown_code_is_kept_as_it_is_and_judged_by_whose_side_it_names(code: str, verdict: Verdict) -> None:
    failed = failure(code, "新的原因")
    assert (failed.code, failed.verdict, failed.detail) == (code, verdict, "新的原因")
