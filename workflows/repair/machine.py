"""The repair road (维修) as one table.

reported → triaged → (approval when the estimate is over the policy's limit) → in progress → repaired →
confirmed by the reporter, which closes it; reject, cancel, reopen. Clause 6.4.3 of the standard.
"""

from enum import StrEnum

from storage.texts import N_, P_
from workflows.definition import (
    ANYBODY,
    PART_LABELS,
    SYSTEM,
    ActionLook,
    Appoint,
    Deadline,
    HandBack,
    Move,
    Part,
    PolicyDefault,
    Rung,
    Say,
    Workflow,
    part,
    role,
)
from workflows.identity.roles import Role
from workflows.repair import forms, rules
from workflows.repair import messages as say


class S(StrEnum):
    """States of a repair."""

    REPORTED = "reported"
    AWAITING_APPROVAL = "awaiting_approval"
    REJECTED = "rejected"
    TRIAGED = "triaged"
    IN_PROGRESS = "in_progress"
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
    CONFIRM = "confirm"
    REOPEN = "reopen"
    CANCEL = "cancel"
    REMARK = "remark"
    ASSIGN = "assign"
    HAND_BACK = "hand_back"


ENGINEER = role(Role.ENGINEER)
HEAD = role(Role.EQUIPMENT_HEAD)
DIRECTOR = role(Role.VICE_DIRECTOR)
CLINICIANS = part(Part.REPORTER) | role(Role.DEPARTMENT_HEAD)
REPORTER = part(Part.REPORTER)
TECHNICIAN = part(Part.TECHNICIAN)
INVOLVED = REPORTER | TECHNICIAN | ENGINEER | HEAD | DIRECTOR | role(Role.DEPARTMENT_HEAD)

REQUESTS = frozenset({A.TRIAGE, A.ESTIMATE})
TO_TECHNICIAN = Appoint("technician", Part.TECHNICIAN, Role.ENGINEER)

WITH_TECHNICIAN = (S.AWAITING_APPROVAL, S.REJECTED, S.TRIAGED, S.IN_PROGRESS, S.REPAIRED)

PLEASE_APPROVE = [Say(say.please_approve, HEAD, or_else=DIRECTOR)]
ASSIGNED = [Say(say.assigned, TECHNICIAN), Say(say.taken_up, REPORTER)]

