"""What a figure is, what was measured of it, and how results are kept: merged by name into one JSON file."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Goal:
    """What a figure is to reach: at least or at most `bound`, in `unit`."""

    unit: str
    bound: float
    at_least: bool = True

    def reached(self, value: float) -> bool:
        """Is the value as good as the goal?"""
        return value >= self.bound if self.at_least else value <= self.bound

    def __str__(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.bound:g}"


@dataclass(frozen=True)
class Measured:
    """One figure: its value, every single measurement behind it, and what was done on which side."""

    value: float
    runs: Sequence[float]
    detail: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def median(cls, runs: Sequence[float], **detail: Any) -> "Measured":
        """The median of the runs is the value."""
        return cls(median(runs), runs, detail)


@dataclass(frozen=True)
class Failed:
    """The figure could not be measured."""

    reason: str


def entry(goal: Goal, measured: Measured | Failed) -> dict[str, Any]:
    """The result as it is kept. What could not be measured has no value and is not fine."""
    base = {"unit": goal.unit, "goal": str(goal)}
    if isinstance(measured, Failed):
        return {"value": None, **base, "ok": False, "runs": [], "detail": {"failed": measured.reason}}
    return {
        "value": _short(measured.value),
        **base,
        "ok": goal.reached(measured.value),
        "runs": [_short(run) for run in measured.runs],
        "detail": dict(measured.detail),
    }


def merge(path: Path, entries: Mapping[str, Any]) -> None:
    """Put the entries into the file by name; all others stay. A reader never sees half a file."""
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    text = json.dumps({**kept, **entries}, ensure_ascii=False, indent=2, sort_keys=True)
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_text(text + "\n", encoding="utf-8")
    draft.replace(path)


def line(name: str, result: Mapping[str, Any]) -> str:
    """One line of the table: name, value, goal, spread of the runs, verdict."""
    verdict = "ok" if result["ok"] else "MISSED"
    if result["value"] is None:
        return f"{name:<30} {'-':>10} {result['goal']:>9} {'':<22} FAILED: {result['detail']['failed']}"
    runs = result["runs"]
    spread = f"{min(runs):g} – {max(runs):g} (n={len(runs)})" if len(runs) > 1 else ""
    return f"{name:<30} {result['value']:>10g} {result['goal']:>9} {result['unit']:<6} {spread:<26} {verdict}"


def _short(number: float) -> float:
    return float(f"{number:.4g}")
