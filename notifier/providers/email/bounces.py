"""What a mail server reports back of a mail that it had accepted and could not deliver (RFC 3464)."""

import re
from dataclasses import dataclass
from email import policy
from email.message import Message
from email.parser import BytesParser, HeaderParser
from urllib.parse import unquote

from notifier.trim import one_line

_FAILED = "failed"
_MESSAGE_ID_LENGTH = 400
_UNIQUE_ID = re.compile(r"[A-Za-z0-9_@-]{1,64}")  # anybody can write to this mailbox


@dataclass(frozen=True)
class Bounce:
    """A mail of ours that did not arrive: its Message-ID, our id of the delivery, and the server's status (5.1.1)."""

    message_id: str
    unique_id: str
    status: str


def read_bounce(raw: bytes, domain: str) -> Bounce | None:
    """The bounce in a mail; None for whatever else stands in the mailbox, delays and receipts among it.

    `domain` is that of our message ids: reports of other senders' mails are none of ours.
    """
    report = BytesParser(policy=policy.compat32).parsebytes(raw)
    if report.get_content_type() != "multipart/report":
        return None
    status = _status(report)
    message_id = _original_id(report)
    local, _, host = message_id.strip("<>").rpartition("@")
    unique_id = unquote(local)
    if not status or host.lower() != domain.lower() or len(message_id) > _MESSAGE_ID_LENGTH:
        return None
    return Bounce(message_id, unique_id, status) if _UNIQUE_ID.fullmatch(unique_id) else None


def _status(report: Message) -> str:
    """Of the recipient that failed; nothing where none did."""
    for part in report.walk():
        blocks = part.get_payload() if part.get_content_type() == "message/delivery-status" else []
        for block in blocks if isinstance(blocks, list) else []:
            if isinstance(block, Message) and str(block.get("Action", "")).strip().lower() == _FAILED:
                return one_line(str(block.get("Status", "")))[:32] or _FAILED
    return ""


def _original_id(report: Message) -> str:
    """The Message-ID of the mail that came back, whole or as its headers alone."""
    for part in report.walk():
        payload = part.get_payload()
        if part.get_content_type() == "message/rfc822" and isinstance(payload, list) and payload:
            returned = payload[0]
            return one_line(str(returned.get("Message-ID", ""))) if isinstance(returned, Message) else ""
        if part.get_content_type() == "text/rfc822-headers":
            words = part.get_payload(decode=True)
            text = words.decode("ascii", "replace") if isinstance(words, bytes) else ""
            return one_line(str(HeaderParser().parsestr(text).get("Message-ID", "")))
    return ""
