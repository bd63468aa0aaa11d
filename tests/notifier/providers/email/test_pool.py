"""Connections to a mail server are kept, watched and replaced, and no mail is lost or doubled by it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from notifier.channel import Account, SendFailed, Verdict
from notifier.providers.email.channel import EmailChannel
from notifier.providers.email.pool import PoolSettings
from tests.notifier.providers.email.test_channel import account, send
from tests.support.channel_contents import ManualClock
from tests.support.smtp_stub import SmtpStub, serving


@asynccontextmanager
async def sending(stub: SmtpStub, **settings: float) -> AsyncIterator[tuple[EmailChannel, Account]]:
    """A channel and the account of that server."""
    channel = EmailChannel(ManualClock(), answer_s=5, pool=PoolSettings(**settings))  # type: ignore[arg-type] # all are numbers
    async with serving(stub) as server:
        yield channel, account(server.port)
        await channel.close()


async def test_mails_one_after_the_other_share_a_connection() -> None:
    async with sending(stub := SmtpStub()) as (channel, sender):
        for _ in range(5):
            await send(channel, sender)
    assert (len(stub.mails), len(stub.lines)) == (5, 1)


async def test_mails_at_once_take_a_few_connections() -> None:
    async with sending(stub := SmtpStub(), most=3) as (channel, sender):
        await asyncio.gather(*(send(channel, sender) for _ in range(20)))
    assert len(stub.mails) == 20
    assert 1 < len(stub.lines) <= 3


async def test_a_connection_that_the_server_has_ended_is_replaced_and_the_mail_sent_once() -> None:
    async with sending(stub := SmtpStub(), trusted_s=60) as (channel, sender):
        await send(channel, sender)
        stub.lines[0].abort()
        await send(channel, sender)
    assert (len(stub.mails), len(stub.lines)) == (2, 2)


async def test_a_server_that_says_goodbye_gets_the_mail_on_a_new_connection() -> None:
    async with sending(stub := SmtpStub()) as (channel, sender):
        await send(channel, sender)
        stub.goodbye_once = True
        await send(channel, sender)
    assert (len(stub.mails), len(stub.lines)) == (2, 2)


async def test_a_refused_recipient_costs_no_connection() -> None:
    async with sending(stub := SmtpStub(at_rcpt="550 5.1.1 No such user")) as (channel, sender):
        for _ in range(3):
            with pytest.raises(SendFailed) as caught:
                await send(channel, sender)
            assert caught.value.verdict is Verdict.PERMANENT
        stub.at_rcpt = None
        await send(channel, sender)
    assert (len(stub.mails), len(stub.lines)) == (1, 1)


async def test_a_connection_lost_after_data_is_not_tried_again_by_itself() -> None:
    async with sending(stub := SmtpStub()) as (channel, sender):
        await send(channel, sender)
        stub.gone_after_data = True
        with pytest.raises(SendFailed) as caught:
            await send(channel, sender)
    assert (caught.value.maybe_delivered, len(stub.mails)) == (True, 2)


async def test_quiet_connections_are_asked_and_then_ended() -> None:
    async with sending(stub := SmtpStub(), trusted_s=0, idle_s=0.2) as (channel, sender):
        for _ in range(2):
            await send(channel, sender)
        assert stub.noops == 1
        async with asyncio.timeout(5):
            await stub.lost.wait()
    assert len(stub.lines) == 1


async def test_a_connection_carries_its_share_of_mails_alone() -> None:
    async with sending(stub := SmtpStub(), mails=2) as (channel, sender):
        for _ in range(4):
            await send(channel, sender)
    assert len(stub.lines) == 2


async def test_other_settings_are_another_connection() -> None:
    async with sending(stub := SmtpStub()) as (channel, sender):
        await send(channel, sender)
        await send(channel, account(int(sender.settings["port"]), username="device"))
    assert (len(stub.lines), len(stub.sign_ins)) == (2, 1)


async def test_a_connection_that_nobody_waits_for_any_more_is_closed() -> None:
    async with sending(stub := SmtpStub(), trusted_s=0) as (channel, sender):
        await send(channel, sender)
        stub.silent_at_noop = True
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await send(channel, sender)
        async with asyncio.timeout(2):
            await stub.lost.wait()
    assert len(stub.lines) == 1
