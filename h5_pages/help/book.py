"""The manual in one language, read from its Markdown files.

A name in double square brackets, `[[Report a fault]]`, is the source text of something on a page. It is shown
as the reader's language says it there, so that the manual and the pages use the same words.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from h5_pages.help.legend import Legend, explain
from h5_pages.help.topics import CHAPTERS, Topic
from storage.texts import Gettext
from workflows.registry import Registry

TEXTS = Path(__file__).with_name("texts")
NAMED = re.compile(r"\[\[(.+?)\]\]")
PLACE = re.compile(r"\{\w+\}")
TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Section:
    """What stands under one heading, without markup; `anchor` is empty at the beginning of a page."""

    anchor: str
    heading: str
    text: str


@dataclass(frozen=True)
class HelpPage:
    """A topic as it is read: by itself (`body`), and as a part of the whole manual (`part`)."""

    name: str
    title: str
    body: Markup
    part: Markup
    sections: tuple[Section, ...]
    legend: Legend | None


@dataclass(frozen=True)
class HelpChapter:
    """Pages that belong together; `label` is a source text."""

    label: str
    pages: tuple[HelpPage, ...]


@dataclass(frozen=True)
class Book:
    """All chapters."""

    chapters: tuple[HelpChapter, ...]

    @property
    def pages(self) -> dict[str, HelpPage]:
        return {page.name: page for chapter in self.chapters for page in chapter.pages}


def read_book(language: str, gettext: Gettext, workflows: Registry, folder: Path = TEXTS) -> Book:
    """Read every topic; raises `FileNotFoundError` when one has no text in the language."""

    def page(topic: Topic) -> HelpPage:
        text = (folder / language / f"{topic.name}.md").read_text(encoding="utf-8")
        return _page(topic, text, gettext, workflows)

    return Book(tuple(HelpChapter(c.label, tuple(map(page, c.topics))) for c in CHAPTERS))


def parsed(text: str) -> list[Token]:
    """The tokens of a Markdown text; HTML in it is shown as it is written."""
    return MarkdownIt("commonmark", {"html": False}).parse(text)


def links(tokens: Sequence[Token]) -> Iterator[Token]:
    """Every link of a text."""
    for token in tokens:
        yield from (child for child in token.children or () if child.type == "link_open")


def _page(topic: Topic, text: str, gettext: Gettext, workflows: Registry) -> HelpPage:
    own = _rendered(text, "", gettext, down=0)
    title, _, body = own.partition("</h1>")
    sections = tuple(_sections(body))
    legend = explain(workflows.named(topic.workflow), gettext) if topic.workflow else None
    return HelpPage(
        topic.name,
        _plain(title),
        Markup(body),  # noqa: S704 - made of our own files, in which HTML is off
        Markup(_rendered(text, topic.name, gettext, down=1)),  # noqa: S704 - the same
        sections,
        legend,
    )


def _rendered(text: str, part: str, gettext: Gettext, *, down: int) -> str:
    """HTML: headings `down` levels lower, with anchors; links lead to pages, or within the manual's `part`s."""
    tokens, renderer = parsed(text), MarkdownIt("commonmark", {"html": False})
    number = 0
    for token in tokens:
        if token.type == "heading_open" and token.tag == "h2":
            number += 1
            token.attrSet("id", f"{part}-{number}" if part else f"s{number}")
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{int(token.tag[1]) + down}"
    for link in links(tokens):
        target = str(link.attrGet("href"))
        if not target.startswith("/"):
            link.attrSet("href", f"#{target}" if part else f"/help/{target}")
    html = str(renderer.renderer.render(tokens, renderer.options, {}))
    return NAMED.sub(lambda found: _named(gettext(unescape(found[1]))), html)


def _named(words: str) -> str:
    """Something on a page as it is said there; what differs each time is left open."""
    return f'<b class="named">{escape(PLACE.sub("…", words))}</b>'


def _sections(body: str) -> Iterator[Section]:
    first, *rest = re.split(r'<h2 id="(s\d+)">', body)
    yield Section("", "", _plain(first))
    for anchor, text in zip(rest[::2], rest[1::2], strict=True):
        heading, _, below = text.partition("</h2>")
        yield Section(anchor, _plain(heading), _plain(below))


def _plain(html: str) -> str:
    return " ".join(unescape(TAG.sub("", html)).split())
