import asyncio
import traceback
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from notifier.channel import Accepted, Account, Replacement, SendFailed, Verdict
from notifier.providers.wecom.account import account_of
from notifier.providers.wecom.channel import WeComChannel
from notifier.providers.wecom.client import WeComClient
from tests.support.channel_contents import SECRET, ManualClock, content, wecom_account
from tests.support.wecom_stub import OK, WeComStub


@pytest.fixture
async def stub() -> WeComStub:
    return WeComStub()


@pytest.fixture
async def account(stub: WeComStub) -> AsyncIterator[Account]:
    server = TestServer(stub.app())
    await server.start_server()
    yield wecom_account(f"http://127.0.0.1:{server.port}")
    stub.release.set()
    await server.close()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def channel(http: aiohttp.ClientSession, clock: ManualClock) -> WeComChannel:
    return WeComChannel(http, clock)


async def send(channel: WeComChannel, account: Account, userid: str = "zhangsan") -> Accepted:
    return await channel.send(channel.compose(content(), userid, account), userid, account)


async def failure(channel: WeComChannel, account: Account, userid: str = "zhangsan") -> SendFailed:
    with pytest.raises(SendFailed) as caught:
        await send(channel, account, userid)
    assert caught.value.__context__ is None
    shown = "".join(traceback.format_exception(caught.value))
    assert SECRET not in shown
    assert "access_token=" not in shown
    return caught.value


async def test_accepted_card_brings_its_id_and_the_code_for_updates(
    channel: WeComChannel, account: Account, stub: WeComStub
) -> None:
    assert await send(channel, account) == Accepted("msg-1", "rc-1")
    assert stub.bodies[0]["template_card"]["main_title"]["title"] == "CT-3 维修申请待审批"


async def test_a_code_for_which_the_ledger_has_no_room_costs_the_later_change_alone(
    channel: WeComChannel, account: Account, stub: WeComStub
) -> None:
    stub.answers = [{**OK, "response_code": "x" * 301}]
    assert await send(channel, account) == Accepted("msg-1", None)


async def test_storm_of_sends_makes_one_token_request(
    channel: WeComChannel, account: Account, stub: WeComStub
) -> None:
    await asyncio.gather(*(send(channel, account) for _ in range(50)))
    assert (stub.token_requests, len(stub.bodies)) == (1, 50)


async def test_token_that_died_early_is_renewed_once_for_all(
    channel: WeComChannel, account: Account, stub: WeComStub
) -> None:
    await send(channel, account)
    stub.good_token = "another"
    await asyncio.gather(*(send(channel, account) for _ in range(20)))
    assert (stub.token_requests, len(stub.bodies)) == (2, 21)


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
async def test_stale_token_is_tried_again_with_a_new_one(
    channel: WeComChannel, account: Account, stub: WeComStub, errcode: int
) -> None:
    stub.answers = [{"errcode": errcode, "errmsg": "stale"}]
    assert (await send(channel, account)).provider_id == "msg-1"
    assert stub.token_requests == 2


async def test_token_that_is_always_refused_fails_after_one_renewal(
    channel: WeComChannel, account: Account, stub: WeComStub
) -> None:
    stub.answers = [{"errcode": 42001, "errmsg": "expired"}] * 2
    assert (await failure(channel, account)).verdict is Verdict.TEMPORARY
    assert stub.token_requests == 2


@pytest.mark.parametrize(("age_s", "requests"), [(6899, 1), (6900, 2)])
async def test_token_is_renewed_five_minutes_before_its_end(
    channel: WeComChannel, account: Account, stub: WeComStub, clock: ManualClock, age_s: int, requests: int
) -> None:
    await send(channel, account)
    clock.move(age_s)
    await send(channel, account)
    assert stub.token_requests == requests


async def test_token_given_with_little_time_left_is_still_used(
    channel: WeComChannel, account: Account, stub: WeComStub
) -> None:
    stub.lifetime_s = 100
    await send(channel, account)
    await send(channel, account)
    assert stub.token_requests == 1


async def test_failed_token_request_is_shared_but_not_kept(
    channel: WeComChannel, account: Account, stub: WeComStub
) -> None:
    stub.token_answers = [{"errcode": -1, "errmsg": "busy"}]
    results = await asyncio.gather(*(send(channel, account) for _ in range(5)), return_exceptions=True)
    assert all(isinstance(result, SendFailed) for result in results)
    await send(channel, account)
    assert stub.token_requests == 2


