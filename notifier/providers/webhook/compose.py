"""From a message to the event that other systems read. The schema stands in docs/channels.md; it only ever grows."""

from datetime import datetime
from typing import Any

from notifier.channel import Content

SCHEMA = 1


def event_for(content: Content, now: datetime) -> dict[str, Any]:
    """The event. Its id is the same on every try."""
    return {
        "schema": SCHEMA,
        "id": content.unique_id,
        "type": content.kind,
        "timestamp": now.isoformat(timespec="milliseconds"),
        "severity": str(content.severity),
        "case": content.thread_id,
        "title": content.title,
        "summary": content.summary,
        "fields": [{"label": label, "value": value} for label, value in content.fields],
        "data": dict(content.facts),
        "url": content.url,
        "language": content.language,
        "sender": content.sender,
    }
