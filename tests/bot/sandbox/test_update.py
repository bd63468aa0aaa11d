from typing import Any

import pytest

from tests.support.sandbox import AGENT, MUTE_AGENT, Sandbox, button_card, card_to, text_to
from tests.support.sandbox_cards import MENU, TEXT


async def _update(box: Sandbox, code: str, userids: object = ("u1",), **more: Any) -> dict[str, Any]:
    body = {"userids": userids, "agentid": AGENT, "response_code": code}
    return await box.call("update_template_card", body | (more or {"button": {"replace_name": "Done"}}))


async def _code(box: Sandbox) -> str:
    return str((await box.send(card_to("u1|u2")))["response_code"])


async def test_the_named_people_see_words_instead_of_buttons(box: Sandbox) -> None:
    answer = await _update(box, await _code(box), ["u1", "NoOne"])
    assert answer == {"errcode": 0, "errmsg": "ok", "invaliduser": ["noone"]}
    first, second = (await box.messages("u1"))[0], (await box.messages("u2"))[0]
    assert (first["replace_name"], first["active"], second["active"]) == ("Done", False, True)


async def test_a_new_card_with_replace_text_takes_the_place_of_the_first(box: Sandbox) -> None:
    card = button_card(main_title={"title": "Approved"}, replace_text="Approved by Li")
    await _update(box, await _code(box), atall=1, template_card=card)
    message = (await box.messages("u2"))[0]
    assert (message["body"]["main_title"]["title"], message["active"]) == ("Approved", False)


async def test_a_response_code_is_used_once(box: Sandbox) -> None:
    code = await _code(box)
    await _update(box, code)
    assert (await _update(box, code))["errcode"] == 42016
    assert (await box.messages())[0]["response_code"] == {"used": True}


async def test_a_failed_update_leaves_the_response_code_usable(box: Sandbox) -> None:
    code = await _code(box)
    assert (await _update(box, code, ["noone"]))["errcode"] == 81013
    assert (await _update(box, code, "u1|u2"))["errcode"] == 40058
    assert (await _update(box, code))["errcode"] == 0


async def test_a_response_code_lives_72_hours(box: Sandbox) -> None:
    code = await _code(box)
    box.time.advance(72 * 3600 + 1)
    await box.sign_in()
    assert (await _update(box, code))["errcode"] == 42016


async def test_another_apps_response_code_is_unknown(box: Sandbox) -> None:
    code = await _code(box)
    await box.sign_in(MUTE_AGENT)
    body = {"userids": ["u1"], "agentid": MUTE_AGENT, "response_code": code, "button": {"replace_name": "x"}}
    assert (await box.call("update_template_card", body))["errcode"] == 42016


@pytest.mark.parametrize("more", [{"atall": 0}, {"button": {}}, {"template_card": {"card_type": "x"}}])
async def test_an_update_needs_one_proper_replacement(box: Sandbox, more: dict[str, Any]) -> None:
    assert (await _update(box, await _code(box), **more))["errcode"] == 40058


async def test_a_notice_has_no_buttons_to_be_renamed_but_becomes_another_card(box: Sandbox) -> None:
    notice = TEXT | {"action_menu": MENU, "task_id": "n1"}
    code = str((await box.send(card_to(card=notice)))["response_code"])
    assert (await _update(box, code))["errcode"] == 40058
    assert (await _update(box, code, template_card=TEXT))["errcode"] == 0


async def test_a_message_is_recalled_within_a_day_by_its_own_app(box: Sandbox) -> None:
    msgid = (await box.send(text_to()))["msgid"]
    assert (await box.call("recall", {"msgid": "unknown"}))["errcode"] == 40058
    assert (await box.call("recall", {"msgid": msgid}))["errcode"] == 0
    assert (await box.messages())[0]["recalled"]
    box.time.advance(24 * 3600 + 1)
    await box.sign_in()
    assert (await box.call("recall", {"msgid": msgid}))["errcode"] == 40058
