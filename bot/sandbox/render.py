"""WeCom's small mark-up as safe HTML: links in texts, grey lines in text cards, markdown."""

import re
from datetime import datetime, timedelta, timezone

from markupsafe import Markup, escape

CHINA = timezone(timedelta(hours=8))

_A = re.compile(r"&lt;a href=&#34;(https?://[^\"<>]+?)&#34;&gt;(.*?)&lt;/a&gt;", re.DOTALL)
_DIV = re.compile(r"&lt;div class=&#34;(gray|normal|highlight)&#34;&gt;(.*?)&lt;/div&gt;", re.DOTALL)
_BR = re.compile(r"&lt;br ?/?&gt;")
_FONT = re.compile(r"&lt;font color=&#34;(info|comment|warning)&#34;&gt;(.*?)&lt;/font&gt;", re.DOTALL)
_LINK = re.compile(r"\[([^\]]+)\]\((https?://[^\s)\"<>]+)\)")
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_CODE = re.compile(r"`([^`]+)`")
_HEADING = re.compile(r"^#{1,6} (.*)$\n?", re.MULTILINE)
_QUOTE = re.compile(r"^&gt; ?(.*)$\n?", re.MULTILINE)

_OUT = r'target="_blank" rel="noopener noreferrer"'


def text_html(value: str) -> Markup:
    """A text message: everything escaped but `<a href>`."""
    return _lines(_A.sub(rf'<a href="\1" {_OUT}>\2</a>', str(escape(value))))


def card_html(value: str) -> Markup:
    """A text card's description: grey, normal and highlighted lines."""
    html = _DIV.sub(r'<span class="line \1">\2</span>', str(escape(value)))
    return _lines(_BR.sub("<br>", html))


def markdown_html(value: str) -> Markup:
    """The subset of markdown that WeCom shows."""
    html = str(escape(value))
    html = _FONT.sub(r'<span class="font-\1">\2</span>', html)
    html = _LINK.sub(rf'<a href="\2" {_OUT}>\1</a>', html)
    html = _CODE.sub(r"<code>\1</code>", _BOLD.sub(r"<b>\1</b>", html))
    html = _QUOTE.sub(r'<span class="line gray">\1</span>', html)
    return _lines(_HEADING.sub(r'<b class="heading">\1</b>', html))


def link(value: str) -> str:
    """An address that may stand in href: http(s), or nowhere."""
    return value if value.startswith(("http://", "https://")) else "#"


def clock_time(value: datetime) -> str:
    """Month, day and time in China, where all of this plays."""
    return value.astimezone(CHINA).strftime("%m-%d %H:%M")


def full_time(value: datetime) -> str:
    """Date and time in China."""
    return value.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def _lines(html: str) -> Markup:
    # The parts were escaped one by one above; what is left are our own tags.
    return Markup(html.replace("\n", "<br>"))  # noqa: S704