# action, from, to, who may act, what it asks for, when it holds, what it writes, who is told
MOVES = [
    Move(A.REPORT, None, S.REPORTED, ANYBODY, forms.FaultReport, writes=rules.fault,
         tells=[Say(say.please_triage, ENGINEER), Say(say.received, REPORTER, but_not_the_actor=False)]),

    Move(A.TRIAGE, S.REPORTED, S.AWAITING_APPROVAL, ENGINEER | HEAD, forms.Triage, when=rules.over_the_limit,
         duty_of=ENGINEER, writes=rules.triage, appoints=TO_TECHNICIAN, tells=PLEASE_APPROVE),
    Move(A.TRIAGE, S.REPORTED, S.TRIAGED, ENGINEER | HEAD, forms.Triage,
         writes=rules.triage, appoints=TO_TECHNICIAN, tells=ASSIGNED),

    Move(A.APPROVE, S.AWAITING_APPROVAL, S.TRIAGED, HEAD | DIRECTOR, writes=rules.approve,
         duty_of=HEAD | DIRECTOR,
         not_who_did=REQUESTS, not_the_reporter=True,
         tells=[*ASSIGNED, Say(say.approved, ENGINEER)]),
    Move(A.REJECT, S.AWAITING_APPROVAL, S.REJECTED, HEAD | DIRECTOR, forms.Reason,
         not_who_did=REQUESTS, not_the_reporter=True,
         tells=[Say(say.rejected, TECHNICIAN)]),

    *[Move(A.ESTIMATE, state, S.AWAITING_APPROVAL, ENGINEER, forms.Estimate, when=rules.beyond_approval,
           writes=rules.estimate, tells=PLEASE_APPROVE)
      for state in (S.AWAITING_APPROVAL, S.REJECTED, S.TRIAGED, S.IN_PROGRESS)],
    *[Move(A.ESTIMATE, state, S.TRIAGED, ENGINEER, forms.Estimate, writes=rules.estimate, tells=ASSIGNED,
           duty_of=TECHNICIAN if state == S.REJECTED else None)
      for state in (S.AWAITING_APPROVAL, S.REJECTED)],
    *[Move(A.ESTIMATE, state, None, ENGINEER, forms.Estimate, writes=rules.estimate)
      for state in (S.TRIAGED, S.IN_PROGRESS)],

    Move(A.START, S.TRIAGED, S.IN_PROGRESS, ENGINEER, appoints=TO_TECHNICIAN, duty_of=TECHNICIAN,
         tells=[Say(say.started, REPORTER)]),
    Move(A.FINISH, S.IN_PROGRESS, S.REPAIRED, ENGINEER, forms.WorkDone, writes=rules.work_done, duty_of=TECHNICIAN,
         tells=[Say(say.please_confirm, REPORTER, but_not_the_actor=False)]),
    Move(A.CONFIRM, S.REPAIRED, S.CLOSED, CLINICIANS, forms.Confirmation, duty_of=CLINICIANS,
         tells=[Say(say.closed, TECHNICIAN | REPORTER)]),

    Move(A.REOPEN, S.REPAIRED, S.IN_PROGRESS, CLINICIANS, forms.Reason, tells=[Say(say.reopened, TECHNICIAN)]),
    Move(A.REOPEN, S.CLOSED, S.IN_PROGRESS, CLINICIANS | ENGINEER, forms.Reason, open_if=rules.closed_lately,
         tells=[Say(say.reopened, TECHNICIAN | HEAD)]),

    Move(A.CANCEL, S.REPORTED, S.CANCELLED, REPORTER | ENGINEER | HEAD, forms.Reason,
         tells=[Say(say.cancelled, REPORTER | ENGINEER)]),
    *[Move(A.CANCEL, state, S.CANCELLED, ENGINEER | HEAD, forms.Reason,
           tells=[Say(say.cancelled, REPORTER | TECHNICIAN)])
      for state in (S.AWAITING_APPROVAL, S.REJECTED, S.TRIAGED)],
    Move(A.CANCEL, S.IN_PROGRESS, S.CANCELLED, HEAD, forms.Reason,
         tells=[Say(say.cancelled, REPORTER | TECHNICIAN)]),

    *[Move(A.REMARK, state, None, INVOLVED, forms.Remark)
      for state in (S.REPORTED, S.AWAITING_APPROVAL, S.REJECTED, S.TRIAGED, S.IN_PROGRESS, S.REPAIRED)],

    *[Move(A.ASSIGN, state, None, HEAD, forms.Assign, appoints=TO_TECHNICIAN, tells=[Say(say.handed_over, TECHNICIAN)])
      for state in WITH_TECHNICIAN],
    *[Move(A.HAND_BACK, state, None, SYSTEM, forms.HandedBack, tells=[Say(say.handed_back, HEAD, or_else=DIRECTOR)])
      for state in WITH_TECHNICIAN],
]  # fmt: skip

# left in this state longer than the policies say: who is reminded, then who above them
DEADLINES = [
    Deadline(S.REPORTED, "triage", [
        Rung("repair.triage", [Say(say.triage_waits, ENGINEER)]),
        Rung("repair.triage_head", [Say(say.triage_overdue, HEAD)]),
    ]),
    Deadline(S.AWAITING_APPROVAL, "approval", [
        Rung("repair.approval", [Say(say.approval_waits, HEAD, or_else=DIRECTOR)]),
        Rung("repair.approval_director", [Say(say.approval_overdue, DIRECTOR)]),
    ]),
    Deadline(S.REPAIRED, "confirmation", [
        Rung("repair.confirmation", [Say(say.please_confirm_again, REPORTER)]),
        Rung("repair.confirmation_head", [Say(say.confirmation_overdue, role(Role.DEPARTMENT_HEAD))]),
    ]),
]  # fmt: skip

