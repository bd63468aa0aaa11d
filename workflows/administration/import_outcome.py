"""What the rows of a file come to, as it is shown before they are brought in."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workflows.administration.imports import Existing
from workflows.administration.sheets import Sheet
from workflows.administration.unreachable import Mute
from workflows.errors import FormInvalid, WorkflowError

SHOWN_FAULTS, SHOWN_ROWS = 500, 200


@dataclass
class Outcome:
    """What the rows of a file come to; texts are sources with their params."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[int, str, str, Mapping[str, Any]]] = field(default_factory=list)
    news: list[tuple[int, str]] = field(default_factory=list)
    changes: list[tuple[int, str, Mapping[str, Any]]] = field(default_factory=list)
    changed_by: dict[int, int] = field(default_factory=dict)
    plan: Any = field(default_factory=hashlib.sha256)
    mute: list[Mute] = field(default_factory=list)

    def wrong(self, number: int, error: WorkflowError) -> None:
        """A row cannot be brought in."""
        self.counts["wrong"] += 1
        if isinstance(error, FormInvalid):
            self.faults += [(number, name, text, params) for name, (text, params) in error.fields.items()]
        else:
            self.faults.append((number, "", error.text, error.params))

    def will(self, what: str, number: int, subject: Existing | None) -> None:
        """A row makes something new, changes it or leaves it alone."""
        self.counts[what] += 1
        known = f"{subject.id} {subject.version}" if subject else ""
        self.plan.update(f"{number} {what} {known}\n".encode())

    def report(self, sheet: Sheet) -> dict[str, Any]:
        """The same as it is kept and shown."""
        return {
            "counts": dict(self.counts),
            "faults": self.faults[:SHOWN_FAULTS],
            "news": self.news[:SHOWN_ROWS],
            "changes": self.changes[:SHOWN_ROWS],
            "unknown": list(sheet.unknown)[:20],
            "plan": self.plan.hexdigest(),
            "mute": [[post.role, post.text, dict(post.params)] for post in self.mute],
        }
