"""What a mail server reports back of a mail that it had accepted and could not deliver (RFC 3464)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.message import Message
from email.parser import BytesParser, HeaderParser
from urllib.parse import unquote

from notifier.trim import one_line

_FAILED = "failed"
_ACTIONS = frozenset({_FAILED, "delayed", "delivered", "relayed", "expanded"})
_MESSAGE_ID_LENGTH = 400
_UNIQUE_ID = re.compile(r"[A-Za-z0-9_@-]{1,64}")  # anybody can write to this mailbox


@dataclass(frozen=True)
class Bounce:
    """A report about a mail of ours: its Message-ID, our id of the delivery, and the server's status (5.1.1).

    The status is empty where the mail has not failed: a delay, a receipt.
    """

    message_id: str
    unique_id: str
    status: str


def read_bounce(raw: bytes, domain: str) -> Bounce | None:
    """The report in a mail; None for whatever else stands in the mailbox.

    `domain` is that of our message ids: reports of other senders' mails are none of ours.
    """
    report = BytesParser(policy=policy.compat32).parsebytes(raw)
    if report.get_content_type() != "multipart/report":
        return None
    status = _status(report)
    message_id = _original_id(report)
    local, _, host = message_id.strip("<>").rpartition("@")
    unique_id = unquote(local)
    if status is None or host.lower() != domain.lower() or len(message_id) > _MESSAGE_ID_LENGTH:
        return None
    return Bounce(message_id, unique_id, status) if _UNIQUE_ID.fullmatch(unique_id) else None


def _status(report: Message) -> str | None:
    """Of the recipient that failed; nothing where none did, None where nothing is said of any."""
    told = [block for block in _blocks(report) if _action(block) in _ACTIONS]
    for block in told:
        if _action(block) == _FAILED:
            return one_line(str(block.get("Status", "")))[:32] or _FAILED
    return "" if told else None


def _blocks(report: Message) -> Iterator[Message]:
    for part in report.walk():
        blocks = part.get_payload() if part.get_content_type() == "message/delivery-status" else []
        yield from (block for block in blocks if isinstance(block, Message))


def _action(block: Message) -> str:
    return str(block.get("Action", "")).strip().lower()


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
