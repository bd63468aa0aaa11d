"""Reports of mail servers: what failed is read, and nothing else is taken for it."""

import pytest

from bot.sandbox.mails import not_delivered
from notifier.providers.email.bounces import Bounce, read_bounce

DOMAIN = "yishe.example"
MAIL = b"From: a@b.example\r\nMessage-ID: <y7-1@yishe.example>\r\nSubject: x\r\n\r\nwords"
# As Postfix writes one, with the whole mail in it.
POSTFIX = b"""\
From: MAILER-DAEMON@mx.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4Z/mx.example"

--4Z/mx.example
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.

--4Z/mx.example
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
X-Postfix-Queue-ID: 4Z

Final-Recipient: rfc822; gone@hospital.example
Action: %ACTION%
Status: 5.2.2
Diagnostic-Code: smtp; 552 5.2.2 Mailbox full

--4Z/mx.example
Content-Type: message/rfc822

Message-ID: <y42-2@yishe.example>
Subject: =?utf-8?b?5L2g5aW9?=

words
--4Z/mx.example--
"""


def test_a_report_with_the_mail_in_it_is_read() -> None:
    found = read_bounce(POSTFIX.replace(b"%ACTION%", b"failed"), DOMAIN)
    assert found == Bounce("<y42-2@yishe.example>", "y42-2", "5.2.2")


def test_a_report_with_the_headers_alone_is_read() -> None:
    report = not_delivered("bounces@yishe.example", "gone@hospital.example", MAIL)
    assert read_bounce(report, DOMAIN) == Bounce("<y7-1@yishe.example>", "y7-1", "5.1.1")


@pytest.mark.parametrize("action", [b"delayed", b"delivered"])
def test_a_report_that_nothing_failed_has_no_status(action: bytes) -> None:
    found = read_bounce(POSTFIX.replace(b"%ACTION%", action), DOMAIN)
    assert found == Bounce("<y42-2@yishe.example>", "y42-2", "")


@pytest.mark.parametrize(
    "mail",
    [
        POSTFIX.replace(b"%ACTION%", b"considered"),
        POSTFIX.replace(b"%ACTION%", b"failed").replace(b"@yishe.example>", b"@others.example>"),
        POSTFIX.replace(b"%ACTION%", b"failed").replace(b"Message-ID", b"X-Other"),
        POSTFIX.replace(b"%ACTION%", b"failed").replace(b"<y42-2@", b"<y42%00@"),
        POSTFIX.replace(b"%ACTION%", b"failed").replace(b"<y42-2@", b"<@"),
        b"Subject: Out of office\r\n\r\nI am away",
        b"Content-Type: multipart/report; boundary=x\r\n\r\n",
        b"",
        b"\xff\xfe\x00",
    ],
)
def test_nothing_else_is_taken_for_one(mail: bytes) -> None:
    assert read_bounce(mail, DOMAIN) is None
