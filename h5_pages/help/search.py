"""Search in the manual. Latin words are found as they are; Chinese ones also by pairs of characters.

Chinese is written without spaces: “密码忘记” finds “忘记密码” by the pairs that both have.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape

from h5_pages.help.book import Book, HelpPage, Section

WORD = re.compile(r"[a-z0-9]+|[\u2e80-\u9fff]+")
CHINESE = "\u2e80"
MOST_HITS = 20
AROUND = 60  # characters of a text shown before and after the first word found
IN_TITLE, IN_HEADING, IN_TEXT = 6, 4, 1
WHOLE = 4  # a word as it was typed counts so much more than a pair of its characters


@dataclass(frozen=True)
class Hit:
    """A section that was found, with the words in it marked."""

    title: str
    heading: str
    url: str
    snippet: Markup


def search(book: Book, words: str) -> list[Hit]:
    """The sections that fit the words best, the best first; those with less than half of them are left out."""
    wanted = WORD.findall(words.lower())
    found = [
        (score, place, page, section)
        for place, (page, section) in enumerate(_sections(book))
        if (score := _score(page, section, wanted)) > 0
    ]
    best = sorted(found, key=lambda hit: (-hit[0], hit[1]))[:MOST_HITS]
    return [_hit(page, section, wanted) for _, _, page, section in best]


def _sections(book: Book) -> Iterator[tuple[HelpPage, Section]]:
    for page in book.pages.values():
        for section in page.sections:
            yield page, section


def _score(page: HelpPage, section: Section, wanted: list[str]) -> float:
    title = page.title.lower() if not section.anchor else ""
    places = ((title, IN_TITLE), (section.heading.lower(), IN_HEADING), (section.text.lower(), IN_TEXT))
    parts = [part for word in wanted for part in _pairs(word)]
    hits = [sum(weight for text, weight in places if part in text) for part in parts]
    if 2 * sum(hit > 0 for hit in hits) < len(parts):
        return 0
    whole = sum(weight for word in wanted for text, weight in places if word in text)
    return sum(hits) + WHOLE * whole


def _pairs(word: str) -> list[str]:
    if word[0] < CHINESE or len(word) <= 2:  # noqa: PLR2004 - a pair is its own pair
        return [word]
    return [word[i : i + 2] for i in range(len(word) - 1)]


def _hit(page: HelpPage, section: Section, wanted: list[str]) -> Hit:
    anchor = f"#{section.anchor}" if section.anchor else ""
    return Hit(page.title, section.heading, f"/help/{page.name}{anchor}", _snippet(section.text, wanted))


def _snippet(text: str, wanted: list[str]) -> Markup:
    parts = [*wanted, *(part for word in wanted for part in _pairs(word))]
    pattern = re.compile("|".join(map(re.escape, dict.fromkeys(parts))), re.IGNORECASE)
    first = pattern.search(text)
    start = max(0, first.start() - AROUND) if first else 0
    shown = text[start : start + 2 * AROUND]
    marked, end = escape("…" if start else ""), 0
    for match in pattern.finditer(shown):
        marked += Markup("{}<mark>{}</mark>").format(shown[end : match.start()], match[0])
        end = match.end()
    return marked + shown[end:] + ("…" if start + 2 * AROUND < len(text) else "")
