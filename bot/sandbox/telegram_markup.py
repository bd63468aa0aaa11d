"""Telegram's HTML: its plain text, which the limits count, and the same as safe HTML for the page.

Rules: core.telegram.org/bots/api#html-style.
"""

from html.parser import HTMLParser

from markupsafe import Markup, escape

from bot.sandbox.telegram_errors import bad_request

TAGS = frozenset({"b", "strong", "i", "em", "u", "ins", "s", "del", "code", "pre", "blockquote", "a"})


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.plain: list[str] = []
        self.safe: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            raise bad_request(f'can\'t parse entities: Unsupported start tag "{tag}"')
        self.open.append(tag)
        self.safe.append(_link(dict(attrs).get("href") or "") if tag == "a" else f"<{tag}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - its shape
        raise bad_request(f'can\'t parse entities: Unsupported start tag "{tag}/"')

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            raise bad_request(f'can\'t parse entities: Unexpected end tag "{tag}"')
        self.open.pop()
        self.safe.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.plain.append(data)
        self.safe.append(str(escape(data)).replace("\n", "<br>"))


def read_html(html: str) -> tuple[str, str]:
    """Plain text and safe HTML; raises `BotApiError` for mark-up that Telegram refuses."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    if reader.open:
        raise bad_request(
            f"can't parse entities: Can't find end tag corresponding to start tag \"{reader.open[-1]}\""
        )
    return "".join(reader.plain), "".join(reader.safe)


def read_plain(text: str) -> tuple[str, str]:
    """The same for a text without mark-up."""
    return text, str(escape(text)).replace("\n", "<br>")


def as_markup(safe: str) -> Markup:
    """What was read above, for a template."""
    return Markup(safe)  # noqa: S704 - each part was escaped, the tags are ours


def _link(href: str) -> str:
    address = href if href.startswith(("http://", "https://")) else "#"
    return f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer">'