HOUSE_RULE = N_("house rule as shipped; set by each hospital")

POLICIES = {
    "repair.approval_limit": PolicyDefault({"amount": 5000, "unit": "CNY"}, HOUSE_RULE),
    "repair.reopen_within": PolicyDefault({"amount": 7, "unit": "calendar_days"}, HOUSE_RULE),
    "repair.triage": PolicyDefault({"amount": 30, "unit": "minutes"}, HOUSE_RULE),
    "repair.triage_head": PolicyDefault({"amount": 2, "unit": "hours"}, HOUSE_RULE),
    "repair.approval": PolicyDefault({"amount": 4, "unit": "hours"}, HOUSE_RULE),
    "repair.approval_director": PolicyDefault({"amount": 1, "unit": "working_days"}, HOUSE_RULE),
    "repair.confirmation": PolicyDefault({"amount": 1, "unit": "working_days"}, HOUSE_RULE),
    "repair.confirmation_head": PolicyDefault({"amount": 3, "unit": "working_days"}, HOUSE_RULE),
}

REPAIR = Workflow(
    name="repair",
    label=N_("Repair"),
    version=1,
    prefix="WX",
    detail_table="repair",
    states={
        S.REPORTED: N_("Reported"),
        S.AWAITING_APPROVAL: N_("Awaiting approval"),
        S.REJECTED: N_("Rejected"),
        S.TRIAGED: N_("Ready for repair"),
        S.IN_PROGRESS: N_("In repair"),
        S.REPAIRED: N_("Repaired, to be confirmed"),
        S.CLOSED: N_("Closed"),
        S.CANCELLED: N_("Cancelled"),
    },
    final=frozenset({S.CLOSED, S.CANCELLED}),
    actions={
        A.REPORT: ActionLook(N_("Report a fault"), N_("reported the fault"), "primary"),
        A.TRIAGE: ActionLook(N_("Assess and assign"), N_("assessed and assigned it"), "primary"),
        A.APPROVE: ActionLook(N_("Approve"), N_("approved"), "primary"),
        A.REJECT: ActionLook(N_("Reject"), N_("rejected"), "danger"),
        A.ESTIMATE: ActionLook(N_("Change the estimate"), N_("changed the estimate")),
        A.START: ActionLook(N_("Start the repair"), N_("started the repair"), "primary"),
        A.FINISH: ActionLook(N_("Report as repaired"), N_("reported it as repaired"), "primary"),
        A.CONFIRM: ActionLook(N_("Confirm: it works"), N_("confirmed that it works"), "primary"),
        A.REOPEN: ActionLook(N_("Not fixed: reopen"), N_("reopened it"), "danger"),
        A.CANCEL: ActionLook(N_("Cancel"), N_("cancelled it"), "danger"),
        A.REMARK: ActionLook(N_("Add a remark"), N_("added a remark")),
        A.ASSIGN: ActionLook(N_("Give it to somebody else"), N_("gave it to somebody else")),
        A.HAND_BACK: ActionLook(N_("Hand back"), N_("handed it back to the head of equipment")),
        "remind": ActionLook(N_("Reminder"), N_("reminded")),
    },
    moves=MOVES,
    deadlines=DEADLINES,
    policies=POLICIES,
    variables=rules.variables,
    title=rules.title,
    part_labels={**PART_LABELS, Part.REPORTER: P_("of a fault", "Reporter")},
    hand_backs=(HandBack(Part.TECHNICIAN, A.HAND_BACK, (Role.EQUIPMENT_HEAD, Role.VICE_DIRECTOR)),),
)
