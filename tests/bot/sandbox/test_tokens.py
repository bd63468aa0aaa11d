from typing import Any

import pytest

from tests.support.sandbox import AGENT, CORPID, MUTE_AGENT, Sandbox, config_entry, sandbox, text_to


async def test_the_same_token_comes_while_it_is_valid(box: Sandbox) -> None:
    first = await box.gettoken()
    box.time.advance(7199)
    second = await box.gettoken()
    assert first | {"expires_in": 0} == second | {"expires_in": 0}
    assert (first["errcode"], first["expires_in"], second["expires_in"]) == (0, 7200, 1)


async def test_a_new_token_comes_after_two_hours(box: Sandbox) -> None:
    box.time.advance(7200)
    assert await box.send_code(text_to()) == 42001
    assert (await box.gettoken())["access_token"] != box.token


@pytest.mark.parametrize(
    ("corpid", "secret", "errcode"),
    [("ww-sandbox-none", "sandbox-x", 40013), (CORPID, "sandbox-wrong", 40001)],
)
async def test_wrong_credentials_get_no_token(box: Sandbox, corpid: str, secret: str, errcode: int) -> None:
    assert (await box.gettoken(corpid, secret))["errcode"] == errcode


@pytest.mark.parametrize(("token", "errcode"), [("", 41001), ("made-up", 40014)])
async def test_calls_need_a_token_that_was_issued(box: Sandbox, token: str, errcode: int) -> None:
    box.token = token
    assert await box.send_code(text_to()) == errcode


@pytest.mark.parametrize(
    ("switch", "errcode"), [("expire_token_now", 42001), ("invalidate_token_now", 40014)]
)
async def test_tokens_can_end_early(box: Sandbox, switch: str, errcode: int) -> None:
    await box.faults(wecom={switch: True})
    assert await box.send_code(text_to()) == errcode
    await box.sign_in()
    assert await box.send_code(text_to()) == 0


async def test_a_token_speaks_for_its_own_app_only(box: Sandbox) -> None:
    assert await box.send_code(text_to(agentid=MUTE_AGENT)) == 301002
    assert await box.send_code(text_to(agentid=str(AGENT))) == 40056


async def test_untrusted_addresses_get_a_token_and_no_more() -> None:
    entry: dict[str, Any] = config_entry()
    entry["corps"][0]["apps"][0]["trusted_ips"] = ["10.1.1.1"]
    async with sandbox(entry) as box:
        answer = await box.send(text_to())
        assert answer["errcode"] == 60020
        assert "from ip: 127.0.0.1" in answer["errmsg"]
