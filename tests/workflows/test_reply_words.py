import pytest

from workflows.reply_words import Meant, Understood, Words, understood

WORDS = Words(("1", "收到", "OK"), ("2", "不再提醒"), ("T", "TD", "退订"))


@pytest.mark.parametrize("said", ["1", " 1 ", "１", "收到", "收到。", "“收到”！", "ok", "Ok."])
def test_short_words_confirm(said: str) -> None:
    assert understood(said, WORDS) == Understood(Meant.ACKNOWLEDGE)


@pytest.mark.parametrize(
    ("said", "meant", "code"),
    [
        ("1 0042", Meant.ACKNOWLEDGE, "0042"),
        ("收到0042", Meant.ACKNOWLEDGE, "0042"),
        ("收到：0042", Meant.ACKNOWLEDGE, "0042"),
        ("0042", Meant.NAMED, "0042"),
        ("2 0042", Meant.STOP, "0042"),
        ("不再提醒 7", Meant.STOP, "7"),
    ],
)
def test_code_names_the_message(said: str, meant: Meant, code: str) -> None:
    assert understood(said, WORDS) == Understood(meant, code)


@pytest.mark.parametrize("said", ["T", "t", "TD", "td。", "退订", " Ｔ "])
def test_unsubscribing_is_never_a_confirmation(said: str) -> None:
    greedy = Words((*WORDS.acknowledge, "T", "td", "退订"), WORDS.stop, WORDS.unsubscribe)
    assert understood(said, greedy).meant is Meant.UNSUBSCRIBE


@pytest.mark.parametrize(
    "said", ["", "?", "12", "21", "没收到", "收到什么", "好的1", "1 2 3", "明天处理 0042"]
)
def test_other_words_mean_nothing(said: str) -> None:
    assert understood(said, WORDS).meant is Meant.UNKNOWN
