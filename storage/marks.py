"""The marks of a language: what stands between words that code puts together, and how it writes a moment.

Chinese has full-width marks; a half-width colon or comma between its words is a slip that a reader sees at once.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from storage.texts import P_, Gettext

WIDTH = P_("the marks of this language: the catalogue says in its own words which", "half-width")
FULL_WIDTH = "全角"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MOMENT = re.compile(r"(?:(\d{4})-)?(\d\d)-(\d\d)T(\d\d):(\d\d)")
"""A moment in a message's variables; without a year it is in the year in which it is read."""


@dataclass(frozen=True)
class Marks:
    """How one language joins words."""

    colon: str
    comma: str
    semicolon: str
    brackets: tuple[str, str]
    chinese: bool

    def named(self, name: str, value: str) -> str:
        """A label and its value."""
        return f"{name}{self.colon}{value}"

    def listed(self, items: Iterable[str]) -> str:
        """A list in a sentence."""
        return self.comma.join(items)

    def parted(self, items: Iterable[str]) -> str:
        """A list of parts that have commas themselves."""
        return self.semicolon.join(items)

    def aside(self, words: str, remark: str) -> str:
        """Words with a remark behind them; without one, the words."""
        opening, closing = self.brackets
        return f"{words}{opening}{remark}{closing}" if remark else words

    def moment(self, text: str) -> str:
        """A moment as `MOMENT` has it: short, and 24:00 for the end of a day. Anything else stays as it is."""
        found = MOMENT.fullmatch(text)
        return self._moment(*found.groups()) if found else text

    def _moment(self, year: str | None, month: str, day: str, hour: str, minute: str) -> str:
        if not self.chinese:
            date = f"{int(day)} {_MONTHS[int(month) - 1]}"
            return f"{date} {year} {hour}:{minute}" if year else f"{date} {hour}:{minute}"
        time = "24时" if hour == "24" else f"{hour}:{minute}"
        return f"{f'{year}年' if year else ''}{int(month)}月{int(day)}日{time}"


CHINESE = Marks("：", "、", "；", ("（", "）"), chinese=True)
ENGLISH = Marks(": ", ", ", "; ", (" (", ")"), chinese=False)


def marks(language: str | None) -> Marks:
    """The marks of a language by its code; Chinese for whoever has no other."""
    return ENGLISH if (language or "").startswith("en") else CHINESE


def marks_in(gettext: Gettext) -> Marks:
    """The marks of the language into which this translates."""
    return CHINESE if gettext(WIDTH) == FULL_WIDTH else ENGLISH
