"""Pages, mails and views show no text that the catalogues do not know."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("bot", "h5_pages", "notifier")
TEMPLATES = sorted(
    path
    for room in ROOMS
    for path in (ROOT / room).glob("**/templates/**/*")
    if path.suffix in (".html", ".j2")
)
# What is read in a chat in any language, languages in their own words, patterns of dates, the set-up's terminal.
IN_THEIR_OWN_WORDS = {"commands.py", "languages.py", "times.py", "assets.py"}
VIEWS = sorted(
    path
    for room in (ROOT / "h5_pages", ROOT / "bot" / "chat")
    for path in room.rglob("*.py")
    if path.name not in IN_THEIR_OWN_WORDS
)
JINJA = re.compile(r"\{% set (\w+) %\}.*?\{% endset %\}|\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
SHOWN_ATTRIBUTES = {"title", "alt", "placeholder", "aria-label"}
PROTOCOL_WORDS = {"HTTP", "To", "kB"}  # of an answer's status, of a mail's headers; a unit's symbol
ATTRIBUTE = re.compile(r'[\w-]+="[^"]*"')  # of a block or macro that stands inside of a tag
LETTERS = re.compile(r"[^\W\d_]+")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_shows_only_texts_of_the_catalogues(template: Path) -> None:
    shown = _Shown()
    shown.feed(JINJA.sub("", template.read_text()))
    assert [word for word in LETTERS.findall(shown.text) if word not in PROTOCOL_WORDS] == []


@pytest.mark.parametrize("view", VIEWS, ids=lambda path: path.name)
def test_a_view_says_nothing_outside_of_the_catalogues(view: Path) -> None:
    tree = ast.parse(view.read_text())
    hushed = {id(node) for call in ast.walk(tree) for node in _inside(call)}
    assert [text for node, text in _strings(tree) if id(node) not in hushed and _is_a_sentence(text)] == []


@pytest.mark.parametrize(
    "text", ["<p>Hello</p>", '<img alt="您好">', "{{ t('ok') }} 您好", '<a title="x{{ y }}">']
)
def test_text_outside_of_the_catalogues_is_found(text: str) -> None:
    shown = _Shown()
    shown.feed(JINJA.sub("", text))
    assert LETTERS.search(shown.text)


class _Shown(HTMLParser):
    """What a reader sees of a template whose expressions were taken out."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        self.text += "".join(f" {value}" for name, value in attrs if name in SHOWN_ATTRIBUTES and value)

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside not in ("script", "style"):
            self.text += " " + ATTRIBUTE.sub("", data)


def _strings(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node, node.value


def _inside(node: ast.AST) -> Iterator[ast.AST]:
    """Strings that nobody is shown, or that are marked: docstrings, arguments of `N_` and `P_`."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value
    if isinstance(node, ast.Call) and ast.unparse(node.func) in ("N_", "P_"):
        yield from ast.walk(node)


def _is_a_sentence(text: str) -> bool:
    """Chinese, or a capital at the beginning of more than one word."""
    return bool(re.search(r"[\u2e81-\u9fff]|^[A-Z][a-z]* [a-z]", text))
