"""From a message to WeCom's forms: a card where one can be, else words.

Source of the limits: developer.work.weixin.qq.com document 90236.
"""

import re
from dataclasses import replace

from notifier.channel import Content
from notifier.providers.wecom.asking import asking_card
from notifier.providers.wecom.markdown import markdown_words
from notifier.providers.wecom.parts import (
    LINK_ZI,
    MOST_BUTTONS,
    MOST_LINKS,
    Message,
    button_of,
    card_of,
    jumps,
    key_of,
    links_of,
    on_a_line,
)
from notifier.trim import clean, fit_bytes, one_line

TEXT_BYTES = 2048
MENU_ZI, MOST_IN_MENU = 10, 3
PICTURE_RATIO = 1.3  # of photos, as phones take them
_MARKUP = re.compile(r"<(?=[A-Za-z/!])")


def message_for(
    content: Content, has_callback: bool, *, with_photos: bool = False, markdown: bool = False
) -> Message:
    """The `msgtype` and its part: a card with buttons, a card to open, or words where neither can be.

    Words go as text, or as markdown where there is nothing to answer either. With photos, a card names their
    contents where the ids of the uploaded files are to stand, and a notice has the first one at its head.
    """
    content = content if with_photos else replace(content, photos=(), picture="")
    if has_callback and content.poll and (card := asking_card(content, content.poll)):
        return {"msgtype": "template_card", "template_card": card}
    answers = any(button.url is None for button in content.buttons)
    if answers and has_callback and len(content.buttons) <= MOST_BUTTONS:
        return {"msgtype": "template_card", "template_card": _button_card(content)}
    if not answers and content.url and len(content.buttons) <= MOST_LINKS:
        return {"msgtype": "template_card", "template_card": notice_card(content, has_callback=has_callback)}
    if markdown and not content.buttons:
        return {"msgtype": "markdown", "markdown": {"content": _markdown(content)}}
    return {"msgtype": "text", "text": {"content": _text(content)}}


def notice_card(content: Content, *, has_callback: bool = False) -> Message:
    """A card that only informs, and opens a page: `content.url` must not be empty.

    Where answers come back, what can be said of it besides stands in the menu in its corner.
    """
    card = card_of("news_notice" if content.picture else "text_notice", content)
    if content.picture:
        card["card_image"] = {"url": content.picture, "aspect_ratio": PICTURE_RATIO}
    card["jump_list"] = jumps(links_of(content.buttons) or [(content.url_label, content.url)])
    if has_callback and content.asides:
        asides = content.asides[:MOST_IN_MENU]
        menu = [{"text": on_a_line(aside.label, MENU_ZI), "key": key_of(aside)} for aside in asides]
        card["action_menu"] = {"action_list": menu}
    return card


def _button_card(content: Content) -> Message:
    card = card_of("button_interaction", content)
    card["button_list"] = [button_of(button) for button in content.buttons]
    return card


def _text(content: Content) -> str:
    """The words, cut where they must be, and then the links, which are whole or absent."""
    tail = ""
    for link in _links(content):
        if len((tail + link).encode()) > TEXT_BYTES // 2:
            break
        tail += "\n" + link
    head = [f"【{one_line(content.severity_word)}】{one_line(content.title)}", clean(content.summary).strip()]
    head += [f"{one_line(name)}: {one_line(value)}" for name, value in content.fields]
    words = harmless("\n".join(line for line in head if line))
    return fit_bytes(words, TEXT_BYTES - len(tail.encode())) + tail


def _markdown(content: Content) -> str:
    """The id on a last grey line keeps it apart from an equal one, as in a text."""
    tail = f'\n<font color="comment">({content.unique_id})</font>'
    return markdown_words(content, TEXT_BYTES - len(tail.encode())) + tail


def _links(content: Content) -> list[str]:
    """The duplicate check swallows a text equal to an earlier one within its hours, as two reminders may be.

    The id in the address (never shown, never sent to the server) or on a last line keeps them apart.
    """
    links = [
        _link(content.link_for(button), button.label)
        for button in content.buttons
        if content.link_for(button)
    ]
    if not content.url:
        return [f"({content.unique_id})", *links]
    return [_link(f"{content.url.partition('#')[0]}#{content.unique_id}", content.url_label), *links]


def _link(url: str, label: str) -> str:
    return f'<a href="{url}">{harmless(on_a_line(label, LINK_ZI))}</a>'


def harmless(text: str) -> str:
    """A reporter's words must not become a link inside of an official message."""
    return _MARKUP.sub("＜", text)
