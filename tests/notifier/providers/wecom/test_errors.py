import pytest

from notifier.channel import Verdict
from notifier.providers.wecom.errors import MEANINGS, failure

GROUPS = {
    Verdict.TEMPORARY: [-1, 6000, 40007, 40014, 42001, 846601, 846609],
    Verdict.RATE: [45009, 45033, 846607],
    Verdict.PERMANENT: [
        *(40003, 40004, 40005, 40006, 40008, 40009, 40029, 40031, 40033, 40035, 40039, 40050, 40058, 40063),
        *(40094, 40123, 40127, 40201, 41006, 41008, 41009, 41010, 41016, 41033, 42014, 42015, 42016, 42017),
        *(42018, 42019, 42020, 42022, 44001, 44004, 45001, 45002, 45034, 46004, 47001, 60111, 81012, 81013),
        *(82001, 82004, 85002, 86001, 86003, 93006, 301021, 301061, 846605, 846608),
    ],
    Verdict.CONFIGURATION: [
        *(40001, 40013, 40056, 40091, 41001, 41002, 41004, 41011, 43009, 43012, 48002, 48003, 48004, 48005),
        *(48006, 49008, 50001, 50002, 50003, 60011, 60020, 60021, 80001, 85005, 90302, 90308, 90351, 92000),
        *(92001, 92002, 93000, 93004, 93008, 301002, 301042, 660003, 670001, 2000002),
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
