"""The mailbox of what comes back: anybody can write to it, and nobody stops it from being read."""

import random
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.sandbox.config import SandboxConfig
from bot.sandbox.mails import parse_mail
from bot.sandbox.pop3 import _Visit, mailboxes
from bot.sandbox.world import World
from notifier.providers.email.account import account_of
from notifier.providers.email.mailbox import MOST_LINES, MOST_MAILS, Mailbox
from tests.notifier.providers.email.test_channel import account
from tests.support.sandbox import FakeTime

BOX = "bounces@hospital.example"


@pytest.fixture
def world() -> World:
    time = FakeTime()
    boxes = [{"address": BOX, "name": "Bounces"}]
    config = SandboxConfig.model_validate({"corps": [], "people": [], "mailboxes": boxes})
    return World(config, now=time.now, monotonic=time.monotonic, rng=random.Random(7))


@pytest.fixture
async def mailbox(world: World) -> AsyncIterator[Mailbox]:
    async with mailboxes(world, "127.0.0.1", 0) as port:
        settings = {"bounce_host": "127.0.0.1", "bounce_port": port, "bounce_tls": "none"}
        sender = replace(
            account(25, bounce_username=BOX, **settings), secrets={"bounce_password": "sandbox-word"}
        )
        yield Mailbox(account_of(sender))


def put(world: World, raw: bytes) -> str:
    mail = parse_mail(world.next_id(), world.now(), "x@people.example", [BOX], raw)
    world.mails[BOX].append(mail)
    return str(mail.id)


async def test_a_mail_that_breaks_the_rules_hides_none_behind_it(world: World, mailbox: Mailbox) -> None:
    first, broken, last = put(world, b"A: 1\r\n\r\nx"), put(world, b"\r\n" + b"x" * 5000), put(world, b"A: 2")
    assert await mailbox.mails() == {last: b"A: 2", broken: b""}
    mailbox.left.strange |= {last, broken}
    assert await mailbox.mails() == {first: b"A: 1\r\n\r\nx"}


async def test_what_was_left_there_and_what_the_server_keeps_back_holds_up_nothing(
    world: World, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = put(world, b"A: report")
    kept_back = [put(world, b"A: x") for _ in range(MOST_MAILS)]
    mailbox.left.strange |= {put(world, b"A: strange") for _ in range(MOST_MAILS)}
    given = _Visit._mail
    monkeypatch.setattr(
        _Visit, "_mail", lambda visit, number: given(visit, number) if number == "1" else None
    )
    assert await mailbox.mails() == {}
    assert await mailbox.mails() == {report: b"A: report"}
    monkeypatch.undo()
    assert (await mailbox.mails()).keys() == {report, *kept_back[1:]}, "and those are asked for again"


async def test_of_a_large_mail_the_beginning_is_read(world: World, mailbox: Mailbox) -> None:
    id_ = put(world, b"A: 1\r\n\r\n" + b"x\r\n" * 50_000)
    assert (await mailbox.mails())[id_].count(b"x") == MOST_LINES


async def test_one_that_the_server_does_not_give_out_is_left_there(
    world: World, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, other = put(world, b"A: 1"), put(world, b"A: 2")
    given = _Visit._mail
    monkeypatch.setattr(
        _Visit, "_mail", lambda visit, number: given(visit, number) if number != "1" else None
    )
    assert await mailbox.mails() == {other: b"A: 2"}
