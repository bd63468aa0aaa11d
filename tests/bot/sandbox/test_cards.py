from typing import Any

import pytest

from tests.support.sandbox import Sandbox, button_card, card_to
from tests.support.sandbox_cards import MENU, MULTIPLE, NEWS, OPTIONS, TEXT, VOTE


@pytest.mark.parametrize(
    ("card", "has_code"),
    [
        (TEXT, False),
        (NEWS, False),
        (TEXT | {"action_menu": MENU, "task_id": "x1"}, True),
        (button_card(), True),
        (VOTE, True),
        (MULTIPLE, True),
    ],
)
async def test_all_card_types_are_taken(box: Sandbox, card: dict[str, Any], has_code: bool) -> None:
    answer = await box.send(card_to(card=card))
    assert (answer["errcode"], "response_code" in answer) == (0, has_code)
    assert (await box.messages())[0]["body"]["card_type"] == card["card_type"]


def _without(card: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in card.items() if key != name}


@pytest.mark.parametrize(
    ("card", "errcode"),
    [
        ({"card_type": "surprise"}, 40058),
        (_without(TEXT, "card_action"), 40058),
        (_without(TEXT, "main_title"), 40058),
        (_without(NEWS, "card_image"), 40058),
        (NEWS | {"card_image": {"url": "https://h.example/i.png", "aspect_ratio": 3}}, 40058),
        (TEXT | {"action_menu": MENU}, 42014),
        (TEXT | {"horizontal_content_list": [{"keyname": "k"}] * 7}, 40058),
        (TEXT | {"horizontal_content_list": [{"keyname": "k", "type": 2}]}, 40058),
        (TEXT | {"jump_list": [{"title": "t"}] * 4}, 40058),
        (TEXT | {"card_action": {"type": 2}}, 40058),
        (TEXT | {"card_action": {"type": 1, "url": "javascript:alert(1)"}}, 40058),
        (_without(button_card(), "task_id"), 42014),
        (_without(button_card(), "main_title"), 40058),
        (button_card(button_list=[]), 40058),
        (button_card(button_list=[{"text": "b", "key": "k"}] * 7), 40058),
        (button_card(button_list=[{"text": "b"}]), 40058),
        (button_card(button_list=[{"text": "b", "key": "设" * 342}]), 45002),
        (VOTE | {"checkbox": {"question_key": "q", "option_list": OPTIONS * 11}}, 40058),
        (VOTE | {"submit_button": {"text": "Send"}}, 40058),
        (MULTIPLE | {"select_list": MULTIPLE["select_list"] * 4}, 40058),
    ],
)
async def test_cards_that_break_a_rule_are_refused(box: Sandbox, card: dict[str, Any], errcode: int) -> None:
    assert await box.send_code(card_to(card=card)) == errcode
    assert await box.messages() == []
