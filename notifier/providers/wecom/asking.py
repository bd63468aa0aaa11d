"""Cards that ask: a vote, lists, or a list above other buttons.

Source: developer.work.weixin.qq.com document 90236.
"""

from collections.abc import Sequence

from notifier.channel import Button, Content, Poll, Question
from notifier.providers.wecom.parts import (
    BUTTON_ZI,
    MOST_BUTTONS,
    Message,
    button_of,
    card_of,
    jumps,
    key_of,
    links_of,
    on_a_line,
)

_MOST_IN_VOTE, _MOST_IN_LIST, _MOST_LISTS = 20, 10, 3
_ID_BYTES = 128
VOTE_ZI, LIST_ZI, LIST_TITLE_ZI = 17, 16, 16


def asking_card(content: Content, poll: Poll) -> Message | None:
    """A card that asks: one question as a vote, two or three as lists, one beside other buttons as a list above them.

    None where it cannot ask all that is to be asked.
    """
    if any(len(value.encode()) > _ID_BYTES for q in poll.questions for value, _ in q.choices):
        return None
    others = [button for button in content.buttons if button.key != poll.submit.key]
    lists = all(not q.several and len(q.choices) <= _MOST_IN_LIST for q in poll.questions)
    if any(button.url is None for button in others):
        beside = lists and len(poll.questions) == 1 and len(others) < MOST_BUTTONS
        return _list_above_buttons(content, poll, others) if beside else None
    if len(poll.questions) == 1 and len(poll.questions[0].choices) <= _MOST_IN_VOTE:
        vote = _poll_card("vote_interaction", content, poll, others)
        return vote | {"checkbox": _checkbox(poll.questions[0])}
    if lists and len(poll.questions) <= _MOST_LISTS:
        several = _poll_card("multiple_interaction", content, poll, others)
        return several | {"select_list": [_selection(question) for question in poll.questions]}
    return None


def _poll_card(kind: str, content: Content, poll: Poll, others: Sequence[Button]) -> Message:
    card = card_of(kind, content)
    if links := links_of(others):
        card["jump_list"] = jumps(links)
    card["submit_button"] = {"text": on_a_line(poll.submit.label, BUTTON_ZI), "key": key_of(poll.submit)}
    return card


def _list_above_buttons(content: Content, poll: Poll, others: Sequence[Button]) -> Message:
    card = card_of("button_interaction", content)
    card["button_selection"] = _selection(poll.questions[0])
    card["button_list"] = [button_of(button) for button in (poll.submit, *others)]
    return card


def _checkbox(question: Question) -> Message:
    options = [
        {"id": value, "text": on_a_line(words, VOTE_ZI), "is_checked": value == question.chosen}
        for value, words in question.choices
    ]
    return {"question_key": question.field, "mode": int(question.several), "option_list": options}


def _selection(question: Question) -> Message:
    options = [{"id": value, "text": on_a_line(words, LIST_ZI)} for value, words in question.choices]
    chosen = {"selected_id": question.chosen} if question.chosen else {}
    title = on_a_line(question.title, LIST_TITLE_ZI)
    return {"question_key": question.field, "title": title, **chosen, "option_list": options}
