"""Whatever is to be told, a group robot takes it; who is named, and in which form."""

import json
from typing import Any

import pytest
from hypothesis import given

from bot.sandbox.robots import RobotNetwork
from notifier.channel import Account, Content, SendFailed, Verdict
from notifier.providers.wecom_robot.account import account_of
from notifier.providers.wecom_robot.channel import WeComRobotChannel
from storage.kinds import Severity
from tests.support.channel_contents import ManualClock, content, contents

KEY = "sandbox-key-of-a-group"
LONG = [f"member-with-a-rather-long-name-{i:03}" for i in range(30)]


def robot(key: str = KEY, **settings: Any) -> Account:
    return Account(5, settings, {"key": key})


def composed(what: Content, **settings: Any) -> dict[str, Any]:
    channel = WeComRobotChannel(None)  # type: ignore[arg-type] # composing needs no connection
    return channel.compose(what, "", robot(**settings))


@given(contents)
def test_the_stand_in_takes_whatever_is_composed(what: Content) -> None:
    group = RobotNetwork((), ManualClock().now, lambda: 1)
    for settings in (
        {},
        {"mention_users": LONG},
        {"mention_users": "@all", "mention_mobiles": "13800000000"},
    ):
        assert group.read(json.dumps(composed(what, **settings)).encode()).id == 1


def test_what_is_not_urgent_is_a_card_without_anything_to_press_and_mentions_nobody() -> None:
    body = composed(content(severity=Severity.NOTICE), mention_users=["ann"])
    card = body["template_card"]
    assert (card["card_type"], "task_id" in card, "button_list" in card) == ("text_notice", False, False)


def test_what_is_urgent_calls_people_by_name_in_markdown_and_mobiles_or_everybody_in_text() -> None:
    words = composed(content(), mention_users="ann, bob")["markdown"]["content"]
    assert words.endswith("\n<@ann>\n<@bob>")
    text = composed(content(), mention_users="@all", mention_mobiles="13800000000")["text"]
    assert (text["mentioned_list"], text["mentioned_mobile_list"]) == (["@all"], ["13800000000"])


def test_words_of_a_reporter_become_no_link_and_no_mention() -> None:
    evil = content(url="", summary="<@all> [click](https://evil.example) <font color='info'>")
    words = composed(evil)["markdown"]["content"]
    assert ("<@all>" in words, "[click]" in words, "<font color='info'" in words) == (False, False, False)


def test_the_whole_address_is_taken_for_the_key_in_it_and_a_wrong_one_is_never_repeated() -> None:
    address = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"
    assert account_of(robot(address)).secrets.key.get_secret_value() == KEY
    with pytest.raises(SendFailed) as failure:
        account_of(robot("no key at all!"))
    assert failure.value.verdict is Verdict.CONFIGURATION
    assert ("no key" in str(failure.value), KEY in repr(account_of(robot()))) == (False, False)
