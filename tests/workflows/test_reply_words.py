"""What somebody types in a hurry, and what it is taken for."""

import pytest

from notifier.providers.sms.settings import ReplyWords
from workflows.reply_words import COURTESY, Meant, Understood, Words, understood

SHIPPED = ReplyWords()
WORDS = Words(SHIPPED.acknowledge, SHIPPED.stop, SHIPPED.unsubscribe)

CONFIRMS = (
    *("1", " 1 ", "１", "1。", "1.", "1！", "１。", "1\n", "①", "1️⃣", "(1)", "【1】", "“1”", "+1", "1 1"),
    *(
        "收到",
        "收到。",
        "“收到”！",
        "收 到",
        "知悉",
        "已知悉",
        "已收到",
        "收到了",
        "好的收到1",
        "好的，收到，1",
        "1收到",
        "收到1",
    ),
    *(
        "好的 1",
        "ok 1",
        "OK1",
        "嗯，收到",
        "您好，收到，谢谢",
        "收到，马上处理",
        "收到，我现在过去看看",
        "请回复1",
        "回复1",
        "👌收到",
    ),
)
NAMES = (
    ("1 0042", Meant.ACKNOWLEDGE, "0042"),
    ("收到0042", Meant.ACKNOWLEDGE, "0042"),
    ("收到：0042", Meant.ACKNOWLEDGE, "0042"),
    ("收到 WX2026-000123", Meant.ACKNOWLEDGE, "000123"),
    ("编号wx2026-1000001，收到", Meant.ACKNOWLEDGE, "1000001"),
    ("WX2026-1000001", Meant.NAMED, "1000001"),
    ("0042", Meant.NAMED, "0042"),
    ("００００１２", Meant.NAMED, "000012"),
    ("好的 000012", Meant.NAMED, "000012"),
    ("1000001", Meant.NAMED, "1000001"),
    ("2 0042", Meant.STOP, "0042"),
    ("不再提醒 7", Meant.STOP, "7"),
    ("不再提醒", Meant.STOP, ""),
    ("２", Meant.STOP, ""),
)
UNSUBSCRIBES = (
    "T",
    "t",
    "TD",
    "td。",
    "退订",
    " Ｔ ",
    "退 订",
    "TD 1",
    "收到T",
    "1退订",
    "收到，退订",
    "T 0042",
)
UNKNOWN = (
    *(
        "",
        " ",
        "?",
        "。",
        "👌",
        "好的",
        "ok",
        "嗯",
        "谢谢",
        "12",
        "21",
        "3",
        "没收到",
        "未收到",
        "收不到",
        "不收到",
        "收到什么",
    ),
    *(
        "收到吗？",
        "谁收到了",
        "1 2",
        "2 1",
        "1 2 3",
        "1 0042 0043",
        "明天处理 0042",
        "1楼",
        "1点到",
        "来1个人",
        "不是1",
        "别1",
    ),
    *(
        "not 1",
        "no",
        "no 1",
        "1234567890123",
        "1 1234567890123",
        "tt",
        "std",
        "你是谁",
        "T恤",
        "我正在开会，稍后回复",
    ),
)


@pytest.mark.parametrize("said", CONFIRMS)
def test_short_words_confirm(said: str) -> None:
    assert understood(said, WORDS) == Understood(Meant.ACKNOWLEDGE)


@pytest.mark.parametrize(("said", "meant", "code"), NAMES)
def test_code_names_the_message(said: str, meant: Meant, code: str) -> None:
    assert understood(said, WORDS) == Understood(meant, code)


@pytest.mark.parametrize("said", UNSUBSCRIBES)
def test_unsubscribing_is_never_a_confirmation(said: str) -> None:
    greedy = Words((*WORDS.acknowledge, "T", "td", "退订"), WORDS.stop, WORDS.unsubscribe)
    assert understood(said, WORDS).meant is Meant.UNSUBSCRIBE
    assert understood(said, greedy).meant is Meant.UNSUBSCRIBE


@pytest.mark.parametrize("said", UNKNOWN)
def test_other_words_mean_nothing(said: str) -> None:
    assert understood(said, WORDS) == Understood(Meant.UNKNOWN)


def test_words_that_an_administrator_sets_count_whatever_they_are_otherwise() -> None:
    own = Words(("好的", "OK", "!"), ("3",), ("停",))
    assert [
        understood(said, own).meant for said in ("好的", "ok。", "3", "停", "停，好的", "1", "!", "")
    ] == [
        *(Meant.ACKNOWLEDGE, Meant.ACKNOWLEDGE, Meant.STOP, Meant.UNSUBSCRIBE, Meant.UNSUBSCRIBE),
        *(Meant.UNKNOWN, Meant.UNKNOWN, Meant.UNKNOWN),
    ]


def test_no_word_of_courtesy_answers_anything() -> None:
    assert {understood(word, WORDS).meant for word in COURTESY} == {Meant.UNKNOWN}
