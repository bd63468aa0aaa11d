"""The HTML keeps the rules under which Outlook (which draws with Word) and QQ mail show what was meant."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings

from notifier.channel import Content
from notifier.providers.email.channel import EmailChannel
from notifier.providers.email.compose import BANNERS
from storage.kinds import Severity
from tests.notifier.providers.email.test_channel import TO, account
from tests.support.channel_contents import ManualClock, content, contents

TAGS = frozenset(
    {"html", "head", "meta", "title", "body", "table", "tr", "td", "th", "a", "font", "strong", "br"}
)
BARRED_STYLES = ("float", "position", "display:flex", "display:grid", "margin:auto", "url(", "@", "calc(")
MOST_WIDTH = 600
MOST_BYTES = 102_000
"""Gmail cuts longer ones."""


class Rules(HTMLParser):
    """Collects what breaks a rule."""

    def __init__(self) -> None:
        super().__init__()
        self.broken: list[str] = []
        self.banner: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        style = has.get("style", "").replace(" ", "").lower()
        self._note(tag not in TAGS, f"<{tag}>")
        self._note(any(name.startswith("on") or name in ("class", "id") for name in has), f"{tag} {attrs}")
        self._note(any(barred in style for barred in BARRED_STYLES), style)
        if tag == "table":
            missing = {"width", "cellpadding", "cellspacing", "border"} - has.keys()
            self._note(bool(missing) and "role" not in has, f"table without {missing}")
            self._note(has.get("width", "").isdigit() and int(has["width"]) > MOST_WIDTH, "too wide")
        if "background-color" in style:
            colour = has.get("bgcolor", "").lower()
            self._note(not colour or f"background-color:{colour}" not in style, f"{tag} without bgcolor")
        if tag == "td" and "font-size:18px" in style:
            self.banner = has
        self._note(tag == "a" and not has.get("href", "").startswith(("https://", "http://")), f"link {has}")

    def _note(self, broken: bool, words: str) -> None:
        if broken:
            self.broken.append(words)


def html_of(message: Content) -> str:
    composed = EmailChannel(ManualClock()).compose(message, TO, account(25))
    return str(composed["html"])


def checked(html: str) -> Rules:
    rules = Rules()
    rules.feed(html)
    return rules


@settings(max_examples=60, deadline=None)
@given(contents)
def test_any_message_keeps_the_rules(message: Content) -> None:
    html = html_of(message)
    assert checked(html).broken == []
    assert len(html.encode()) < MOST_BYTES


@pytest.mark.parametrize("severity", list(Severity))
def test_banner_has_its_colour_twice_and_a_fixed_width_around_it(severity: Severity) -> None:
    html = html_of(content(severity=severity))
    background, colour = BANNERS[severity]
    banner = checked(html).banner
    assert (banner["bgcolor"], f"background-color:{background};color:{colour}" in banner["style"]) == (
        background,
        True,
    )
    assert '<table width="600"' in html


def test_word_sees_a_fixed_width_around_what_other_programs_let_shrink() -> None:
    """Word draws what stands in its conditional comments, and no `max-width`."""
    for_word = re.sub(r"<!--\[if mso\]>(.*?)<!\[endif\]-->", r"\1", html_of(content()))
    assert for_word != html_of(content())
    assert checked(for_word).broken == []
    around = for_word.partition("max-width:600px")[0]
    assert around.count('<table width="600"') == 2
    assert for_word.count("<table") == for_word.count("</table>")


@pytest.mark.parametrize(
    "bad",
    [
        "<div>x</div>",
        '<table width="900" cellpadding="0" cellspacing="0" border="0"></table>',
        '<td style="background-color:#FFF">x</td>',
        '<td style="float:left">x</td>',
        '<link rel="stylesheet" href="https://x.example/x.css">',
        '<a href="javascript:x">x</a>',
        "<style>p{}</style>",
    ],
)
def test_the_rules_see_what_breaks_them(bad: str) -> None:
    assert checked(bad).broken != []
