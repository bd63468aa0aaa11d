"""What chat answers: short lines with links, before they take a provider's form."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True)
class Link:
    """Words that open a page."""

    label: str
    url: str


Line = tuple[str | Link, ...]


@dataclass(frozen=True)
class Reply:
    """Lines to one person. A provider's limit drops whole lines from the end."""

    lines: tuple[Line, ...]

    @classmethod
    def of(cls, *lines: str | Link | Line) -> "Reply":
        """Lines of words, of one link, or of both."""
        return cls(tuple(line if isinstance(line, tuple) else (line,) for line in lines))

    @property
    def has_links(self) -> bool:
        """Is there anything to open?"""
        return bool(self.links)

    @property
    def links(self) -> tuple[Link, ...]:
        """What there is to open."""
        return tuple(part for line in self.lines for part in line if isinstance(part, Link))

    @property
    def bare(self) -> "Reply":
        """The lines that open nothing."""
        return Reply(tuple(line for line in self.lines if not any(isinstance(part, Link) for part in line)))

    def written(self, link: Callable[[Link], str], words: Callable[[str], str], limit_bytes: int) -> str:
        """The lines as one text of at most `limit_bytes` of UTF-8, each link whole or absent."""
        return "\n".join(_fitting(self._each(link, words), limit_bytes))

    def _each(self, link: Callable[[Link], str], words: Callable[[str], str]) -> Iterator[str]:
        for line in self.lines:
            yield "".join(link(part) if isinstance(part, Link) else words(part) for part in line)


def _fitting(lines: Iterator[str], limit_bytes: int) -> Iterator[str]:
    left = limit_bytes
    for line in lines:
        left -= len(line.encode()) + 1
        if left < -1:  # the last line has no line break
            return
        yield line


@dataclass(frozen=True)
class Pages:
    """Where the pages are that chat links to. `public_url` has no slash at its end."""

    public_url: str

    def todo(self) -> str:
        """The to-do list."""
        return f"{self.public_url}/todo"

    def case(self, number: str, action: str = "") -> str:
        """A case's page, or the form of an action."""
        page = f"{self.public_url}/cases/{quote(number, safe='')}"
        return f"{page}/{quote(action, safe='')}" if action else page

    def telegram(self) -> str:
        """Where a person gets the code that links their Telegram."""
        return f"{self.public_url}/me/telegram"

    def own_notices(self) -> str:
        """What the reader hears, and what they stopped."""
        return f"{self.public_url}/me/notices"

    def devices(self) -> str:
        """All devices in the reader's scope, with a search."""
        return f"{self.public_url}/devices"

    def device(self, device_id: int) -> str:
        """A device's record."""
        return f"{self.public_url}/devices/{device_id}"

    def report(self, token: str) -> str:
        """The form for a fault, as the QR code on the device leads to it."""
        return f"{self.public_url}/d/{quote(token, safe='')}/report"
