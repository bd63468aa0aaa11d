"""The stays of a case in its states (停留): what deadlines run in. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from storage.histories import History, Step


@dataclass(frozen=True)
class Stay:
    """From the step that entered a state to the one that left it (or entered it anew); None while it lasts."""

    entered: Step
    left: Step | None

    @property
    def state(self) -> str:
        return self.entered.target

    @property
    def begin(self) -> datetime:
        """Business time, which never lags behind real time; of what was written down later, when that was done."""
        return max(self.entered.at, self.entered.recorded_at)

    def end(self, now: datetime) -> datetime:
        """Business time; now while it lasts."""
        return self.left.at if self.left else now

    def holds(self, step: Step) -> bool:
        """Did that step fall into it, after the one that entered? The one that left is the last."""
        return self.entered.version < step.version <= (self.left.version if self.left else step.version)


def stays_of(history: History, since: datetime) -> Iterator[Stay]:
    """The stay that lasts, and those that ended since then (real time)."""
    entries = [step for step in history.steps if step.entered]
    for entered, left in zip(entries, [*entries[1:], None], strict=True):
        if left is None or left.recorded_at > since:
            yield Stay(entered, left)
