from datetime import UTC, datetime

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.enterprise.crypto import WeChatCrypto

from notifier.providers.wecom.crypto import CallbackCrypto, CallbackRejected, Check
from notifier.providers.wecom.events import (
    CallbackEvent,
    CardMenu,
    CardPress,
    Entered,
    MenuPress,
    Noted,
    Other,
    TextMessage,
    dedupe_key,
    parse_event,
)
from notifier.providers.wecom.replacing import replacement_card
from notifier.providers.wecom.replies import button_reply, card_reply, sealed, text_reply
from notifier.providers.wecom.xml import encrypted_part
from tests.support.channel_contents import AES_KEY, CORP_ID, TOKEN, content

NOW = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
HEAD = (
    f"<ToUserName><![CDATA[{CORP_ID}]]></ToUserName><FromUserName><![CDATA[zhangsan]]></FromUserName>"
    "<CreateTime>1700000000</CreateTime>"
)
UNDATED = HEAD.replace("1700000000", "soon")
SELECTED = (
    "<SelectedItems><SelectedItem><QuestionKey><![CDATA[level]]></QuestionKey><OptionIds>"
    "<OptionId><![CDATA[1]]></OptionId><OptionId><![CDATA[2]]></OptionId></OptionIds></SelectedItem>"
    "<SelectedItem><QuestionKey>who</QuestionKey><OptionIds><OptionId>7</OptionId></OptionIds></SelectedItem>"
    "</SelectedItems>"
)


def _of_somebody(xml: bytes) -> CallbackEvent:
    found = parse_event(xml)
    assert not isinstance(found, Noted)
    return found


def event(name: str, key: str = "", rest: str = "", task: str = "m-1") -> CallbackEvent:
    return _of_somebody(
        f"<xml>{HEAD}<MsgType>event</MsgType><Event><![CDATA[{name}]]></Event><EventKey><![CDATA[{key}]]></EventKey>"
        f"<TaskId>{task}</TaskId>{rest}<AgentID>1000002</AgentID></xml>".encode()
    )


def text(words: str, message_id: str = "1234567890123456") -> CallbackEvent:
    return _of_somebody(
        f"<xml>{HEAD}<MsgType>text</MsgType><Content><![CDATA[{words}]]></Content>"
        f"<MsgId>{message_id}</MsgId><AgentID>1</AgentID></xml>".encode()
    )


def test_card_press_says_who_pressed_what_on_which_card() -> None:
    press = event("template_card_event", "approve", f"<ResponseCode>RC1</ResponseCode>{SELECTED}")
    assert isinstance(press, CardPress)
    assert (press.user, press.key, press.task_id, press.response_code) == (
        "zhangsan",
        "approve",
        "m-1",
        "RC1",
    )
    assert press.selected == {"level": ("1", "2"), "who": ("7",)}
    assert press.created_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert (press.agent_id, press.corp_id) == (1000002, CORP_ID)


def test_a_press_without_a_code_for_changes_is_a_press_all_the_same() -> None:
    inner = (
        "<MsgType>event</MsgType><Event>template_card_event</Event><EventKey>ok</EventKey><TaskId>t</TaskId>"
    )
    press = parse_event(f"<xml>{HEAD}{inner}</xml>".encode())
    assert isinstance(press, CardPress)
    assert (press.key, press.task_id, press.response_code) == ("ok", "t", "")


def test_text_message_keeps_its_words() -> None:
    message = text("设备 CT-3 <&")
    assert isinstance(message, TextMessage)
    assert message.text == "设备 CT-3 <&"


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("template_card_menu_event", CardMenu),
        ("click", MenuPress),
        ("enter_agent", Entered),
        ("subscribe", Entered),
        ("unsubscribe", Other),
        ("event_of_next_year", Other),
    ],
)
def test_each_event_has_its_model(name: str, model: type[CallbackEvent]) -> None:
    assert type(event(name, "k")) is model


SAYS_B = f"<xml>{HEAD}<MsgType>text</MsgType><MsgId>1</MsgId><Content>x&b;</Content></xml>"
BOMB = f'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>{SAYS_B}'
OUTSIDE = f'<!DOCTYPE x [<!ENTITY b SYSTEM "file:///etc/hostname">]>{SAYS_B}'
DTD = f'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">{SAYS_B.replace("&b;", "")}'


