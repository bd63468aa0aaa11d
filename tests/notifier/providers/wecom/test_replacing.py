"""What a sent card becomes once its matter is decided."""

from typing import Any

import pytest

from bot.sandbox.api_models import content_of
from notifier.channel import Content, Replacement
from notifier.providers.wecom.cards import message_for
from notifier.providers.wecom.replacing import replacement_for
from tests.support.channel_contents import content

LONG = "Sent back for correction: 示例市第一医院设备科王主任"


def replaced(text: str, **changes: Any) -> dict[str, Any]:
    """What the message becomes, as it was sent with a callback and photos."""
    sent = message_for(content(**changes), True, with_photos=True)
    return replacement_for(Replacement(text, sent=sent))


def test_replacement_with_a_page_is_a_whole_card_that_says_who_decided() -> None:
    card = replacement_for(Replacement("已由王主任同意", content(buttons=())))["template_card"]
    assert (card["card_type"], card["sub_title_text"]) == ("text_notice", "已由王主任同意")
    assert "task_id" not in card


@pytest.mark.parametrize("message", [None, content(url="")])
def test_replacement_without_a_page_renames_the_buttons(message: Content | None) -> None:
    assert replacement_for(Replacement("已由王主任同意", message)) == {
        "button": {"replace_name": "已由王主任同意"}
    }


def test_words_that_fit_take_the_place_of_the_buttons() -> None:
    assert replaced("已同意：王主任") == {"button": {"replace_name": "已同意：王主任"}}


def test_where_words_are_too_long_for_a_button_the_whole_card_says_who_decided() -> None:
    card = replaced(LONG)["template_card"]
    assert (card["card_type"], card["sub_title_text"]) == ("text_notice", LONG)
    assert "button_list" not in card
    content_of({"template_card": card}, "template_card")


def test_a_notice_which_has_no_buttons_is_replaced_as_a_whole_and_names_no_file() -> None:
    photos, picture = (("照片", "a" * 64),), "https://yishe.example/i/1-x"
    card = replaced("已评估：工程师", buttons=(), photos=photos, picture=picture)["template_card"]
    assert (card["card_type"], card["sub_title_text"]) == ("text_notice", "已评估：工程师")
    assert [line for line in card["horizontal_content_list"] if "media_id" in line] == []
    assert {"task_id", "action_menu", "card_image"} & card.keys() == set()


def test_a_card_without_a_page_keeps_its_buttons_place() -> None:
    assert replaced(LONG, url="")["button"]["replace_name"].endswith("…")
