"""What a device is called where there is little room: in titles and in text messages."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

SHORT_COLUMNS = 24
"""Twelve Chinese characters, or twice as many Latin letters."""
_ABBREVIATION = re.compile(r"[（(]([^（()）]*[A-Za-z][^（()）]*)[)）]\s*$")


def short_name(device: Mapping[str, Any]) -> str:
    """The device's own short name; else its name, the abbreviation in brackets at its end, or its beginning."""
    return str(device.get("short_name") or "") or shortened(str(device.get("name") or ""))


def shortened(name: str) -> str:
    """A name that fits."""
    if _columns(name) <= SHORT_COLUMNS:
        return name
    abbreviation = _ABBREVIATION.search(name)
    short = abbreviation[1].strip() if abbreviation else ""
    return short if short and _columns(short) <= SHORT_COLUMNS else _beginning(name)


def _beginning(name: str) -> str:
    end = len(name)
    while _columns(name[:end]) > SHORT_COLUMNS - 2:
        end -= 1
    return f"{name[:end].rstrip()}…"


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)
