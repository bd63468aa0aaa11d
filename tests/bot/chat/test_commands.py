import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.commands import Command, numbers_in, read_command


@pytest.mark.parametrize(
    ("text", "command", "language", "rest"),
    [
        ("待办", Command.TODO, "zh_CN", ""),
        ("　待办。", Command.TODO, "zh_CN", ""),
        ("todo", Command.TODO, "en", ""),
        ("ＴＯＤＯ！", Command.TODO, "en", ""),
        ("/todo", Command.TODO, None, ""),
        ("设备　CT-0001", Command.DEVICE, "zh_CN", "CT-0001"),
        ("设备CT-0001", Command.DEVICE, "zh_CN", "CT-0001"),
        ("Device： ct-0001", Command.DEVICE, "en", "ct-0001"),
        ("报修，CT-0001，球管过热", Command.REPORT, "zh_CN", "CT-0001，球管过热"),
        ("report CT-0001 tube overheats", Command.REPORT, "en", "CT-0001 tube overheats"),
        ("帮助", Command.HELP, "zh_CN", ""),
        ("Help?", Command.HELP, "en", ""),
        ("？", Command.HELP, None, ""),
        ("reporting is fun", Command.UNKNOWN, None, "reporting is fun"),
        ("你好", Command.UNKNOWN, None, "你好"),
        ("", Command.UNKNOWN, None, ""),
    ],
)
def test_command_is_read_in_both_languages_and_widths(
    text: str, command: Command, language: str | None, rest: str
) -> None:
    typed = read_command(text)
    assert (typed.command, typed.language, typed.rest) == (command, language, rest)


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("CT-0001 球管过热", [("CT-0001", "球管过热")]),
        ("ＣＴ－０００１：球管 过热", [("CT-0001", "球管 过热")]),
        ("CT-0001球管过热", [("CT-0001球管过热", ""), ("CT-0001", "球管过热")]),
        ("放射-01，异响", [("放射-01", "异响")]),
        ("CT-0001。", [("CT-0001", ""), ("CT-0001", "。")]),
        ("", []),
    ],
)
def test_number_stands_before_the_words(rest: str, expected: list[tuple[str, str]]) -> None:
    assert numbers_in(rest) == expected


def test_words_about_the_fault_stay_as_they_were_typed() -> None:
    assert numbers_in("CT-1 温度３０℃，①号门")[0] == ("CT-1", "温度３０℃，①号门")


@given(st.text())
def test_every_text_is_read_as_something(text: str) -> None:
    typed = read_command(text)
    assert typed.command in Command
    assert all(number for number, _ in numbers_in(typed.rest))
