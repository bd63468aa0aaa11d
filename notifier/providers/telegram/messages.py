"""From a message to Telegram's form: HTML and an inline keyboard, within their limits.

Source of the limits: core.telegram.org/bots/api (sendMessage, InlineKeyboardButton): 4096 characters after
entities, counted in UTF-16; 1–64 bytes of callback data.
"""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from notifier.channel import READ, Button, Content
from notifier.trim import clean, fit_bytes, fit_units, one_line, utf16_units
from storage.kinds import Severity

TEXT_UNITS = 4096
OUTCOME_UNITS = 300
_TITLE_UNITS, _SUMMARY_UNITS, _FIELDS_UNITS, _SENDER_UNITS = 256, 1500, 1700, 128
_LABEL_BYTES = 128
_MOST_BUTTONS = 12
_COLOURS = {
    Severity.INFO: "🔵",
    Severity.NOTICE: "🟡",
    Severity.URGENT: "🟠",
    Severity.CRITICAL: "🔴",
}

Keyboard = list[list[dict[str, str]]]
Answer = Callable[[str], str | None]
"""What a button of that key sends back; None where it opens a page."""


def message_for(content: Content, answer: Answer, says: Answer) -> dict[str, Any]:
    """The parts of sendMessage, without the chat. `says`: what a button sends back that decides nothing.

    What can be said beside the matter stands below what takes no answer here: with one, it is the answer that counts.
    """
    page, answers = _page_row(content), _answer_rows(content, answer)
    takes_one = any("callback_data" in button for row in answers for button in row)
    asides = {} if takes_one else _asides(content, says)
    return {
        "text": _text(content),
        "inline_keyboard": answers + _row(*asides.values()) + page,
        "decided_keyboard": page,
        "asides": asides,
    }


def decided_text(sent: Mapping[str, Any], outcome: str) -> str:
    """The text of a sent message with what was decided below it."""
    words = escape(fit_units(one_line(outcome), OUTCOME_UNITS), quote=False)
    text = sent.get("text")
    return f"{text}\n\n✅ <b>{words}</b>" if text else f"✅ <b>{words}</b>"


def decided_keyboard(sent: Mapping[str, Any]) -> Keyboard:
    """What stays below a decided message: the way to the case, nothing to decide."""
    kept: Keyboard = sent.get("decided_keyboard", [])
    return kept


def said(sent: Mapping[str, Any], aside: str, links: Sequence[tuple[str, str]]) -> Mapping[str, Any]:
    """A sent message once that was said of it: as it was, without what is said, and with these pages.

    Who has read it can still stop such messages; who stopped them has nothing left to say.
    """
    over = [button for key, button in sent.get("asides", {}).items() if aside != READ or key == READ]
    rows = ([button for button in row if button not in over] for row in sent.get("inline_keyboard", []))
    pages = [[{"text": _label(label), "url": url}] for label, url in links]
    return {**sent, "decided_keyboard": [row for row in rows if row] + pages}


def _asides(content: Content, says: Answer) -> dict[str, dict[str, str]]:
    """Buttons by their keys."""
    sent_back = ((aside, says(aside.key)) for aside in content.asides)
    return {
        aside.key: {"text": _label(aside.label), "callback_data": data} for aside, data in sent_back if data
    }


def _row(*buttons: dict[str, str]) -> Keyboard:
    return [list(buttons)] if buttons else []


def _text(content: Content) -> str:
    """Each part is cut before it is escaped, so that no mark-up is cut in two."""
    head = f"{_COLOURS[content.severity]} {_bold(content.severity_word, 64)} · {_bold(content.title, _TITLE_UNITS)}"
    parts = [head, _plain(clean(content.summary).strip(), _SUMMARY_UNITS), _fields(content)]
    parts.append(f"<i>{_plain(one_line(content.sender), _SENDER_UNITS)}</i>")
    return "\n".join(part for part in parts if part)


def _fields(content: Content) -> str:
    """As many lines as fit, each whole."""
    lines, left = [], _FIELDS_UNITS
    for name, value in content.fields:
        label, words = fit_units(one_line(name), 64), fit_units(one_line(value), 400)
        left -= utf16_units(label) + utf16_units(words) + 3
        if left < 0:
            break
        lines.append(f"<b>{escape(label, quote=False)}</b>: {escape(words, quote=False)}")
    return "\n".join(lines)


def _answer_rows(content: Content, answer: Answer) -> Keyboard:
    """Two buttons a row, as they fit a phone."""
    made = [_button(content, button, answer) for button in content.buttons[:_MOST_BUTTONS]]
    buttons = [button for button in made if button]
    return [buttons[i : i + 2] for i in range(0, len(buttons), 2)]


def _page_row(content: Content) -> Keyboard:
    return [[{"text": _label(content.url_label), "url": content.url}]] if content.url else []


def _button(content: Content, button: Button, answer: Answer) -> dict[str, str] | None:
    """None where there is neither room for an answer nor a page to open."""
    data = answer(button.key) if button.url is None else None
    if data is not None:
        return {"text": _label(button.label), "callback_data": data}
    url = content.link_for(button)
    return {"text": _label(button.label), "url": url} if url else None


def _label(text: str) -> str:
    """Never empty: Telegram refuses a button without words."""
    return fit_bytes(one_line(text), _LABEL_BYTES) or "-"


def _bold(text: str, units: int) -> str:
    return f"<b>{_plain(one_line(text), units) or '-'}</b>"


def _plain(text: str, units: int) -> str:
    return escape(fit_units(text, units), quote=False)
