"""One template card of each type, complete and correct."""

from typing import Any

ACTION = {"type": 1, "url": "https://h.example/c/1"}
OPTIONS = [{"id": "1", "text": "One"}, {"id": "2", "text": "Two"}]
TEXT: dict[str, Any] = {
    "card_type": "text_notice",
    "main_title": {"title": "CT-3"},
    "card_action": ACTION,
    "horizontal_content_list": [{"keyname": "Who", "value": "Li", "type": 3, "userid": "u1"}],
}
NEWS: dict[str, Any] = TEXT | {"card_type": "news_notice", "card_image": {"url": "https://h.example/i.png"}}
MENU = {"desc": "More", "action_list": [{"text": "Mute", "key": "mute"}]}
VOTE: dict[str, Any] = {
    "card_type": "vote_interaction",
    "task_id": "v1",
    "main_title": {"title": "Which one?"},
    "checkbox": {"question_key": "q", "mode": 1, "option_list": OPTIONS},
    "submit_button": {"text": "Send", "key": "submit"},
}
MULTIPLE: dict[str, Any] = {
    "card_type": "multiple_interaction",
    "task_id": "m1",
    "main_title": {"title": "Choose"},
    "select_list": [{"question_key": "q", "title": "Level", "option_list": OPTIONS}],
    "submit_button": {"text": "Send", "key": "submit"},
}