@pytest.mark.parametrize(
    "xml",
    [
        BOMB.encode(),
        OUTSIDE.encode(),
        DTD.encode(),
        b"",
        b"<xml>",
        b"text",
        b"<xml/>",
        b'<?xml version="1.0" encoding="no-such"?><xml/>',
        b"<xml><MsgType>\xff\xfe</MsgType></xml>",
        b"<a>" * 5000 + b"</a>" * 5000,
    ],
)
def test_what_is_no_event_is_rejected(xml: bytes) -> None:
    with pytest.raises(CallbackRejected) as caught:
        parse_event(xml)
    assert caught.value.check is Check.CONTENT


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_rejected_and_nothing_else(data: bytes) -> None:
    with pytest.raises(CallbackRejected):
        encrypted_part(b"<xml>" + data)


def test_repeated_delivery_has_the_same_key() -> None:
    press = "<ResponseCode>RC1</ResponseCode>"
    assert dedupe_key(event("template_card_event", "a", press)) == dedupe_key(
        event("template_card_event", "a", press.replace("RC1", "RC2"))
    )


def test_different_events_of_one_second_have_different_keys() -> None:
    code = "<ResponseCode>RC1</ResponseCode>"
    events = [
        event("template_card_event", "approve", code),
        event("template_card_event", "reject", code),
        event("template_card_event", "approve", code, task="m-2"),
        event("enter_agent"),
        event("subscribe"),
        text("a", "1"),
        text("a", "2"),
    ]
    assert len({dedupe_key(one) for one in events}) == len(events)


def opened_by_wechatpy(envelope: bytes) -> str:
    outer = {child.tag: child.text for child in fromstring(envelope)}
    theirs = WeChatCrypto(TOKEN, AES_KEY, CORP_ID)
    inner: str = theirs.decrypt_message(envelope, outer["MsgSignature"], outer["TimeStamp"], outer["Nonce"])
    return inner


def test_sealed_text_reply_is_read_by_wechatpy() -> None:
    crypto = CallbackCrypto(TOKEN, AES_KEY, CORP_ID)
    reply = text_reply(text("待办"), "没有 ]]> 待办 <&", NOW)
    opened = fromstring(opened_by_wechatpy(sealed(crypto, reply, NOW, "n]]>1")))
    assert {child.tag: child.text for child in opened} == {
        "ToUserName": "zhangsan",
        "FromUserName": CORP_ID,
        "CreateTime": str(int(NOW.timestamp())),
        "MsgType": "text",
        "Content": "没有 ]]> 待办 <&",
    }


def test_button_reply_names_the_outcome() -> None:
    reply = fromstring(button_reply(event("click"), "已由王主任同意", NOW))
    assert reply.findtext("MsgType") == "update_button"
    assert reply.findtext("Button/ReplaceName") == "已由王主任同意"


def test_card_reply_uses_the_names_that_wecom_reads() -> None:
    card = replacement_card(content(), "已由王主任同意")
    reply = fromstring(card_reply(event("click"), card, NOW)).find("TemplateCard")
    assert reply is not None
    assert (reply.findtext("CardType"), reply.findtext("SubTitleText")) == ("text_notice", "已由王主任同意")
    assert [line.text for line in reply.findall("HorizontalContentList/KeyName")] == ["设备", "科室", "费用"]
    assert (reply.findtext("CardAction/Type"), reply.findtext("CardAction/Url")) == ("1", content().url)


@pytest.mark.parametrize(
    "inner",
    [
        "<MsgType>event</MsgType><Event>template_card_event</Event>",
        "<MsgType>text</MsgType><Content><b/><b/></Content>",
        "<InfoType>suite_ticket</InfoType>",
    ],
)
def test_what_is_wecoms_own_but_nothing_that_a_person_did_is_noted(inner: str) -> None:
    found = parse_event(f"<xml>{HEAD if 'MsgType' in inner else ''}{inner}</xml>".encode())
    assert isinstance(found, Noted)
    assert set(found.names.values()) <= {"event", "template_card_event", "text", "suite_ticket"}


def test_words_without_a_time_are_words() -> None:
    found = parse_event(f"<xml>{UNDATED}<MsgType>text</MsgType><Content>x</Content></xml>".encode())
    assert isinstance(found, TextMessage)
    assert (found.text, found.created_s) == ("x", 0)
