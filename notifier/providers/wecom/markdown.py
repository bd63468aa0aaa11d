"""A message as the small markdown that WeCom shows: headings, bold, links, quotes, three colours and mentions.

Source: developer.work.weixin.qq.com documents 90236 and 99110.
"""

from notifier.channel import Content
from notifier.trim import clean, fit_bytes, fit_columns, one_line
from storage.kinds import Severity

LINK_BYTES, TITLE_ZI = 1000, 60
_FONT = {
    Severity.INFO: "comment",
    Severity.NOTICE: "info",
    Severity.URGENT: "warning",
    Severity.CRITICAL: "warning",
}
_BREAKS_MARKDOWN = str.maketrans({"[": "［", "]": "］", "`": "'", "<": "＜", ">": "＞"})  # fmt: skip


def markdown_words(content: Content, limit_bytes: int, mentioned: tuple[str, ...] = ()) -> str:
    """The words within the limit; links and mentions are whole or absent."""
    word, title = plain(fit_columns(content.severity_word, 12)), plain(fit_columns(content.title, TITLE_ZI))
    head = f'**<font color="{_FONT[content.severity]}">{word}</font> {title}**'
    tail = "".join(f"\n<@{user}>" for user in mentioned)
    if len(content.url.encode()) <= LINK_BYTES and content.url:
        tail = f"\n[{plain(fit_columns(content.url_label, 18)) or content.url}]({content.url}){tail}"
    lines = [plain(line) for line in clean(content.summary).splitlines() if line.strip()]
    lines += [f"> {plain(name)}: {plain(value)}" for name, value in content.fields]
    room = limit_bytes - len(head.encode()) - len(tail.encode()) - 1
    return f"{head}\n{fit_bytes(chr(10).join(lines), room)}{tail}"


def plain(text: str) -> str:
    """Somebody's words on one line, which become no link, no colour and no mention."""
    return one_line(text).translate(_BREAKS_MARKDOWN)
