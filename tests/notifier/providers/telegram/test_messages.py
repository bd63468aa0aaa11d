"""What a message looks like in Telegram, and that Telegram takes any."""

import re
from html import unescape
from typing import Any
from unittest.mock import ANY

import pytest
from hypothesis import given

from notifier.channel import READ, STOP, Account, Button, Content, Replacement, SendFailed, Verdict
from notifier.providers.telegram.callbacks import Callbacks
from notifier.providers.telegram.channel import TelegramChannel
from notifier.providers.telegram.messages import decided_keyboard, decided_text, said
from tests.support.channel_contents import content, contents

TOKEN = "111111:made-up-token-of-a-bot"
TAG = re.compile(r"</?(?:b|i)>")


def bot(settings: dict[str, Any] | None = None, **secrets: str) -> Account:
    given = {"bot_username": "demo_bot", **(settings or {})}
    return Account(8, given, {"token": TOKEN, "webhook_secret": "made-up-secret", **secrets})


def composed(message: Content, account: Account | None = None) -> dict[str, Any]:
    channel = TelegramChannel(None)  # type: ignore[arg-type] # composing needs no connection
    return channel.compose(message, "42", account or bot())


def buttons(payload: dict[str, Any]) -> list[dict[str, str]]:
    return [button for row in payload["inline_keyboard"] for button in row]


def units(html: str) -> int:
    """The length that Telegram counts: after entities, in UTF-16."""
    return len(unescape(TAG.sub("", html)).encode("utf-16-le")) // 2


def test_card_has_words_and_a_button_for_each_answer() -> None:
    payload = composed(content())
    assert payload["text"].startswith("🟠 <b>紧急</b> · <b>CT-3 维修申请待审批</b>\n球管过热")
    assert "<b>设备</b>: CT-3\n" in payload["text"]
    approve, reject, page = buttons(payload)
    assert approve["text"] == "同意"
    assert len({approve["callback_data"], reject["callback_data"]}) == 2
    assert page == {"text": "查看工单", "url": content().url}


@pytest.mark.parametrize(
    "account", [bot({"read_only": True}), Account(8, {"bot_username": "b_1"}, {"token": TOKEN})]
)
def test_account_that_may_not_decide_has_buttons_that_open_pages(account: Account) -> None:
    approve, *_ = buttons(composed(content(), account))
    assert approve == {"text": "同意", "url": f"{content().url}/approve"}


def test_words_of_others_become_no_markup() -> None:
    payload = composed(content(title="<b>&", summary="<a href='https://evil.example'>x</a>"))
    assert "<b>&lt;b&gt;&amp;</b>" in payload["text"]
    assert "<a" not in payload["text"]


def test_answer_that_does_not_fit_its_button_opens_the_page() -> None:
    long = content(unique_id="m" * 60, buttons=(Button("approve", "同意"),))
    assert buttons(composed(long))[0] == {"text": "同意", "url": f"{long.url}/approve"}


def test_answer_of_a_button_is_read_again() -> None:
    callbacks = Callbacks("made-up-secret")
    data = buttons(composed(content()))[0]["callback_data"]
    assert callbacks.read(42, data) == ("m-42@wecom", "approve")
    assert [callbacks.read(43, data), Callbacks("other").read(42, data)] == [None, None]
    assert [callbacks.read(42, other) for other in ("something else", "", "ü", data[:-2] + "AA")] == [
        None
    ] * 4


def test_what_a_button_sends_back_tells_nothing_and_fits() -> None:
    data = buttons(composed(content()))[0]["callback_data"]
    assert len(data) <= 64
    assert "approve" not in data
    assert "m-42" not in data


def test_group_can_read_and_decides_nothing() -> None:
    channel = TelegramChannel(None)  # type: ignore[arg-type] # composing needs no connection
    approve, *_ = buttons(channel.compose(content(), "-1001234567890", bot()))
    assert approve == {"text": "同意", "url": f"{content().url}/approve"}
    informs = channel.compose(content(buttons=(), asides=ASIDES), "-1001234567890", bot())
    assert [button["text"] for button in buttons(informs)] == ["查看工单"]