async def test_caller_who_gives_up_leaves_the_token_to_the_others(
    channel: WeComChannel, account: Account, stub: WeComStub
) -> None:
    impatient, patient = (asyncio.create_task(send(channel, account)) for _ in range(2))
    await asyncio.sleep(0)
    impatient.cancel()
    assert (await patient).provider_id == "msg-1"
    assert stub.token_requests == 1


async def test_wrong_secret_is_the_accounts_fault_and_is_not_shown(
    channel: WeComChannel, account: Account, stub: WeComStub
) -> None:
    stub.token_answers = [{"errcode": 40001, "errmsg": f"invalid credential {SECRET}"}]
    failed = await failure(channel, account)
    assert (failed.verdict, failed.code, failed.detail) == (
        Verdict.CONFIGURATION,
        "40001",
        "invalid credential ***",
    )


async def test_changed_secret_gets_a_token_of_its_own(
    channel: WeComChannel, account: Account, stub: WeComStub
) -> None:
    await send(channel, account)
    await send(channel, Account(account.id, account.settings, {**account.secrets, "callback_token": "x"}))
    assert stub.token_requests == 2


@pytest.mark.parametrize("named", [{"invaliduser": "lisi|zhangsan"}, {"unlicenseduser": "zhangsan"}])
async def test_ok_that_leaves_the_person_out_is_permanent(
    channel: WeComChannel, account: Account, stub: WeComStub, named: dict[str, str]
) -> None:
    stub.answers = [{**OK, **named}]
    assert (await failure(channel, account, "ZhangSan")).verdict is Verdict.PERMANENT


async def test_ok_that_leaves_others_out_is_accepted(
    channel: WeComChannel, account: Account, stub: WeComStub
) -> None:
    stub.answers = [{**OK, "invaliduser": "lisi|zhangsan2", "unlicenseduser": ""}]
    assert (await send(channel, account)).provider_id == "msg-1"


@pytest.mark.parametrize(
    ("answer", "verdict", "maybe"),
    [
        (web.Response(status=502), Verdict.TEMPORARY, True),
        (web.Response(status=429), Verdict.RATE, False),
        (web.Response(status=404), Verdict.CONFIGURATION, False),
        (
            web.Response(status=302, headers={"Location": "https://evil.example/"}),
            Verdict.CONFIGURATION,
            False,
        ),
        (web.Response(text="<html>"), Verdict.TEMPORARY, True),
        (web.Response(body=b"\xff\xfe"), Verdict.TEMPORARY, True),
        ({"msgid": "no errcode"}, Verdict.TEMPORARY, True),
        ({"errcode": 45009, "errmsg": "freq out of limit"}, Verdict.RATE, False),
    ],
)
async def test_answer_is_told_apart(
    channel: WeComChannel, account: Account, stub: WeComStub, answer: Any, verdict: Verdict, maybe: bool
) -> None:
    stub.answers = [answer]
    failed = await failure(channel, account)
    assert (failed.verdict, failed.maybe_delivered) == (verdict, maybe)


async def test_silence_after_the_request_may_be_a_delivery(
    http: aiohttp.ClientSession, clock: ManualClock, account: Account, stub: WeComStub
) -> None:
    client = WeComClient(http, account_of(account), clock, total_s=0.2)
    stub.hang = True
    with pytest.raises(SendFailed) as caught:
        await client.post("/cgi-bin/message/send", {"touser": "zhangsan"})
    assert (caught.value.verdict, caught.value.maybe_delivered) == (Verdict.TEMPORARY, True)


async def test_refused_connection_is_no_delivery(channel: WeComChannel) -> None:
    failed = await failure(channel, wecom_account(f"http://127.0.0.1:{unused_port()}"))
    assert (failed.verdict, failed.code, failed.maybe_delivered) == (Verdict.TEMPORARY, "connect", False)


async def test_update_names_the_person_and_spends_the_code(
    channel: WeComChannel, account: Account, stub: WeComStub
) -> None:
    await channel.update("rc-1", "zhangsan", account, Replacement("已由王主任同意"))
    assert stub.bodies == [
        {
            "userids": ["zhangsan"],
            "agentid": 1000002,
            "response_code": "rc-1",
            "button": {"replace_name": "已由王主任同意"},
        }
    ]
