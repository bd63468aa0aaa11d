"""Reads what somebody typed: a command, then what it is about. Pure.

Full-width letters, spaces and punctuation are what a Chinese keyboard gives; they are taken like the
others. Words about a fault stay as they were typed.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from notifier.trim import clean


class Command(StrEnum):
    """What chat understands."""

    TODO = "todo"
    DEVICE = "device"
    REPORT = "report"
    HELP = "help"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Typed:
    """A command, the language of its word (None if that says nothing), and what followed."""

    command: Command
    language: str | None
    rest: str


_CHINESE = {
    "待办": Command.TODO,
    "设备": Command.DEVICE,
    "报修": Command.REPORT,
    "帮助": Command.HELP,
}
_ENGLISH = {
    "todo": Command.TODO,
    "device": Command.DEVICE,
    "report": Command.REPORT,
    "help": Command.HELP,
}
_BETWEEN = " \t\n\u3000,，、:：;；"
_AROUND = _BETWEEN + "。.!！?？/／\"'“”‘’「」【】[]()（）"
_SLASHES = ("/", "／")  # Telegram has commands in Latin letters alone: they tell nobody's language
_TOKEN = re.compile(r"[^\s,，、:：;；]+")
_PLAIN_NUMBER = re.compile(r"[0-9A-Za-z０-９Ａ-Ｚａ-ｚ._/．＿／－-]+")


def read_command(text: str) -> Typed:
    """The command at the beginning of a text. A Chinese one needs no space behind it."""
    asked = clean(text).strip(_AROUND)
    token = _TOKEN.match(asked)
    if token is None:
        only_marks = "?" in unicodedata.normalize("NFKC", text)
        return Typed(Command.HELP if only_marks else Command.UNKNOWN, None, "")
    word = unicodedata.normalize("NFKC", token.group()).strip(_AROUND).casefold()
    if word in _ENGLISH:
        language = None if clean(text).lstrip().startswith(_SLASHES) else "en"
        return Typed(_ENGLISH[word], language, asked[token.end() :].strip(_BETWEEN))
    for start, command in _CHINESE.items():
        if asked.startswith(start):
            return Typed(command, "zh_CN", asked[len(start) :].strip(_BETWEEN))
    return Typed(Command.UNKNOWN, None, asked)


def numbers_in(rest: str) -> list[tuple[str, str]]:
    """Which device number may stand at the beginning, and the words behind it; the likeliest first.

    Somebody in a hurry leaves out the space between a number and the fault: then the number is what is
    written in letters and digits.
    """
    token = _TOKEN.match(rest)
    if token is None:
        return []
    found = [(_number(token.group()), rest[token.end() :].strip(_BETWEEN))]
    plain = _PLAIN_NUMBER.match(token.group())
    if plain is not None and plain.end() < token.end():
        found.append((_number(plain.group()), rest[plain.end() :].strip(_BETWEEN)))
    return [(number, words) for number, words in found if number]


def _number(typed: str) -> str:
    return unicodedata.normalize("NFKC", typed).strip(_AROUND)
