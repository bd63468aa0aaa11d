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


def _body(message: EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError, KeyError):
        return ""
