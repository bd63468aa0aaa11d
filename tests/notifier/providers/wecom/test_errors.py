import pytest

from notifier.channel import Verdict
from notifier.providers.wecom.errors import MEANINGS, failure

GROUPS = {
    Verdict.TEMPORARY: [-1, 40007, 40014, 42001],
    Verdict.RATE: [45009, 45033],
    Verdict.PERMANENT: [
        40004,
        40006,
        40008,
        40029,
        40033,
        47001,
        40058,
        40063,
        42014,
        42015,
        42016,
        42017,
        44004,
        45001,
        45002,
        46004,
        60111,
        81013,
    ],
    Verdict.CONFIGURATION: [
        *(40001, 40013, 40056, 41001, 43012, 48002, 50001, 60011, 60020, 93000, 301002),
    ],
}
TABLE = [(code, verdict) for verdict, codes in GROUPS.items() for code in codes]


@pytest.mark.parametrize(("code", "verdict"), TABLE)
def test_errcode_has_its_verdict_and_a_reason(code: int, verdict: Verdict) -> None:
    failed = failure(code, "words of WeCom")
    assert (failed.verdict, failed.code, failed.detail) == (verdict, str(code), "words of WeCom")
    assert failed.reason
    assert not failed.maybe_delivered


def test_whole_table_is_covered_here() -> None:
    assert {code for code, _ in TABLE} == MEANINGS.keys()


def test_unknown_errcode_may_pass_later() -> None:
    assert failure(99999, "").verdict is Verdict.TEMPORARY


def test_frequency_limit_asks_for_a_minute() -> None:
    assert failure(45009, "").retry_after_s == 60


def test_long_words_are_shortened_for_the_ledger() -> None:
    assert len(failure(60020, "hint\n" * 500).detail) == 160
