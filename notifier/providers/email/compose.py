"""From a message to a mail: frozen parts first, and the same bytes from them on every try."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, select_autoescape
from pydantic import BaseModel, ConfigDict

from notifier.channel import Content
from notifier.providers.email.account import EmailSettings
from notifier.providers.email.photos import MOST_PHOTOS, Attachment
from notifier.trim import clean, fit_columns, one_line
from storage.kinds import Severity

_SUBJECT_ZI = 60

# (background, text): the four levels' colours, each with a text that reads on it (4.5 to 1 or better).
BANNERS: Mapping[Severity, tuple[str, str]] = {
    Severity.INFO: ("#1565C0", "#FFFFFF"),
    Severity.NOTICE: ("#FDD835", "#212121"),
    Severity.URGENT: ("#FB8C00", "#212121"),
    Severity.CRITICAL: ("#C62828", "#FFFFFF"),
}
_BUTTONS = {
    "primary": ("#07865A", "#FFFFFF"),
    "default": ("#ECECEC", "#212121"),
    "danger": ("#FFFFFF", "#B3261E"),
}


class _Policy(EmailPolicy):
    """Leaves in one line what programs read and nobody can fold.

    The library would make encoded words of an address that is longer than a line (RFC 2047 allows none there), and
    no mail program stops anything by those. RFC 5322 allows lines of 998.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        """One header as it goes over the wire."""
        if name in WHOLE and value.isascii():
            return f"{name}: {value}{self.linesep}".encode()
        return super().fold_binary(name, value)


WHOLE = frozenset({"In-Reply-To", "References", "List-Unsubscribe", "List-Unsubscribe-Post"})
_SMTP = _Policy(linesep="\r\n")


class FrozenMail(BaseModel):
    """What the outbox keeps of a mail."""

    model_config = ConfigDict(frozen=True)

    subject: str
    text: str
    html: str
    headers: dict[str, str]
    photos: list[tuple[str, str]] = []


class MailComposer:
    """Renders with the templates beside this file."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=PackageLoader("notifier.providers.email"),
            autoescape=select_autoescape(["html.j2"]),
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def freeze(self, content: Content, recipient: str, settings: EmailSettings, now: datetime) -> FrozenMail:
        """Every part and header of the mail, `now` as its date."""
        parts = _parts(content)
        return FrozenMail(
            subject=_subject(content),
            text=self._templates.get_template("mail.txt.j2").render(parts),
            html=self._templates.get_template("mail.html.j2").render(parts),
            headers=_headers(content, recipient, settings, now),
            photos=list(content.photos[:MOST_PHOTOS]) if settings.send_photos else [],
        )


def mail_bytes(mail: FrozenMail, attached: Sequence[Attachment] = ()) -> bytes:
    """The mail as it goes over the wire; equal for equal parts, so a mail sent twice is the same mail."""
    message = EmailMessage(policy=_SMTP)
    for name, value in mail.headers.items():
        message[name] = value
    message["Subject"] = mail.subject
    # Base64 asks for neither 8BITMIME nor short lines.
    message.set_content(mail.text, cte="base64")
    message.add_alternative(mail.html, subtype="html", cte="base64")
    mark = sha256(mail.headers["Message-ID"].encode()).hexdigest()[:32]
    message.set_boundary("=_" + mark)
    for part in attached:
        main, _, sub = part.media_type.partition("/")
        message.add_attachment(part.content, maintype=main, subtype=sub, filename=part.name)
    if attached:
        message.set_boundary("=-" + mark)
    return message.as_bytes()


def _headers(content: Content, recipient: str, settings: EmailSettings, now: datetime) -> dict[str, str]:
    root = _id(content.thread_id, settings)
    return {
        "From": str(Address(one_line(settings.sender_name), addr_spec=settings.sender_address)),
        "To": recipient,
        "Date": format_datetime(now),
        "Message-ID": _id(content.unique_id, settings),
        # No mail has the root's id: it is the same for all mails of a case, whoever gets which of them.
        "In-Reply-To": root,
        "References": root,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        **_stopped_by(content.stop_url),
    }


def _stopped_by(url: str) -> dict[str, str]:
    """One click in the mail program (RFC 8058), which acts by POST alone and asks for https."""
    if not url.startswith("https://"):
        return {}
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _id(local: str, settings: EmailSettings) -> str:
    return f"<{quote(local, safe='').replace('.', '%2E')}@{settings.message_id_domain}>"


def _subject(content: Content) -> str:
    number, word = one_line(content.thread_id), one_line(content.severity_word)
    return f"[{number}] {word}: {fit_columns(one_line(content.title), _SUBJECT_ZI)}"


def _parts(content: Content) -> dict[str, Any]:
    background, colour = BANNERS[content.severity]
    return {
        "language": content.language.replace("_", "-"),
        "severity_word": one_line(content.severity_word),
        "background": background,
        "colour": colour,
        "sender": one_line(content.sender),
        "title": one_line(content.title),
        "summary": [one_line(line) for line in clean(content.summary).splitlines() if line.strip()],
        "fields": [(one_line(name), one_line(value)) for name, value in content.fields],
        "buttons": [
            {"label": one_line(button.label), "url": url, "colours": _BUTTONS[button.style]}
            for button in content.buttons
            if (url := content.link_for(button))
        ],
        "url": content.url,
        "url_label": one_line(content.url_label),
        "notice_url": content.notice_url,
        "notice_label": one_line(content.notice_label),
        "number": one_line(content.thread_id),
        "footer": [one_line(line) for line in clean(content.footer).splitlines() if line.strip()],
    }
