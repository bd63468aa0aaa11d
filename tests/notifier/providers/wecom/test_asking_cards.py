"""Which card asks what: by how many questions there are, and what else can be answered."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.api_models import content_of
from notifier.channel import Button, Content, Poll, Question
from notifier.providers.wecom.cards import message_for
from tests.support.channel_contents import APPROVE, REJECT, content, contents, texts

PAGE = "https://yishe.example/c/1/reopen"
ONE = Question("grade", "Grade", (("I", "sentinel"), ("II", "adverse")))
TWO = Question("speed", "In time?", (("yes", "yes"), ("no", "no")), chosen="no")
MANY = Question("cause", "Cause", tuple((f"c{i}", f"cause {i}") for i in range(12)), several=True)
REOPEN = Button("reopen", "Reopen", url=PAGE)


def card_of(*questions: Question, buttons: tuple[Button, ...] = (APPROVE,), callback: bool = True) -> Any:
    message = message_for(content(buttons=buttons, poll=Poll(questions, APPROVE)), callback)
    content_of(message, message["msgtype"])
    return message.get("template_card", {"card_type": message["msgtype"]})


@pytest.mark.parametrize(
    ("questions", "buttons", "kind"),
    [
        ((ONE,), (APPROVE,), "vote_interaction"),
        ((MANY,), (APPROVE,), "vote_interaction"),
        ((ONE, TWO), (APPROVE, REOPEN), "multiple_interaction"),
        ((ONE,), (APPROVE, REJECT), "button_interaction"),
    ],
)
def test_the_card_follows_from_what_is_asked(
    questions: tuple[Question, ...], buttons: tuple[Button, ...], kind: str
) -> None:
    assert card_of(*questions, buttons=buttons)["card_type"] == kind


def test_what_one_card_cannot_ask_is_left_to_the_page() -> None:
    card = card_of(ONE, TWO, buttons=(Button("approve", "Approve", url=PAGE), REJECT))
    assert "select_list" not in card
    assert card["button_list"][0]["url"] == PAGE


def test_lists_show_what_is_chosen_already_and_lead_to_what_needs_words() -> None:
    card = card_of(ONE, TWO, buttons=(APPROVE, REOPEN))
    assert [question.get("selected_id") for question in card["select_list"]] == [None, "no"]
    assert [jump["url"] for jump in card["jump_list"]] == [PAGE]
    assert card["submit_button"]["key"] == "approve"


def test_an_app_without_a_callback_asks_nothing() -> None:
    assert card_of(ONE, callback=False)["card_type"] == "text"


def test_a_picture_heads_what_only_informs() -> None:
    what = content(buttons=(), picture="https://yishe.example/i/7-photo")
    message = message_for(what, True, with_photos=True)
    card = message["template_card"]
    assert (card["card_type"], card["card_image"]["url"][-7:]) == ("news_notice", "7-photo")
    content_of(message, "template_card")
    assert message_for(what, True)["template_card"]["card_type"] == "text_notice"


def test_a_choice_whose_id_is_longer_than_wecom_takes_is_asked_on_the_page() -> None:
    long = Question("cause", "Cause", (("原因" * 22, "long"), ("b", "short")))
    assert card_of(long)["card_type"] == "button_interaction"
    assert "button_selection" not in card_of(long)


questions = st.builds(
    Question,
    field=st.sampled_from(["grade", "cause"]),
    title=texts,
    choices=st.lists(
        st.tuples(st.from_regex(r"[a-z]{1,9}", fullmatch=True), texts), min_size=1, max_size=25
    ).map(tuple),
    several=st.booleans(),
)


@given(contents, st.lists(questions, min_size=1, max_size=5).map(tuple))
def test_wecom_takes_whatever_is_asked(what: Content, asked: tuple[Question, ...]) -> None:
    fields = {**vars(what), "poll": Poll(asked, APPROVE)}
    message = message_for(Content(**fields), True)
    content_of(message, message["msgtype"])
