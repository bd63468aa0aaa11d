import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from notifier.channel import Button, Content, SendFailed, Verdict
from notifier.providers.wecom.cards import message_for
from notifier.providers.wecom.channel import WeComChannel
from notifier.trim import columns
from storage.kinds import Severity
from tests.support.channel_contents import APPROVE, ManualClock, content, contents, wecom_account

OPEN = Button("open", "打开工单", url="https://yishe.example/open")
ZI = {"text": 10, "keyname": 5, "value": 30}


def channel() -> WeComChannel:
    return WeComChannel(None, ManualClock())  # type: ignore[arg-type] # composing needs no connection


def card_of(message: Content, has_callback: bool = True) -> dict[str, Any]:
    card: dict[str, Any] = message_for(message, has_callback)["template_card"]
    return card


@pytest.mark.parametrize(
    ("buttons", "url", "has_callback", "form"),
    [
        ((APPROVE,), "https://yishe.example/c", True, "button_interaction"),
        ((APPROVE, OPEN), "", True, "button_interaction"),
        ((APPROVE,) * 7, "https://yishe.example/c", True, "text"),
        ((APPROVE,), "https://yishe.example/c", False, "text"),
        ((), "https://yishe.example/c", False, "text_notice"),
        ((OPEN,) * 3, "https://yishe.example/c", False, "text_notice"),
        ((OPEN,) * 4, "https://yishe.example/c", True, "text"),
        ((), "", True, "text"),
    ],
)
def test_form_follows_from_buttons_page_and_callback(
    buttons: tuple[Button, ...], url: str, has_callback: bool, form: str
) -> None:
    message = message_for(content(buttons=buttons, url=url), has_callback)
    assert message.get("template_card", {}).get("card_type", "text") == form


def test_card_shows_what_happened_and_what_can_be_done() -> None:
    card = card_of(content())
    assert card["task_id"] == "m-42@wecom"
    assert card["source"] == {"desc": "紧急 · 示例市第一医院设备科", "desc_color": 2}
    assert card["main_title"]["title"] == "CT-3 维修申请待审批"
    assert card["horizontal_content_list"][0] == {"keyname": "设备", "value": "CT-3"}
    assert card["button_list"] == [
        {"type": 0, "text": "同意", "style": 1, "key": "approve"},
        {"type": 0, "text": "拒绝", "style": 3, "key": "reject"},
    ]
    assert card["card_action"] == {"type": 1, "url": content().url}


@pytest.mark.parametrize(("severity", "colour"), list(zip(Severity, (0, 1, 2, 2), strict=True)))
def test_severity_colours_the_source(severity: Severity, colour: int) -> None:
    assert card_of(content(severity=severity))["source"]["desc_color"] == colour


def test_fields_beyond_the_sixth_stay_readable_below() -> None:
    fields = tuple((f"项{number}", str(number)) for number in range(8))
    card = card_of(content(fields=fields))
    assert len(card["horizontal_content_list"]) == 6
    assert card["sub_title_text"] == "项6: 6\n项7: 7"


def check_card(card: dict[str, Any]) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_@-]{1,128}", card["task_id"])
    assert card["main_title"]["title"]
    assert columns(card["main_title"]["title"]) <= 72
    assert columns(card["main_title"]["desc"]) <= 320
    assert columns(card.get("sub_title_text", "")) <= 320
    assert columns(card["source"]["desc"]) <= 40
    assert len(card["horizontal_content_list"]) <= 6
    for part in [*card["horizontal_content_list"], *card.get("button_list", [])]:
        assert all(part[name] and columns(part[name]) <= 2 * ZI[name] for name in part.keys() & ZI.keys())
    for jump in card.get("jump_list", []):
        assert columns(jump["title"]) <= 36
    assert card["card_type"] == "text_notice" or 1 <= len(card["button_list"]) <= 6
    assert card["card_type"] == "button_interaction" or (card["card_action"] and len(card["jump_list"]) <= 3)


@given(contents)
def test_every_message_is_within_the_limits(message: Content) -> None:
    for account in (wecom_account(), wecom_account(secret="s")):
        payload = channel().compose(message, "zhangsan", account)
        assert json.loads(json.dumps(payload, ensure_ascii=False).encode()) == payload
        if payload["msgtype"] == "text":
            assert 0 < len(payload["text"]["content"].encode()) <= 2048
        else:
            check_card(payload["template_card"])


