"""The parts of the service that can run apart, each in processes of its own."""

from enum import StrEnum


class Part(StrEnum):
    """One part. Any number of processes may run any of them, but for `telemetry`: one listens."""

    PAGES = "pages"
    """Pages, callbacks and other front doors that speak HTTP."""
    NOTIFIER = "notifier"
    """Sends messages, and makes decided cards show the decision."""
    TELEMETRY = "telemetry"
    """Listens to the gateways and looks for silence."""
    TIMERS = "timers"
    """Fires deadlines, and looks after the database."""
    AUDITOR = "auditor"
    """Re-checks whether what was promised was kept in time; best in a process apart from timers and notifier."""


ALL_PARTS = frozenset(Part)


def parse_parts(text: str) -> frozenset[Part]:
    """The parts in a comma-separated list; all of them for an empty one. Raises ValueError."""
    names = {name.strip() for name in text.split(",") if name.strip()}
    unknown = sorted(names - set(Part))
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: there are only {', '.join(Part)}")
    return frozenset(Part(name) for name in names) or ALL_PARTS
