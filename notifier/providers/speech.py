"""What is said in a call: the values of an approved template, as a voice can read them out."""

import json
import re
from collections.abc import Mapping

from notifier.providers.templates import shortened
from notifier.trim import one_line, utf16_units

# Signs that a voice spells out or that providers refuse in a text that is read out (help.aliyun.com document 414170).
_PAUSE = re.compile(r"\s*[:：;；|]\s*")
_UNSPEAKABLE = re.compile(r"[#/%$¥*_~^<>\[\]【】〔〕{}()（）\\\"-]+")


def spoken(values: Mapping[str, str]) -> dict[str, str]:
    """The values without signs that nobody can say."""
    return {name: _spoken(value) for name, value in values.items()}


def within(values: Mapping[str, str], limit: int) -> dict[str, str]:
    """The values cut, the longest first, until they take up at most `limit` characters as JSON.

    Raises SendFailed (configuration) where even empty ones would be too long.
    """
    return shortened(values, lambda cut: utf16_units(as_json(cut)) - limit)


def as_json(values: Mapping[str, str]) -> str:
    """As providers take them."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def _spoken(text: str) -> str:
    return one_line(_UNSPEAKABLE.sub(" ", _PAUSE.sub("，", text))).strip("， ") or "无"
