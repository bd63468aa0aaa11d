"""The way of a message in words: what it came to on each channel, and everything that happened, by time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from h5_pages import look
from storage.message_story import DeliveryLine, MessageHead, MessageStory, NoteLine
from storage.receipts import UNTIMED
from storage.texts import N_, P_, Gettext

OUTCOME_LABELS = {
    "queued": N_("waiting to be sent"),
    "held": N_("not sent"),
    "sent": N_("sent"),
    "unknown": look.REPORT_UNKNOWN,
    "delivered": N_("delivered"),
    "opened": N_("opened"),
    "acted": N_("acted on"),
    "failed": N_("failed"),
    "withdrawn": N_("withdrawn"),
    "recalled": P_("a message", "recalled"),
    "bundled": N_("grouped with other messages"),
}
OUTCOME_TONES = {
    "sent": "active",
    "unknown": "active",
    "delivered": "done",
    "opened": "done",
    "acted": "done",
    "failed": "stopped",
    "withdrawn": "dropped",
    "recalled": "dropped",
    "bundled": "dropped",
}
HELD_LABELS = {
    "quiet": N_("until the recipient's quiet hours are over"),
    "digest": N_("until the hour of the digest"),
    "others": N_("for a while, to be grouped with other messages"),
    "duty": N_("until the morning, since somebody on duty is notified"),
    "snooze": N_("until the time that the recipient chose"),
    "budget": N_("until the channel may be used again"),
}
NOTE_LABELS = {
    "failed": N_("An attempt failed"),
    "held": N_("Not sent"),
    "passed_over": N_("A channel was skipped"),
    "stand_in": N_("Somebody else is notified instead"),
    "told_as_well": N_("Somebody else is also notified"),
    "standby": N_("A standby account of the same kind was used"),
    "escalated": N_("The next channel was tried"),
    "bundled": N_("Grouped with other messages"),
    "muted": N_("The recipient has muted this"),
    "reply": N_("The recipient replied"),
    "receipt": N_("The provider reported"),
    "recalled": N_("Undone"),
}
END_LABELS = {
    "withdrawn": N_("Withdrawn"),
    "dead": N_("Failed: no channel accepted it"),
    "bundled": N_("Grouped with other messages"),
}
QUEUED, ACKNOWLEDGED = N_("Queued"), N_("Acknowledged via {way}")
SENT = N_("{channel}: sent from {account}")
TRIED = N_("{channel}: sent from {account}, attempts: {count}")
ACCEPTED = N_("{channel}: accepted by the provider")
REFUSED = N_("{channel}: refused")
RECEIVED = N_("{channel}: arrived")
OPENED = N_("{channel}: opened")
ACTED = N_("{channel}: answered")
RECALLED = N_("{channel}: recalled")
UPDATED = N_("{channel}: the card shows what was decided")
NEEDLESS = N_("{channel}: no longer needed")
NEXT_TRY = N_("Next attempt")
NEXT_WAY = N_("The next channel is tried, unless somebody acknowledges")


@dataclass(frozen=True)
class Step:
    """One thing that happened, or is to happen when `ahead`. Words in the reader's language."""

    at: datetime
    words: str
    detail: str = ""
    ahead: bool = False


def steps(story: MessageStory, t: Gettext) -> list[Step]:
    """Everything that happened to a message, in the order of time, then what is to come."""
    happened = [Step(story.message.created_at, t(QUEUED))]
    for each in story.deliveries:
        happened += _of_try(each, t)
    happened += [_of_note(note, t) for note in story.notes]
    happened += _ends(story.message, t)
    return sorted(happened, key=lambda step: step.at) + list(_ahead(story.message, t))


def _of_try(each: DeliveryLine, t: Gettext) -> Iterator[Step]:
    name = t(look.channel(each.channel))

    def step(at: datetime | None, words: str, detail: str = "") -> Iterator[Step]:
        if at is not None:
            yield Step(at, t(words).format(channel=name, account=each.account, count=each.tries), detail)

    begun = each.tried_at if each.tries or each.state == "sending" else None
    yield from step(begun, TRIED if each.tries > 1 else SENT)
    yield from step(each.finished_at, *_end_of(each, t))
    detail = f"{each.receipt} · {t(UNTIMED)}" if each.receipt_untimed else each.receipt
    yield from step(each.received_at, RECEIVED, detail)
    yield from step(each.opened_at, OPENED)
    yield from step(each.acted_at, ACTED)
    yield from step(each.updated_at, UPDATED)
    yield from step(each.recalled_at, RECALLED)


def _end_of(each: DeliveryLine, t: Gettext) -> tuple[str, str]:
    if each.state == "superseded":
        return NEEDLESS, ""
    detail = " · ".join(part for part in (t(each.error), each.error_code) if part)
    return (REFUSED if each.state == "refused" else ACCEPTED), detail


def _of_note(note: NoteLine, t: Gettext) -> Step:
    code = t(HELD_LABELS.get(note.code, note.code)) if note.code else ""
    detail = (t(note.reason).format_map(_Known(note.data)) if note.reason else "", note.account, code)
    return Step(
        note.at, t(NOTE_LABELS.get(note.what, note.what)), " · ".join(part for part in detail if part)
    )


def _ends(message: MessageHead, t: Gettext) -> Iterator[Step]:
    if message.acknowledged_at is not None:
        words = t(ACKNOWLEDGED).format(way=t(_way(message.acknowledged_way)))
        yield Step(message.acknowledged_at, words)
    if message.finished_at is not None and message.state in END_LABELS:
        yield Step(message.finished_at, t(END_LABELS[message.state]), t(message.reason))


def _ahead(message: MessageHead, t: Gettext) -> Iterator[Step]:
    if message.state == "queued":
        yield Step(message.next_at, t(NEXT_TRY), t(HELD_LABELS.get(message.held, "")), ahead=True)
    elif message.escalate_at is not None and message.acknowledged_at is None and message.state == "sent":
        yield Step(message.escalate_at, t(NEXT_WAY), ahead=True)


def _way(name: str) -> str:
    """A channel or a front door."""
    return look.CHANNEL_LABELS.get(name) or look.door(name)


class _Known(dict[str, Any]):
    """Values by name; nothing for one that was not kept."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)

    def __missing__(self, name: str) -> str:
        return ""
