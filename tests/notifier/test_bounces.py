"""A mail that was accepted and comes back is refused in the ledger, and the reader is told by the next way."""

import aiosmtplib
import pytest
from structlog.testing import capture_logs

from bot.sandbox.mails import not_delivered
from notifier.bounces import Bounces
from storage.channel_accounts import StoredChannelAccounts, seal_context
from tests.support.outside import BOUNCES as BOX
from tests.support.outside import Outside, mail_of

DOMAIN = "hospital.example"
MAIL_FIRST = "UPDATE contact_point SET rank = CASE account_id WHEN $1 THEN 1 ELSE 2 END"
SETTINGS = "UPDATE channel_account SET settings = settings || $2, sealed = $3 WHERE id = $1"


async def mailbox(around: Outside, password: str = "sandbox-password") -> Bounces:
    """The mail account reads what comes back, and people are told by mail first."""
    account = around.accounts["email"]
    settings = {
        "bounce_address": BOX,
        "bounce_host": "127.0.0.1",
        "bounce_port": around.sandbox.pop3_port,
        "bounce_tls": "none",
        "bounce_username": BOX,
    }
    sealed = around.sealer.seal({"bounce_password": password}, seal_context("mail"))
    await around.db.execute(SETTINGS, account, settings, sealed)
    await around.db.execute(MAIL_FIRST, account)
    return Bounces(around.db, StoredChannelAccounts(around.db, around.sealer), around.clock)


async def test_a_mail_that_comes_back_is_refused_and_the_next_way_taken(around: Outside) -> None:
    bounces = await mailbox(around)
    await around.faults(mail={"bounce": [mail_of("reporter")]})
    await around.report_to_reporter()
    await around.drain()
    assert len(await around.mails(BOX)) == 1
    assert await bounces.read() == 1
    await around.drain()
    mail, card = await around.ledger("reporter")
    assert (mail["channel"], mail["state"], mail["error_code"]) == ("email", "refused", "5.1.1")
    assert (card["channel"], card["state"], card["message_state"]) == ("wecom", "accepted", "sent")
    assert len(await around.phone("reporter")) == 1


async def test_what_was_read_is_deleted_and_tells_nothing_twice(around: Outside) -> None:
    bounces = await mailbox(around)
    await around.faults(mail={"bounce": [mail_of("reporter")]})
    await around.report_to_reporter()
    await around.drain()
    assert [await bounces.read(), await bounces.read()] == [1, 0]
    await around.drain()
    assert await around.mails(BOX) == []
    assert len(await around.ledger("reporter")) == 2


async def drop(around: Outside, raw: bytes) -> None:
    """Somebody writes to the address of what comes back."""
    at = around.sandbox
    await aiosmtplib.send(
        raw, sender="x@people.example", recipients=[BOX], hostname=at.smtp_host, port=at.smtp_port
    )


@pytest.mark.parametrize("local", ["a%00b", "y1%0d-1", "x" * 300, "%ff"])
async def test_what_strangers_write_keeps_no_report_from_being_read(around: Outside, local: str) -> None:
    bounces = await mailbox(around)
    await drop(around, not_delivered(BOX, "x@people.example", f"Message-ID: <{local}@{DOMAIN}>".encode()))
    await around.faults(mail={"bounce": [mail_of("reporter")]})
    await around.report_to_reporter()
    await around.drain()
    assert await bounces.read() == 1
    assert len(await around.mails(BOX)) == 1


async def test_what_is_no_report_of_ours_is_left_for_people_and_a_report_of_a_delay_is_not(
    around: Outside,
) -> None:
    bounces = await mailbox(around)
    await drop(around, b"From: reader@people.example\r\nSubject: Where is my device?\r\n\r\nPlease call me.")
    delayed = not_delivered(BOX, "x@people.example", f"Message-ID: <y1-1@{DOMAIN}>".encode())
    await drop(around, delayed.replace(b"Action: failed", b"Action: delayed"))
    with capture_logs() as logs:
        assert [await bounces.read(), await bounces.read()] == [0, 0]
    (mail,) = await around.mails(BOX)
    assert mail["subject"] == "Where is my device?"
    told = [line for line in logs if line["event"] == "mails_left_in_mailbox"]
    assert [(line["new"], line["all"]) for line in told] == [(1, 1)]


async def test_a_mailbox_that_lets_nobody_in_changes_nothing(around: Outside) -> None:
    bounces = await mailbox(around, "wrong")
    await around.faults(mail={"bounce": [mail_of("reporter")]})
    await around.report_to_reporter()
    await around.drain()
    assert await bounces.read() == 0
    assert len(await around.mails(BOX)) == 1
    (mail,) = await around.ledger("reporter")
    assert mail["state"] == "accepted"
