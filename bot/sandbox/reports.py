"""What a provider reports to the service, and its tries to do so."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal


@dataclass
class ReportAttempt:
    """One try to push a report."""

    at: datetime
    status: int | None = None
    error: str | None = None


@dataclass
class Report:
    """A report with its tries. `entry` is the pushed object."""

    entry: dict[str, Any]
    outcome: Literal["pending", "delivered", "failed"] = "pending"
    attempts: list[ReportAttempt] = field(default_factory=list)


def report_state(report: Report | None) -> dict[str, Any] | None:
    """One report with its tries, for tests."""
    if report is None:
        return None
    attempts = [asdict(attempt) | {"at": attempt.at.isoformat()} for attempt in report.attempts]
    return {"outcome": report.outcome, "entry": report.entry, "attempts": attempts}
