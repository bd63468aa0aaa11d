"""What WeCom's template cards are made of, within their limits.

Source of the limits: developer.work.weixin.qq.com document 90236. Byte limits are hard; the limits in 字
are the widths that a phone shows, so two Latin letters count as one.
"""

from collections.abc import Sequence
from typing import Any

from notifier.channel import Button, Content
from notifier.trim import clean, fit_columns, one_line
from storage.kinds import Severity

BUTTON_ZI, LINK_ZI, BELOW_ZI = 10, 18, 160
MOST_BUTTONS, MOST_LINKS, _MOST_FIELDS = 6, 3, 6
_KEY_BYTES = 1024
MOST_PHOTOS, TO_UPLOAD = 2, "sha256:"

_GREY, _BLACK, _RED = 0, 1, 2
_SOURCE_COLOUR = {
    Severity.INFO: _GREY,
    Severity.NOTICE: _BLACK,
    Severity.URGENT: _RED,
    Severity.CRITICAL: _RED,
}
_BUTTON_STYLE = {"primary": 1, "default": 2, "danger": 3}

Message = dict[str, Any]


def card_of(kind: str, content: Content) -> Message:
    """What every card says, whatever can be answered on it. Photos are named by their contents."""
    photos = content.photos[:MOST_PHOTOS]
    room = _MOST_FIELDS - len(photos)
    card: Message = {
        "card_type": kind,
        "task_id": content.unique_id,
        "source": {
            "desc": on_a_line(f"{content.severity_word} · {content.sender}", 20),
            "desc_color": _SOURCE_COLOUR[content.severity],
        },
        "main_title": {
            "title": on_a_line(content.title, 36),
            "desc": fit_columns(clean(content.summary).strip(), 160),
        },
        "horizontal_content_list": [
            {"keyname": on_a_line(name, 5), "value": on_a_line(value, 30)}
            for name, value in content.fields[:room]
        ]
        + [
            {
                "type": 2,
                "keyname": on_a_line(label, 5),
                "value": f"{number}.jpg",
                "media_id": f"{TO_UPLOAD}{sha256}",
            }
            for number, (label, sha256) in enumerate(photos, start=1)
        ],
    }
    if rest := content.fields[room:]:
        lines = [f"{one_line(name)}: {one_line(value)}" for name, value in rest]
        card["sub_title_text"] = fit_columns("\n".join(lines), BELOW_ZI)
    if content.url:
        card["card_action"] = {"type": 1, "url": content.url}
    return card


def jumps(links: Sequence[tuple[str, str]]) -> list[Message]:
    """Lines that open pages."""
    return [{"type": 1, "title": on_a_line(label, LINK_ZI), "url": url} for label, url in links]


def links_of(buttons: Sequence[Button]) -> list[tuple[str, str]]:
    """The pages that buttons open, as many as a card has lines for."""
    return [(button.label, button.url) for button in buttons if button.url][:MOST_LINKS]


def button_of(button: Button) -> Message:
    """A button that opens a page, or calls back."""
    face = {"text": on_a_line(button.label, BUTTON_ZI), "style": _BUTTON_STYLE[button.style]}
    if button.url:
        return {"type": 1, **face, "url": button.url}
    return {"type": 0, **face, "key": key_of(button)}


def key_of(button: Button) -> str:
    """What comes back when it is pressed. Raises ValueError for a longer one than WeCom takes."""
    if len(button.key.encode()) > _KEY_BYTES:
        raise ValueError(f"the key of a button is longer than {_KEY_BYTES} bytes")
    return button.key


def on_a_line(text: str, zi: int) -> str:
    """One line, and never an empty one: WeCom refuses an empty title or button."""
    return fit_columns(one_line(text), zi) or "-"
