"""The words in which the demo's cases are told: who did what, and how long after the step before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from workflows.actor import Door
from workflows.repair.machine import A

VISITOR = "visitor"  # by the follow-up link, without an account
VISITOR_NAME, VISITOR_MAIL = "轮转护士（演示）", "visitor@demo.example"


@dataclass(frozen=True)
class Step:
    """One action of a workflow. `data` may name a person under `technician` by user name."""

    after: timedelta
    action: StrEnum
    who: str
    data: Mapping[str, Any] = field(default_factory=dict)
    door: Door = Door.PAGE


@dataclass(frozen=True)
class Story:
    """A case on a device, opened `ago` before now by its first step."""

    device: str
    ago: timedelta
    steps: Sequence[Step]
    photos: int = 0


def minutes(count: float) -> timedelta:
    """So many minutes."""
    return timedelta(minutes=count)


def hours(count: float) -> timedelta:
    """So many hours."""
    return timedelta(hours=count)


def days(count: float) -> timedelta:
    """So many days."""
    return timedelta(days=count)


def report(who: str, fault: str, *, down: bool = False) -> Step:
    """Somebody at the machine reports; `down`: it cannot be used."""
    door = Door.LINK if who == VISITOR else Door.PAGE
    return Step(timedelta(), A.REPORT, who, {"fault": fault, "device_down": down}, door)


def triage(who: str, diagnosis: str, estimate: int, technician: str, urgency: str = "normal") -> Step:
    """An engineer assesses and assigns; `estimate` in CNY."""
    data = {"diagnosis": diagnosis, "estimate": estimate, "technician": technician, "urgency": urgency}
    return Step(minutes(18), A.TRIAGE, who, data)


def approve(who: str) -> Step:
    """The head approves on the card."""
    return Step(minutes(40), A.APPROVE, who, door=Door.WECOM)


def reject(who: str, reason: str) -> Step:
    """The head says no, and why."""
    return Step(minutes(35), A.REJECT, who, {"reason": reason})


def estimate(who: str, amount: int, reason: str) -> Step:
    """A new estimate in CNY, and why."""
    return Step(minutes(20), A.ESTIMATE, who, {"estimate": amount, "reason": reason})


def start(who: str) -> Step:
    """The repair begins, by a press on the card."""
    return Step(minutes(25), A.START, who, door=Door.WECOM)


def finish(who: str, work_done: str, cost: int) -> Step:
    """What was done, and its cost in CNY."""
    return Step(hours(3), A.FINISH, who, {"work_done": work_done, "cost": cost})


def confirm(who: str) -> Step:
    """Whoever reported, or their head, says that it works."""
    return Step(hours(2), A.CONFIRM, who, door=Door.LINK if who == VISITOR else Door.WECOM)


def remark(who: str, text: str) -> Step:
    """A remark for everybody on the case."""
    return Step(minutes(12), A.REMARK, who, {"remark": text})


def with_reason(action: A, who: str, reason: str) -> Step:
    """An action that asks for a reason."""
    return Step(minutes(30), action, who, {"reason": reason})
