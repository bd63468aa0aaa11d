"""The channel against the stand-in of Telegram, which shares no code with it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from structlog.testing import capture_logs

from notifier.channel import Accepted, Account, Replacement, SendFailed, Verdict
from notifier.providers.telegram.channel import TelegramChannel
from storage.provider_tokens import ProviderTokens
from tests.support.channel_contents import content
from tests.support.outside import outside
from tests.support.proxies import socks
from tests.support.telegram import ANN, BOB, GROUP, SHY, TOKEN, Telegram, telegram
from tests.support.world import add_account


@pytest.fixture
async def box() -> AsyncIterator[Telegram]:
    async with telegram() as running:
        yield running


@pytest.fixture
async def channel() -> AsyncIterator[TelegramChannel]:
    async with aiohttp.ClientSession() as http:
        yield TelegramChannel(http)


async def send(channel: TelegramChannel, account: Account, chat: int = ANN) -> Accepted:
    return await channel.send(channel.compose(content(), str(chat), account), str(chat), account)


async def refused(channel: TelegramChannel, account: Account, chat: int = ANN) -> SendFailed:
    with pytest.raises(SendFailed) as caught:
        await send(channel, account, chat)
    assert TOKEN not in str(caught.value)
    return caught.value


async def test_card_arrives_and_says_later_who_decided(channel: TelegramChannel, box: Telegram) -> None:
    account = box.account()
    accepted = await send(channel, account)
    (message,) = await box.messages()
    assert accepted == Accepted(str(message["id"]), f"{ANN}:{message['id']}")
    assert "<b>CT-3 维修申请待审批</b>" in message["html"]
    sent = channel.compose(content(), str(ANN), account)
    decided = Replacement("已由王主任同意", sent=sent)
    await channel.update(str(accepted.update_code), str(ANN), account, decided)
    (message,) = await box.messages()
    assert message["text"].endswith("\n\n✅ 已由王主任同意")
    assert message["keyboard"] == [[{"text": "查看工单", "url": content().url}]]


async def test_edit_that_changes_nothing_is_as_it_should_be(channel: TelegramChannel, box: Telegram) -> None:
    account = box.account()
    accepted = await send(channel, account)
    decided = Replacement("approved", sent=channel.compose(content(), str(ANN), account))
    for _ in range(2):
        await channel.update(str(accepted.update_code), str(ANN), account, decided)
    assert (await box.messages())[0]["edits"] == 1


async def test_message_that_is_gone_is_not_edited_again(channel: TelegramChannel, box: Telegram) -> None:
    with pytest.raises(SendFailed) as caught:
        await channel.update(f"{ANN}:999", str(ANN), box.account(), Replacement("approved"))
    assert caught.value.verdict is Verdict.PERMANENT


@pytest.mark.parametrize(
    ("faults", "chat", "verdict", "code"),
    [
        ({"blocked": [ANN]}, ANN, Verdict.PERMANENT, "403"),
        ({}, SHY, Verdict.PERMANENT, "403"),
        ({}, 999, Verdict.PERMANENT, "400"),
        ({"unavailable": True}, ANN, Verdict.TEMPORARY, "no-answer"),
    ],
)
async def test_refusal_has_its_verdict(
    channel: TelegramChannel, box: Telegram, faults: dict[str, Any], chat: int, verdict: Verdict, code: str
) -> None:
    await box.faults(**faults)
    failed = await refused(channel, box.account(), chat)
    assert (failed.verdict, failed.code) == (verdict, code)


async def test_flood_says_how_long_to_wait(channel: TelegramChannel, box: Telegram) -> None:
    await box.faults(flood_times=1, retry_after=7)
    failed = await refused(channel, box.account())
    assert (failed.verdict, failed.retry_after_s, failed.maybe_delivered) == (Verdict.RATE, 7, False)


async def test_wrong_token_is_for_the_administrator(channel: TelegramChannel, box: Telegram) -> None:
    account = replace(box.account(), secrets={"token": "222222:sandbox-other-token"})
    failed = await refused(channel, account)
    assert (failed.verdict, failed.code) == (Verdict.CONFIGURATION, "401")


async def test_lost_answer_may_have_been_delivered(channel: TelegramChannel, box: Telegram) -> None:
    await box.faults(accept_then_drop_connection=1)
    failed = await refused(channel, box.account())
    assert (failed.verdict, failed.maybe_delivered) == (Verdict.TEMPORARY, True)
    assert len(await box.messages()) == 1


async def test_server_that_is_not_there_was_sent_nothing_and_no_token_is_logged(
    channel: TelegramChannel,
) -> None:
    account = Account(8, {"bot_username": "demo_bot", "base_url": "http://127.0.0.1:9"}, {"token": TOKEN})
    with capture_logs() as logs:
        failed = await refused(channel, account)
    assert (failed.code, failed.maybe_delivered) == ("connect", False)
    assert failed.__cause__ is None
    assert failed.__context__ is None
    assert TOKEN not in str(logs)


async def test_proxy_is_used_where_one_is_set(channel: TelegramChannel, box: Telegram) -> None:
    failed = await refused(channel, box.account(proxy="http://127.0.0.1:9"))
    assert failed.code == "connect"
    through = box.account(base_url="http://api.telegram.invalid", proxy=box.url)
    assert (await send(channel, through)).provider_id


async def test_slow_server_is_given_up(box: Telegram) -> None:
    await box.faults(delay_s=3)
    async with aiohttp.ClientSession() as http:
        channel = TelegramChannel(http, total_s=0.2)
        async with asyncio.timeout(2):
            assert (await refused(channel, box.account())).maybe_delivered


async def test_changed_token_makes_a_new_client(channel: TelegramChannel, box: Telegram) -> None:
    wrong = replace(box.account(), secrets={"token": "222222:sandbox-other-token"})
    await refused(channel, wrong)
    assert (await send(channel, box.account())).provider_id


async def test_wait_that_telegram_asks_for_is_kept_for_the_chat_without_asking_again(box: Telegram) -> None:
    time = [0.0]
    async with aiohttp.ClientSession() as http:
        channel, account = TelegramChannel(http, monotonic=lambda: time[0]), box.account()
        await box.faults(flood_times=1, retry_after=5)
        assert (await refused(channel, account)).retry_after_s == 5
        time[0] = 2
        assert (await refused(channel, account)).retry_after_s == 3
        await send(channel, account, BOB)
        time[0] = 6
        await send(channel, account)
    assert len(await box.messages()) == 1


async def test_two_chats_that_have_to_wait_are_the_whole_bots_limit(box: Telegram) -> None:
    time = [0.0]
    async with aiohttp.ClientSession() as http:
        channel, account = TelegramChannel(http, monotonic=lambda: time[0]), box.account()
        await box.faults(flood_times=2, retry_after=5)
        for chat in (ANN, BOB):
            await refused(channel, account, chat)
        assert (await refused(channel, account, GROUP)).code == "429"
        time[0] = 6
        await send(channel, account, GROUP)


async def test_group_takes_twenty_a_minute(channel: TelegramChannel, box: Telegram) -> None:
    account = box.account()
    for _ in range(20):
        await box.call("sendMessage", chat_id=GROUP, text="x")
    assert (await refused(channel, account, GROUP)).verdict is Verdict.RATE
    assert len(await box.messages(GROUP)) == 20


async def test_a_group_that_became_a_supergroup_goes_on_to_be_told(
    channel: TelegramChannel, box: Telegram
) -> None:
    account, former = box.account(), -4242
    await box.faults(moved={str(former): GROUP})
    for _ in range(2):
        accepted = await send(channel, account, former)
        assert str(accepted.update_code).startswith(f"{GROUP}:")
    await box.faults(moved={})  # whoever asks the former chat again hears that it is not there
    assert (await send(channel, account, former)).provider_id
    assert len(await box.messages(GROUP)) == 3


async def test_where_a_group_is_now_is_known_to_all_processes_and_after_a_restart(
    database_url: str, box: Telegram
) -> None:
    former = -4242
    async with (
        outside(database_url) as around,
        aiohttp.ClientSession() as http,
    ):
        number = await add_account(
            around.db, around.world.hospital, "telegram", "groups", {}, {}, around.sealer
        )
        account = replace(box.account(), id=number)
        tokens = ProviderTokens(around.db, around.sealer, around.clock)
        running, restarted = (TelegramChannel(http, tokens) for _ in range(2))
        await box.faults(moved={str(former): GROUP})
        await send(running, account, former)
        await box.faults(moved={})  # Telegram does not remember it any more
        around.clock.forward(timedelta(days=400))
        assert str((await send(restarted, account, former)).update_code).startswith(f"{GROUP}:")
        assert (await refused(restarted, account, -4343)).detail == "Chat not found"


async def test_what_was_said_in_the_former_group_is_not_changed_in_the_new_one(
    channel: TelegramChannel, box: Telegram
) -> None:
    account, former = box.account(), -4242
    await box.faults(moved={str(former): GROUP})
    number = (await send(channel, account, former)).provider_id
    with pytest.raises(SendFailed) as caught:
        await channel.update(f"{former}:{number}", str(former), account, Replacement("approved"))
    assert caught.value.verdict is Verdict.PERMANENT
    assert [message["edits"] for message in await box.messages(GROUP)] == [0]


async def test_a_change_waits_like_a_message_does(box: Telegram) -> None:
    async with aiohttp.ClientSession() as http:
        channel, account = TelegramChannel(http, monotonic=lambda: 0.0), box.account()
        accepted = await send(channel, account)
        await box.faults(flood_times=1, retry_after=90_000)  # longer than a day
        assert (await refused(channel, account)).retry_after_s == 86_400
        with pytest.raises(SendFailed) as caught:
            await channel.update(str(accepted.update_code), str(ANN), account, Replacement("approved"))
    assert caught.value.verdict is Verdict.RATE
    assert [message["edits"] for message in await box.messages()] == [0]


async def test_an_http_proxy_hears_who_asks_and_its_no_is_no_delivery(
    channel: TelegramChannel, box: Telegram
) -> None:
    heard = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as proxy:
        at = f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}"
        account = box.account(base_url="https://api.telegram.invalid", proxy=at, proxy_user="yishe")
        account = replace(account, secrets={**account.secrets, "proxy_password": "made-up-word"})
        failed = await refused(channel, account)
    assert (failed.verdict, failed.code, failed.maybe_delivered) == (Verdict.CONFIGURATION, "407", False)
    assert heard[0].startswith("CONNECT api.telegram.invalid:443 ")
    assert f"Proxy-Authorization: {aiohttp.encode_basic_auth('yishe', 'made-up-word')}" in heard[0]
    assert TOKEN not in heard[0]


@pytest.mark.parametrize("login", [None, ("yishe", "made-up-word")])
async def test_a_socks_proxy_looks_the_name_up_itself(box: Telegram, login: tuple[str, str] | None) -> None:
    async with aiohttp.ClientSession() as http, socks(login) as proxy:
        channel, (user, password) = TelegramChannel(http), login or ("", "")
        settings = {"proxy": f"socks5://127.0.0.1:{proxy.port}", "proxy_user": user}
        there = box.url.replace("127.0.0.1", "api.telegram.invalid")
        account = box.account(base_url=there, **settings)
        account = replace(account, secrets={**account.secrets, "proxy_password": password})
        await send(channel, account)
        await channel.close()
    assert proxy.asked == [("api.telegram.invalid", box.http.port)]
    assert len(await box.messages()) == 1


@pytest.mark.parametrize("login", [("yishe", "another-word"), None])
async def test_a_socks_proxy_that_refuses_was_told_nothing(
    box: Telegram, login: tuple[str, str] | None
) -> None:
    async with aiohttp.ClientSession() as http, socks(("yishe", "made-up-word")) as proxy:
        channel, port = TelegramChannel(http), proxy.port if login else 9
        settings = {"proxy": f"socks5://127.0.0.1:{port}", "proxy_user": login[0] if login else ""}
        account = box.account(**settings)
        account = replace(account, secrets={**account.secrets, "proxy_password": login[1] if login else ""})
        failed = await refused(channel, account)
        await channel.close()
    assert (failed.code, failed.maybe_delivered) == ("connect", False)
    assert failed.__context__ is None


@pytest.mark.parametrize(
    "settings",
    [
        {"proxy": "http://yishe:" + "made-up-word@127.0.0.1:8080"},
        {"proxy": "socks5://127.0.0.1:99999"},
        {"proxy": "socks4://127.0.0.1:1080"},
        {"base_url": "http://[::1"},
    ],
)
async def test_a_way_that_nobody_can_go_and_passwords_in_the_open_are_the_settings_fault(
    channel: TelegramChannel, box: Telegram, settings: dict[str, str]
) -> None:
    failed = await refused(channel, box.account(**settings))
    assert (failed.verdict, failed.detail) == (Verdict.CONFIGURATION, next(iter(settings)))
