"""A mail as its reader sees it."""

from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

HEADERS_OF_INTEREST = (
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "Reply-To",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
)


@dataclass(frozen=True)
class Mail:
    """One mail in one mailbox. `sender` and `recipients` are those of the envelope."""

    id: int
    at: datetime
    sender: str
    recipients: tuple[str, ...]
    subject: str
    from_: str
    to: str
    headers: dict[str, str]
    text: str
    html: str
    attachments: tuple[str, ...]
    raw: bytes


def parse_mail(id_: int, at: datetime, sender: str, recipients: list[str], raw: bytes) -> Mail:
    """Read a mail by the standard rules (RFC 5322, MIME); what is broken shows as empty."""
    message = BytesParser(policy=policy.default).parsebytes(raw)
    return Mail(
        id=id_,
        at=at,
        sender=sender,
        recipients=tuple(recipients),
        subject=str(message.get("Subject", "")),
        from_=str(message.get("From", "")),
        to=str(message.get("To", "")),
        headers={name: str(message[name]) for name in HEADERS_OF_INTEREST if name in message},
        text=_body(message, "plain"),
        html=_body(message, "html"),
        attachments=tuple(part.get_filename() or "?" for part in message.iter_attachments()),
        raw=raw,
    )


def not_delivered(sender: str, recipient: str, raw: bytes) -> bytes:
    """The report that a mail could not be delivered, as RFC 3464 has it, with the headers of the mail."""
    headers = raw.partition(b"\r\n\r\n")[0].decode("ascii", "replace")
    status = (
        "Reporting-MTA: dns; sandbox.invalid\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: 5.1.1"
    )
    parts = [
        "Content-Type: text/plain; charset=utf-8\r\n\r\nYour mail could not be delivered.",
        f"Content-Type: message/delivery-status\r\n\r\n{status}",
        f"Content-Type: text/rfc822-headers\r\n\r\n{headers}",
    ]
    body = "".join(f"--report\r\n{part}\r\n\r\n" for part in parts)
    return (
        f"From: MAILER-DAEMON@sandbox.invalid\r\nTo: {sender}\r\nSubject: Undelivered mail\r\n"
        "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="report"\r\n\r\n'
        f"{body}--report--\r\n"
    ).encode()


def _body(message: EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError, KeyError):
        return ""
