from typing import Any

import pytest

from bot.sandbox.limits import Window
from tests.support.sandbox import (
    MUTE_AGENT,
    FakeTime,
    Sandbox,
    button_card,
    card_to,
    config_entry,
    sandbox,
    text_to,
)


async def test_a_text_arrives_and_the_answer_has_the_documented_shape(box: Sandbox) -> None:
    answer = await box.send(text_to("u1|u2"))
    assert answer.pop("msgid")
    assert answer == {
        "errcode": 0,
        "errmsg": "ok",
        "invaliduser": "",
        "invalidparty": "",
        "invalidtag": "",
        "unlicenseduser": "",
    }
    assert [m["body"] for m in await box.messages("u2")] == [{"content": "hello"}]


async def test_unknown_recipients_are_named_in_lower_case(box: Sandbox) -> None:
    assert (await box.send(text_to("U1|NoBody|u2")))["invaliduser"] == "nobody"
    assert len(await box.messages("u1")) == 1


@pytest.mark.parametrize(("touser", "errcode"), [("nobody|noone", 81013), ("", 40058), ("u1|" * 1001, 40058)])
async def test_recipients_must_exist_and_be_few(box: Sandbox, touser: str, errcode: int) -> None:
    assert await box.send_code(text_to(touser)) == errcode


async def test_everybody_can_be_told_at_once(box: Sandbox) -> None:
    await box.send(text_to("@all"))
    assert [len(await box.messages(user)) for user in ("u1", "u2", "u3")] == [1, 1, 1]


async def test_a_long_text_is_cut_at_a_letter(box: Sandbox) -> None:
    await box.send(text_to(content="设" * 700))
    assert (await box.messages())[0]["body"]["content"] == "设" * 682


TEXTCARD: dict[str, Any] = {"title": "CT-3", "description": "stopped", "url": "https://h.example/d"}


@pytest.mark.parametrize(
    ("msgtype", "content", "errcode"),
    [
        ("text", {"content": ""}, 44004),
        ("markdown", {"content": "**ok**"}, 0),
        ("markdown", {"content": "x" * 2049}, 45002),
        ("textcard", TEXTCARD, 0),
        ("textcard", TEXTCARD | {"title": "设" * 43}, 45002),
        ("textcard", TEXTCARD | {"description": "x" * 513}, 45002),
        ("textcard", TEXTCARD | {"url": "h.example/d"}, 40058),
        ("textcard", TEXTCARD | {"url": "https://h.example/" + "x" * 2048}, 45002),
        ("textcard", {"title": "CT-3", "description": "stopped"}, 40058),
        ("news", {"articles": []}, 40008),
    ],
)
async def test_contents_are_checked(
    box: Sandbox, msgtype: str, content: dict[str, Any], errcode: int
) -> None:
    assert await box.send_code(text_to(msgtype=msgtype) | {msgtype: content}) == errcode


@pytest.mark.parametrize(
    ("body", "errcode"), [(b"{", 47001), (b"[1]", 47001), ("{}".encode("utf-16"), 40033), (b"{}", 40056)]
)
async def test_what_is_not_a_json_object_in_utf8_is_refused(box: Sandbox, body: bytes, errcode: int) -> None:
    assert await box.send_code(body) == errcode


async def test_an_identical_request_is_answered_but_not_delivered_twice(box: Sandbox) -> None:
    request = card_to(enable_duplicate_check=1, duplicate_check_interval=600)
    first = await box.send(request)
    box.time.advance(599)
    assert await box.send(request) == first
    assert len(await box.messages()) == 1
    assert (await box.get("/sandbox/state"))["apps"][0]["duplicates_suppressed"] == 1


async def test_the_duplicate_check_ends_with_its_interval(box: Sandbox) -> None:
    request = text_to(enable_duplicate_check=1, duplicate_check_interval=600)
    await box.send(request)
    box.time.advance(600)
    await box.send(request)
    assert len(await box.messages()) == 2


async def test_a_repeat_without_duplicate_check_arrives_twice(box: Sandbox) -> None:
    await box.send(text_to())
    await box.send(text_to())
    assert len(await box.messages()) == 2


@pytest.mark.parametrize("task_id", ["", "a b", "任务", "x" * 129])
async def test_task_ids_have_few_letters_and_128_bytes(box: Sandbox, task_id: str) -> None:
    assert await box.send_code(card_to(card=button_card(task_id))) == 42014


async def test_a_task_id_is_used_once_in_an_app(box: Sandbox) -> None:
    assert await box.send_code(card_to()) == 0
    assert await box.send_code(card_to("u2")) == 42014
    await box.faults(wecom={"task_id_reuse_allowed": True})
    assert await box.send_code(card_to("u2")) == 0


async def test_cards_with_buttons_need_a_callback_address(box: Sandbox) -> None:
    await box.sign_in(MUTE_AGENT)
    assert await box.send_code(card_to(agentid=MUTE_AGENT)) == 43012
    link = button_card(button_list=[{"text": "Open", "type": 1, "url": "https://h.example"}])
    assert await box.send_code(card_to(card=link, agentid=MUTE_AGENT)) == 0


async def test_above_30_a_minute_messages_vanish_without_an_error(box: Sandbox) -> None:
    codes = [await box.send_code(text_to()) for _ in range(32)]
    assert set(codes) == {0}
    assert (len(await box.messages()), (await box.member())["dropped"]) == (30, 2)
    box.time.advance(60)
    await box.send(text_to())
    assert len(await box.messages()) == 31


def test_both_windows_of_a_limit_count() -> None:
    time = FakeTime()
    window = Window([(2, 60.0), (3, 3600.0)], time.monotonic)
    assert [window.admit() for _ in range(3)] == [True, True, False]
    time.advance(60)
    assert [window.admit() for _ in range(2)] == [True, False]
    time.advance(3540)
    assert window.admit()


async def test_a_corporation_that_calls_too_often_is_told_so(
    box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.sandbox.world.CORP_LIMITS", ((2, 60.0),))
    assert [await box.send_code(text_to()) for _ in range(3)] == [0, 0, 45009]
    box.time.advance(60)
    assert await box.send_code(text_to()) == 0


async def test_only_the_newest_messages_are_kept() -> None:
    async with sandbox(config_entry(keep_messages=2)) as box:
        for content in ("1", "2", "3"):
            await box.send(text_to(content=content))
        assert [m["body"]["content"] for m in await box.messages()] == ["2", "3"]