def test_text_keeps_its_links_whole_when_its_words_are_cut() -> None:
    text = message_for(content(summary="很长的说明" * 500), has_callback=False)["text"]["content"]
    assert len(text.encode()) <= 2048
    assert text.startswith("【紧急】CT-3 维修申请待审批\n很长的说明")
    assert '<a href="https://yishe.example/c/R-2026-000017/approve">同意</a>' in text
    assert text.endswith('/reject">拒绝</a>')


def test_what_is_no_card_goes_as_markdown_where_the_account_says_so() -> None:
    bare = content(buttons=(), url="")
    account = wecom_account()
    chosen = replace(account, settings={**account.settings, "markdown": True})
    body = channel().compose(bare, "zhang", chosen)
    assert body["msgtype"] == "markdown"
    assert "**<font color" in body["markdown"]["content"]
    assert channel().compose(bare, "zhang", account)["msgtype"] == "text"


@given(contents)
def test_markdown_is_within_the_limit_and_equal_ones_differ(message: Content) -> None:
    bare = replace(message, buttons=(), url="", poll=None)
    words = message_for(bare, True, markdown=True)["markdown"]["content"]
    assert len(words.encode()) <= 2048
    other = message_for(replace(bare, unique_id="another-1"), True, markdown=True)
    assert other["markdown"]["content"] != words or bare.unique_id == "another-1"


def test_words_of_a_report_cannot_become_a_link() -> None:
    hostile = content(
        title='<a href="https://evil.example">点这里</a>', summary="温度 < 5", url="", buttons=()
    )
    text = message_for(hostile, has_callback=True)["text"]["content"]
    assert "<a" not in text
    assert "温度 < 5" in text


@pytest.mark.parametrize("url", ["", "https://yishe.example/c"])
def test_equal_reminders_differ_for_the_duplicate_check(url: str) -> None:
    first, second = (
        message_for(content(unique_id=name, url=url), has_callback=False) for name in ("m-1", "m-2")
    )
    assert first != second


def test_payload_asks_for_the_duplicate_check_and_no_name_translation() -> None:
    payload = channel().compose(content(), "zhangsan", wecom_account())
    assert (payload["touser"], payload["agentid"], payload["enable_id_trans"]) == ("zhangsan", 1000002, 0)
    assert (payload["enable_duplicate_check"], payload["duplicate_check_interval"]) == (1, 14400)


@pytest.mark.parametrize("address", ["", "@all", "a|b", "-a", "张三", "a b", "a" * 65, "a\n"])
def test_address_that_could_reach_others_is_refused(address: str) -> None:
    with pytest.raises(SendFailed) as caught:
        channel().compose(content(), address, wecom_account())
    assert caught.value.verdict is Verdict.PERMANENT


def test_wrong_settings_are_named_without_their_values() -> None:
    account = replace(wecom_account(), settings={"corp_id": "", "agent_id": "secretive"})
    with pytest.raises(SendFailed) as caught:
        channel().compose(content(), "zhangsan", account)
    assert (caught.value.verdict, caught.value.detail) == (Verdict.CONFIGURATION, "corp_id, agent_id")
    assert "secretive" not in repr(caught.value)


READ, STOP = Button("notice.read", "已读"), Button("notice.stop", "不再提醒")


def test_what_can_be_said_of_a_notice_stands_in_its_menu_where_answers_come_back() -> None:
    notice = content(buttons=(OPEN,), asides=(READ, STOP))
    card = card_of(notice)
    assert [each["key"] for each in card["action_menu"]["action_list"]] == ["notice.read", "notice.stop"]
    assert card["task_id"] == notice.unique_id
    assert "action_menu" not in card_of(notice, has_callback=False)
    assert "action_menu" not in card_of(content(asides=(READ, STOP)))


def test_secrets_do_not_show_in_an_account() -> None:
    assert "made-up-secret" not in repr(wecom_account())


@pytest.mark.parametrize("wrong", [{"unique_id": "a b"}, {"unique_id": ""}, {"url": "javascript:x()"}])
def test_message_with_an_unusable_id_or_link_cannot_be_made(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="not a"):
        content(**wrong)