ASIDES = (Button(READ, "我已知悉"), Button(STOP, "不再发送此类"))


def test_what_only_informs_can_be_read_and_stopped_also_where_nothing_may_be_decided() -> None:
    informs = content(buttons=(), asides=ASIDES)
    for account in (bot(), bot({"read_only": True})):
        read, stop, page = buttons(composed(informs, account))
        keys = [Callbacks("made-up-secret").read(42, each["callback_data"]) for each in (read, stop)]
        assert keys == [("m-42@wecom", READ), ("m-42@wecom", STOP)]
        assert (read["text"], page["text"]) == ("我已知悉", "查看工单")


def test_what_asks_for_an_answer_or_cannot_be_answered_offers_nothing_beside() -> None:
    for informs, account in (
        (content(asides=ASIDES), bot()),
        (content(buttons=(), asides=ASIDES), Account(8, {"bot_username": "b_1"}, {"token": TOKEN})),
    ):
        assert "不再发送此类" not in str(composed(informs, account))


def test_where_nothing_may_be_decided_one_can_still_say_that_one_has_read_it() -> None:
    asks = content(asides=ASIDES[:1])
    approve, reject, read, page = buttons(composed(asks, bot({"read_only": True})))
    assert "callback_data" not in {*approve, *reject, *page}
    assert Callbacks("made-up-secret").read(42, read["callback_data"]) == ("m-42@wecom", READ)
    left = decided_keyboard(said(composed(asks, bot({"read_only": True})), READ, []))
    assert [button for row in left for button in row] == [approve, reject, page]


def test_who_has_read_it_can_still_stop_it_and_who_stopped_it_finds_the_way_back() -> None:
    payload = composed(content(buttons=(), asides=ASIDES))
    after_reading = decided_keyboard(said(payload, READ, []))
    assert [button["text"] for row in after_reading for button in row] == ["不再发送此类", "查看工单"]
    page = ("我停止的", "https://yishe.example/me/notices")
    stopped = decided_keyboard(said(payload, STOP, [page]))
    assert stopped == [[{"text": "查看工单", "url": ANY}], [{"text": page[0], "url": page[1]}]]


@given(contents)
def test_any_message_is_within_the_limits_also_once_it_is_decided(message: Content) -> None:
    payload = composed(message)
    assert units(decided_text(payload, "已由王主任同意" * 200)) <= 4096
    for button in buttons(payload):
        assert button["text"]
        assert 1 <= len(button.get("callback_data", "x").encode()) <= 64
    assert decided_keyboard(payload) == ([[{"text": ANY, "url": message.url}]] if message.url else [])


@pytest.mark.parametrize("address", ["", "--100123", "@all", "42x", "9" * 17, "４２"])
def test_address_that_is_no_chat_is_refused_for_good(address: str) -> None:
    channel = TelegramChannel(None)  # type: ignore[arg-type] # composing needs no connection
    with pytest.raises(SendFailed) as caught:
        channel.compose(content(), address, bot())
    assert (caught.value.verdict, caught.value.code) == (Verdict.PERMANENT, "address")


@pytest.mark.parametrize(
    ("account", "wrong"),
    [
        (Account(8, {}, {"token": TOKEN}), "bot_username"),
        (bot(token="no token"), "token"),
        (bot(webhook_secret="with spaces"), "webhook_secret"),
        (bot({"base_url": "ftp://x"}), "base_url"),
    ],
)
def test_wrong_settings_are_named_without_their_values(account: Account, wrong: str) -> None:
    with pytest.raises(SendFailed) as caught:
        composed(content(), account)
    assert (caught.value.verdict, caught.value.detail) == (Verdict.CONFIGURATION, wrong)


async def test_update_without_a_message_to_change_is_refused_for_good() -> None:
    channel = TelegramChannel(None)  # type: ignore[arg-type] # it never comes to a connection
    with pytest.raises(SendFailed) as caught:
        await channel.update("42:nonsense", "42", bot(), Replacement("approved"))
    assert caught.value.verdict is Verdict.PERMANENT
