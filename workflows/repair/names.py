"""The states, actions and people of a repair."""

from enum import StrEnum

from workflows.definition import Part, part, role
from workflows.identity.roles import Role


class S(StrEnum):
    """States of a repair."""

    REPORTED = "reported"
    AWAITING_APPROVAL = "awaiting_approval"
    REJECTED = "rejected"
    TRIAGED = "triaged"
    IN_PROGRESS = "in_progress"
    COST_REVIEW = "cost_review"
    COST_REFUSED = "cost_refused"
    REPAIRED = "repaired"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class A(StrEnum):
    """Actions on a repair."""

    REPORT = "report"
    TRIAGE = "triage"
    APPROVE = "approve"
    REJECT = "reject"
    ESTIMATE = "estimate"
    START = "start"
    FINISH = "finish"
    APPROVE_COST = "approve_cost"
    REFUSE_COST = "refuse_cost"
    CORRECT_COST = "correct_cost"
    CONFIRM = "confirm"
    REOPEN = "reopen"
    CANCEL = "cancel"
    REMARK = "remark"
    ALSO_SEEN = "also_seen"
    RAISE = "raise"
    STOPPED = "stopped"
    USABLE = "usable"
    ASSIGN = "assign"
    HAND_BACK = "hand_back"


ENGINEER = role(Role.ENGINEER)
HEAD = role(Role.EQUIPMENT_HEAD)
DIRECTOR = role(Role.VICE_DIRECTOR)
DEPARTMENT_HEAD = role(Role.DEPARTMENT_HEAD)
REPORTER = part(Part.REPORTER)
TECHNICIAN = part(Part.TECHNICIAN)
FOLLOWER = part(Part.FOLLOWER)
CLINICIANS = REPORTER | DEPARTMENT_HEAD
INVOLVED = REPORTER | FOLLOWER | TECHNICIAN | ENGINEER | HEAD | DIRECTOR | DEPARTMENT_HEAD

REQUESTS = frozenset({A.TRIAGE, A.ESTIMATE})
COSTS = frozenset({A.FINISH, A.CORRECT_COST})
"""Who entered the cost approves none."""

STOPS_IN = (S.REPORTED, S.AWAITING_APPROVAL, S.REJECTED, S.TRIAGED, S.IN_PROGRESS)
"""The states in which a fault that stops the device still does: once it is repaired, the device is back."""
