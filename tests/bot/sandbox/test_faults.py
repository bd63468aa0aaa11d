import aiohttp
import pytest

from tests.support.sandbox import Sandbox, card_to, text_to


async def test_an_unavailable_api_answers_502(box: Sandbox) -> None:
    await box.faults(wecom={"unavailable": True})
    async with box.http.get("/cgi-bin/gettoken") as response:
        assert response.status == 502
    await box.faults(reset=True)
    assert await box.send_code(text_to()) == 0


async def test_the_next_sends_get_the_ordered_errcode(box: Sandbox) -> None:
    await box.faults(wecom={"errcode": 45033, "errcode_times": 2})
    assert [await box.send_code(text_to()) for _ in range(3)] == [45033, 45033, 0]
    assert len(await box.messages()) == 1


async def test_a_connection_can_end_after_acceptance(box: Sandbox) -> None:
    await box.faults(wecom={"accept_then_drop_connection": 1})
    with pytest.raises(aiohttp.ClientConnectionError):
        await box.send(text_to())
    assert len(await box.messages()) == 1
    assert await box.send_code(text_to()) == 0


async def test_the_duplicate_check_can_be_switched_off(box: Sandbox) -> None:
    request = text_to(enable_duplicate_check=1)
    await box.faults(wecom={"duplicate_check_off": True})
    await box.send(request)
    await box.send(request)
    assert len(await box.messages()) == 2


async def test_the_address_can_be_blocked(box: Sandbox) -> None:
    await box.faults(wecom={"ip_block": True})
    assert await box.send_code(card_to()) == 60020


async def test_answers_can_be_late(box: Sandbox) -> None:
    await box.faults(wecom={"delay_s": 0.2})
    with pytest.raises(TimeoutError):
        async with box.http.get("/cgi-bin/gettoken", timeout=aiohttp.ClientTimeout(total=0.05)):
            pass


async def test_a_change_leaves_the_other_switches_alone(box: Sandbox) -> None:
    await box.faults(wecom={"delay_s": 0.1})
    await box.faults(wecom={"ip_block": True}, mail={"temp_fail_next": 2})
    faults = await box.get("/sandbox/faults")
    assert faults["wecom"] | {"delay_s": 0.1, "ip_block": True} == faults["wecom"]
    assert faults["mail"]["temp_fail_next"] == 2


async def test_an_order_for_an_unknown_switch_is_refused(box: Sandbox) -> None:
    async with box.http.post("/sandbox/faults", json={"wecom": {"explode": True}}) as response:
        assert response.status == 400
