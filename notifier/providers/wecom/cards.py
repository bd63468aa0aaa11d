"""From a message to WeCom's forms, within their limits.

Source of the limits: developer.work.weixin.qq.com document 90236. Byte limits are hard; the limits in 字
are the widths that a phone shows, so two Latin letters count as one.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from notifier.channel import Button, Content, Poll, Question, Replacement
from notifier.providers.wecom.markdown import markdown_words
from notifier.trim import clean, fit_bytes, fit_columns, one_line
from storage.kinds import Severity

TEXT_BYTES = 2048
BUTTON_ZI = 10
_KEY_BYTES = 1024
_MOST_BUTTONS, _MOST_LINKS, _MOST_FIELDS = 6, 3, 6
_MOST_IN_VOTE, _MOST_IN_LIST, _MOST_LISTS = 20, 10, 3
VOTE_ZI, LIST_ZI, LIST_TITLE_ZI = 17, 16, 16
PICTURE_RATIO = 2.25
MOST_PHOTOS, TO_UPLOAD = 2, "sha256:"

_GREY, _BLACK, _RED = 0, 1, 2
_SOURCE_COLOUR = {
    Severity.INFO: _GREY,
    Severity.NOTICE: _BLACK,
    Severity.URGENT: _RED,
    Severity.CRITICAL: _RED,
}
_BUTTON_STYLE = {"primary": 1, "default": 2, "danger": 3}
_MARKUP = re.compile(r"<(?=[A-Za-z/!])")

Message = dict[str, Any]


def message_for(
    content: Content, has_callback: bool, *, with_photos: bool = False, markdown: bool = False
) -> Message:
    """The `msgtype` and its part: a card with buttons, a card to open, or words where neither can be.

    Words go as text, or as markdown where there is nothing to answer either. With photos, a card names their
    contents where the ids of the uploaded files are to stand.
    """
    content = content if with_photos else replace(content, photos=())
    if has_callback and content.poll and (card := asking_card(content, content.poll)):
        return {"msgtype": "template_card", "template_card": card}
    answers = any(button.url is None for button in content.buttons)
    if answers and has_callback and len(content.buttons) <= _MOST_BUTTONS:
        return {"msgtype": "template_card", "template_card": _button_card(content)}
    if not answers and content.url and len(content.buttons) <= _MOST_LINKS:
        return {"msgtype": "template_card", "template_card": notice_card(content)}
    if markdown and not content.buttons:
        return {"msgtype": "markdown", "markdown": {"content": _markdown(content)}}
    return {"msgtype": "text", "text": {"content": _text(content)}}


def replacement_for(replacement: Replacement) -> Message:
    """What `update_template_card` puts in the place of the buttons, or of the whole card.

    A card that only informs needs a page to open, so a replacement without one changes the buttons alone.
    """
    if replacement.content and replacement.content.url:
        return {"template_card": replacement_card(replacement.content, replacement.text)}
    return {"button": {"replace_name": fit_columns(one_line(replacement.text), BUTTON_ZI)}}


def replacement_card(content: Content, outcome: str) -> Message:
    """The card once the matter is decided: nothing to press, and who decided."""
    card = {**notice_card(content), "sub_title_text": fit_columns(clean(outcome).strip(), 160)}
    # A task id is used once; a card that answers nothing needs none.
    del card["task_id"]
    return card


def _button_card(content: Content) -> Message:
    card = _card("button_interaction", content)
    card["button_list"] = [_button(button) for button in content.buttons]
    return card


def notice_card(content: Content) -> Message:
    """A card that only informs, and opens a page: `content.url` must not be empty."""
    card = _card("news_notice" if content.picture else "text_notice", content)
    if content.picture:
        card["card_image"] = {"url": content.picture, "aspect_ratio": PICTURE_RATIO}
    links = [(button.label, button.url) for button in content.buttons if button.url][:_MOST_LINKS]
    card["jump_list"] = _jumps(links or [(content.url_label, content.url)])
    return card


def decided_card(sent: Message, outcome: str) -> Message | None:
    """A card, as it was sent, once the matter is decided: nothing to press. None for one that opens no page."""
    if "card_action" not in sent:
        return None
    kept = ("task_id", "source", "main_title", "horizontal_content_list", "card_action")
    card = {name: sent[name] for name in kept if name in sent}
    return {**card, "card_type": "text_notice", "sub_title_text": fit_columns(clean(outcome).strip(), 160)}


def asking_card(content: Content, poll: Poll) -> Message | None:
    """A card that asks: one question as a vote, two or three as lists, one beside other buttons as a list above them.

    None where it cannot ask all that is to be asked.
    """
    others = [button for button in content.buttons if button.key != poll.submit.key]
    lists = all(not q.several and len(q.choices) <= _MOST_IN_LIST for q in poll.questions)
    if any(button.url is None for button in others):
        beside = lists and len(poll.questions) == 1 and len(others) < _MOST_BUTTONS
        return _list_above_buttons(content, poll, others) if beside else None
    if len(poll.questions) == 1 and len(poll.questions[0].choices) <= _MOST_IN_VOTE:
        vote = _poll_card("vote_interaction", content, poll, others)
        return vote | {"checkbox": _checkbox(poll.questions[0])}
    if lists and len(poll.questions) <= _MOST_LISTS:
        several = _poll_card("multiple_interaction", content, poll, others)
        return several | {"select_list": [_selection(question) for question in poll.questions]}
    return None


def _poll_card(kind: str, content: Content, poll: Poll, others: Sequence[Button]) -> Message:
    card = _card(kind, content)
    if links := [(button.label, button.url) for button in others if button.url][:_MOST_LINKS]:
        card["jump_list"] = _jumps(links)
    card["submit_button"] = {"text": _line(poll.submit.label, BUTTON_ZI), "key": _key(poll.submit)}
    return card


def _list_above_buttons(content: Content, poll: Poll, others: Sequence[Button]) -> Message:
    card = _card("button_interaction", content)
    card["button_selection"] = _selection(poll.questions[0])
    card["button_list"] = [_button(button) for button in (poll.submit, *others)]
    return card


def _checkbox(question: Question) -> Message:
    options = [
        {"id": value, "text": _line(words, VOTE_ZI), "is_checked": value == question.chosen}
        for value, words in question.choices
    ]
    return {"question_key": question.field, "mode": int(question.several), "option_list": options}


def _selection(question: Question) -> Message:
    options = [{"id": value, "text": _line(words, LIST_ZI)} for value, words in question.choices]
    chosen = {"selected_id": question.chosen} if question.chosen else {}
    title = _line(question.title, LIST_TITLE_ZI)
    return {"question_key": question.field, "title": title, **chosen, "option_list": options}


def _jumps(links: Sequence[tuple[str, str | None]]) -> list[Message]:
    return [{"type": 1, "title": _line(label, 18), "url": url} for label, url in links]


def _card(kind: str, content: Content) -> Message:
    photos = content.photos[:MOST_PHOTOS]
    room = _MOST_FIELDS - len(photos)
    card: Message = {
        "card_type": kind,
        "task_id": content.unique_id,
        "source": {
            "desc": _line(f"{content.severity_word} · {content.sender}", 20),
            "desc_color": _SOURCE_COLOUR[content.severity],
        },
        "main_title": {
            "title": _line(content.title, 36),
            "desc": fit_columns(clean(content.summary).strip(), 160),
        },
        "horizontal_content_list": [
            {"keyname": _line(name, 5), "value": _line(value, 30)} for name, value in content.fields[:room]
        ]
        + [
            {
                "type": 2,
                "keyname": _line(label, 5),
                "value": f"{number}.jpg",
                "media_id": f"{TO_UPLOAD}{sha256}",
            }
            for number, (label, sha256) in enumerate(photos, start=1)
        ],
    }
    if rest := content.fields[room:]:
        lines = [f"{one_line(name)}: {one_line(value)}" for name, value in rest]
        card["sub_title_text"] = fit_columns("\n".join(lines), 160)
    if content.url:
        card["card_action"] = {"type": 1, "url": content.url}
    return card


def _button(button: Button) -> Message:
    face = {"text": _line(button.label, BUTTON_ZI), "style": _BUTTON_STYLE[button.style]}
    if button.url:
        return {"type": 1, **face, "url": button.url}
    return {"type": 0, **face, "key": _key(button)}


def _key(button: Button) -> str:
    if len(button.key.encode()) > _KEY_BYTES:
        raise ValueError(f"the key of a button is longer than {_KEY_BYTES} bytes")
    return button.key


def _line(text: str, zi: int) -> str:
    """One line, and never an empty one: WeCom refuses an empty title or button."""
    return fit_columns(one_line(text), zi) or "-"


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
    return f'<a href="{url}">{harmless(_line(label, 18))}</a>'


def harmless(text: str) -> str:
    """A reporter's words must not become a link inside of an official message."""
    return _MARKUP.sub("＜", text)
