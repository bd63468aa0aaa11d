"""Unique device identifiers (UDI, 医疗器械唯一标识), as scanners and people hand them over. Pure.

GS1 General Specifications: the product's number (GTIN) has 14 digits, the last of which checks the others. In a whole
identifier each element has a number in front, which is written in brackets for people; in the code itself a separator
(FNC1, sent as GS) ends what has no fixed length. A scanner may put the kind of code in front (ISO/IEC 15424). Day 00
of a date is the month's last one, and its century is the one in which the year lies nearest (section 7.12).
Identifiers of the other issuers (MA, AHM in China, HIBCC elsewhere) are recognised, and taken as they are.
"""

import calendar
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

from storage.texts import N_

SEPARATOR = "\x1d"
DI, LOT, MADE, EXPIRES, SERIAL, SOFTWARE = "01", "10", "11", "17", "21", "8012"
WRONG_GTIN = N_("The check digit of this UDI does not match: please compare it with the device.")
WRONG_DATE = N_("The date after ({element}) in this UDI is not valid: please scan it again.")
WRONG_LENGTH = N_("The value after ({element}) in this UDI is too long: please scan it again.")
# Characters behind each element's number; a minus: at most so many, and a separator ends it.
LENGTHS: Mapping[str, int] = {
    "00": 18,
    DI: 14,
    "02": 14,
    MADE: 6,
    "12": 6,
    "13": 6,
    "15": 6,
    "16": 6,
    EXPIRES: 6,
    "20": 2,
    LOT: -20,
    SERIAL: -20,
    "22": -20,
    "240": -30,
    "241": -30,
    "250": -30,
    "30": -8,
    "37": -8,
    **{f"71{nth}": -20 for nth in range(7)},
    "7003": 10,
    SOFTWARE: -20,
    "90": -30,
    **{str(nth): -90 for nth in range(91, 100)},
}
GTIN_LENGTHS = (13, 14)
_SCANNER = re.compile(r"^\](?:C1|d[12]|Q[13]|e0|J1|E0)")
_SEEN_SEPARATORS = re.compile(r"<GS>|\{GS\}|<FNC1>|\\x1d|␝", re.IGNORECASE)
_BRACKETED = re.compile(r"\((\d{2,4})\)([^()]*)")
ISSUERS = (
    ("MA", re.compile(r"MA\.\d{3}\.")),
    ("HIBCC", re.compile(r"\+[A-Z][0-9A-Z]{3,}")),
    ("AHM", re.compile(r"AHM")),
)


class UdiWrong(ValueError):
    """It claims to follow GS1 and does not. `text` is a source text with the place `element`."""

    def __init__(self, text: str, element: str = DI) -> None:
        super().__init__(text)
        self.text = text
        self.element = element


@dataclass(frozen=True)
class Udi:
    """What an identifier says. `text` is how it is kept; `issuer` empty where nobody's rules are recognised."""

    text: str
    issuer: str = ""
    elements: Mapping[str, str] = field(default_factory=dict)

    @property
    def serial(self) -> str:
        return self.elements.get(SERIAL, "")

    def day(self, element: str, today: date) -> date | None:
        """The day behind an element of six digits, seen from today; None where there is none."""
        digits = self.elements.get(element, "")
        return _day(digits, today) if digits else None


def read(typed: str) -> Udi:
    """The identifier in any of its forms. Raises `UdiWrong`."""
    plain = _SEEN_SEPARATORS.sub(SEPARATOR, unicodedata.normalize("NFKC", typed).strip(" \t\r\n"))
    bare = _SCANNER.sub("", plain).lstrip(SEPARATOR).strip()
    if bare.isascii() and bare.isdecimal() and len(bare) in GTIN_LENGTHS:
        return _checked(bare, {DI: bare.zfill(14)})
    tight = bare.replace(" ", "")
    if found := _BRACKETED.findall(tight):
        return _checked(_written(found) if _is_all(tight) else bare, dict(found))
    if re.match(r"01\d{14}", tight):
        return _from_code(bare, tight, was_scanned=plain != bare or SEPARATOR in bare)
    issuer = next((name for name, shape in ISSUERS if shape.match(bare)), "")
    return Udi(bare.replace(SEPARATOR, " "), issuer)


def _from_code(bare: str, tight: str, *, was_scanned: bool) -> Udi:
    """Without brackets. What begins like a GTIN by chance, and goes on with no element that is known, is kept."""
    found = list(_split(tight))
    is_whole = "".join(number + value for number, value in found) == tight.replace(SEPARATOR, "")
    if not is_whole and not was_scanned and not re.match(r"01\d{14}(?=\D|1[0-7]|2[01]|$)", tight):
        return Udi(bare)
    return _checked(_written(found) if is_whole else bare.replace(SEPARATOR, " "), dict(found))


def _split(code: str) -> Iterator[tuple[str, str]]:
    """Element by element, as far as their numbers are known."""
    while code:
        number = next((n for n in (code[:2], code[:3], code[:4]) if n in LENGTHS), None)
        if number is None:
            return
        rest, most = code[len(number) :], LENGTHS[number]
        value = rest[:most] if most > 0 else rest.partition(SEPARATOR)[0]
        yield number, value
        code = rest[len(value) :].lstrip(SEPARATOR)


def _checked(text: str, elements: Mapping[str, str]) -> Udi:
    """Raises `UdiWrong`."""
    gtin = elements.get(DI)
    if gtin is not None and not _is_gtin(gtin):
        raise UdiWrong(WRONG_GTIN)
    for number in (MADE, EXPIRES):
        if number in elements and _day(elements[number], date(2000, 1, 1)) is None:
            raise UdiWrong(WRONG_DATE, number)
    for number, value in elements.items():
        if len(value) > abs(LENGTHS.get(number, -90)):
            raise UdiWrong(WRONG_LENGTH, number)
    return Udi(text, "GS1", elements)


def _is_gtin(digits: str) -> bool:
    """14 digits; with weights 3 and 1 in turn all together are a multiple of ten."""
    is_number = digits.isascii() and digits.isdecimal() and len(digits) == LENGTHS[DI]
    if not is_number or not digits.strip("0"):
        return False
    return sum(int(digit) * (3 if nth % 2 == 0 else 1) for nth, digit in enumerate(digits)) % 10 == 0


def _day(digits: str, today: date) -> date | None:
    if not (digits.isascii() and digits.isdecimal() and len(digits) == LENGTHS[MADE]):
        return None
    year, month, day = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    ahead = year - today.year % 100
    century = today.year // 100 - (1 if ahead > 50 else -1 if ahead < -49 else 0)  # noqa: PLR2004 - half a century
    with suppress(ValueError, calendar.IllegalMonthError):
        whole = century * 100 + year
        return date(whole, month, day or calendar.monthrange(whole, month)[1])
    return None


def _written(elements: Sequence[tuple[str, str]]) -> str:
    """As people read it."""
    return "".join(f"({number}){value}" for number, value in elements)


def _is_all(tight: str) -> bool:
    return _BRACKETED.sub("", tight) == ""
