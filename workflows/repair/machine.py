"""The repair road (维修) as one table.

reported → triaged → (approval when the estimate is over the policy's limit) → in progress → (approval of the cost
when it is over what was approved) → repaired → confirmed by the reporter, which closes it; reject, cancel, reopen.
Clause 6.4.3 of the standard.
"""

from storage.texts import N_, P_
from workflows.definition import (
    ANYBODY,
    PART_LABELS,
    SYSTEM,
    ActionLook,
    Appoint,
    HandBack,
    Move,
    Part,
    Say,
    Workflow,
    whoever_did,
)
from workflows.identity.roles import Role
from workflows.repair import forms, rules
from workflows.repair import messages as say
from workflows.repair.deadlines import DEADLINES, POLICIES
from workflows.repair.names import (
    CLINICIANS,
    COSTS,
    DIRECTOR,
    ENGINEER,
    FOLLOWER,
    HEAD,
    INVOLVED,
    REPORTER,
    REQUESTS,
    STOPS_IN,
    TECHNICIAN,
    A,
    S,
)

__all__ = ["REPAIR", "A", "S"]


TO_TECHNICIAN = Appoint("technician", Part.TECHNICIAN, Role.ENGINEER)

ALSO = Appoint("", Part.FOLLOWER, "", beside=True)
THEY_ASKED = REPORTER | FOLLOWER
BY_COST = (S.COST_REVIEW, S.COST_REFUSED)
WITH_TECHNICIAN = (S.AWAITING_APPROVAL, S.REJECTED, S.TRIAGED, S.IN_PROGRESS, *BY_COST, S.REPAIRED)
OPEN = (S.REPORTED, *WITH_TECHNICIAN)

PLEASE_APPROVE = [Say(say.please_approve, HEAD, or_else=DIRECTOR)]
ASSIGNED = [Say(say.assigned, TECHNICIAN), Say(say.taken_up, THEY_ASKED)]
APPROVE_COST = [Say(say.please_approve_cost, HEAD, or_else=DIRECTOR)]
COST_ABOVE = [
    Say(say.cost_above, HEAD | whoever_did(A.APPROVE, A.APPROVE_COST), when=rules.cost_slightly_over)
]
PLEASE_CONFIRM = [Say(say.please_confirm, REPORTER, but_not_the_actor=False)]
CLOSED = [Say(say.closed, TECHNICIAN | THEY_ASKED)]

# action, from, to, who may act, what it asks for, when it holds, what it writes, who is told
MOVES = [
    Move(A.REPORT, None, S.REPORTED, ANYBODY, forms.FaultReport, writes=rules.fault,
         tells=[Say(say.please_triage, ENGINEER), Say(say.received, REPORTER, but_not_the_actor=False)]),

    Move(A.TRIAGE, S.REPORTED, S.AWAITING_APPROVAL, ENGINEER | HEAD, forms.Triage, when=rules.over_the_limit,
         duty_of=ENGINEER, writes=rules.triage, appoints=TO_TECHNICIAN, tells=PLEASE_APPROVE,
         starts_with=rules.as_reported),
    Move(A.TRIAGE, S.REPORTED, S.TRIAGED, ENGINEER | HEAD, forms.Triage,
         writes=rules.triage, appoints=TO_TECHNICIAN, tells=ASSIGNED, starts_with=rules.as_reported),

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

    # The device may be used; what waits is closing the order, until the cost is approved.
    Move(A.FINISH, S.IN_PROGRESS, S.COST_REVIEW, ENGINEER, forms.WorkDone, when=rules.cost_needs_approval,
         writes=rules.work_done, duty_of=TECHNICIAN, tells=[*APPROVE_COST, *PLEASE_CONFIRM]),
    Move(A.FINISH, S.IN_PROGRESS, S.REPAIRED, ENGINEER, forms.WorkDone, writes=rules.work_done,
         tells=[*PLEASE_CONFIRM, *COST_ABOVE]),

    Move(A.APPROVE_COST, S.COST_REVIEW, S.CLOSED, HEAD | DIRECTOR, when=rules.was_confirmed, duty_of=HEAD | DIRECTOR,
         not_who_did=COSTS, not_the_reporter=True, writes=rules.approve_cost, tells=CLOSED),
    Move(A.APPROVE_COST, S.COST_REVIEW, S.REPAIRED, HEAD | DIRECTOR,
         not_who_did=COSTS, not_the_reporter=True, writes=rules.approve_cost,
         tells=[Say(say.cost_approved, TECHNICIAN), *PLEASE_CONFIRM]),
    Move(A.REFUSE_COST, S.COST_REVIEW, S.COST_REFUSED, HEAD | DIRECTOR, forms.Reason,
         not_who_did=COSTS, not_the_reporter=True,
         tells=[Say(say.cost_refused, TECHNICIAN | whoever_did(*COSTS))]),

    *[Move(A.CORRECT_COST, state, S.COST_REVIEW, ENGINEER, forms.Cost, when=rules.cost_needs_approval,
           duty_of=TECHNICIAN if state == S.COST_REFUSED else None, writes=rules.cost, tells=APPROVE_COST)
      for state in (*BY_COST, S.REPAIRED)],
    *[Move(A.CORRECT_COST, state, S.CLOSED, ENGINEER, forms.Cost, when=rules.was_confirmed, writes=rules.cost,
           tells=[*CLOSED, *COST_ABOVE]) for state in BY_COST],
    *[Move(A.CORRECT_COST, state, S.REPAIRED, ENGINEER, forms.Cost, writes=rules.cost,
           tells=[*PLEASE_CONFIRM, *COST_ABOVE]) for state in BY_COST],
    Move(A.CORRECT_COST, S.REPAIRED, None, ENGINEER, forms.Cost, writes=rules.cost, tells=COST_ABOVE),

    Move(A.CONFIRM, S.REPAIRED, S.COST_REVIEW, CLINICIANS, forms.Confirmation, when=rules.cost_waits,
         duty_of=CLINICIANS, tells=APPROVE_COST),
    Move(A.CONFIRM, S.REPAIRED, S.CLOSED, CLINICIANS, forms.Confirmation, tells=CLOSED),
    *[Move(A.CONFIRM, state, None, CLINICIANS, forms.Confirmation, open_if=rules.not_confirmed) for state in BY_COST],

    *[Move(A.REOPEN, state, S.IN_PROGRESS, CLINICIANS, forms.Reason, tells=[Say(say.reopened, TECHNICIAN)])
      for state in (*BY_COST, S.REPAIRED)],
    Move(A.REOPEN, S.CLOSED, S.IN_PROGRESS, CLINICIANS | ENGINEER, forms.Reason, open_if=rules.closed_lately,
         tells=[Say(say.reopened, TECHNICIAN | HEAD)]),

    Move(A.CANCEL, S.REPORTED, S.CANCELLED, REPORTER | ENGINEER | HEAD, forms.Reason,
         tells=[Say(say.cancelled, THEY_ASKED | ENGINEER)]),
    *[Move(A.CANCEL, state, S.CANCELLED, ENGINEER | HEAD, forms.Reason,
           tells=[Say(say.cancelled, THEY_ASKED | TECHNICIAN)])
      for state in (S.AWAITING_APPROVAL, S.REJECTED, S.TRIAGED)],
    Move(A.CANCEL, S.IN_PROGRESS, S.CANCELLED, HEAD, forms.Reason,
         tells=[Say(say.cancelled, THEY_ASKED | TECHNICIAN)]),

    *[Move(A.REMARK, state, None, INVOLVED, forms.Remark) for state in OPEN],
    *[Move(A.ALSO_SEEN, state, None, ANYBODY, forms.AlsoSeen, appoints=ALSO, offered=False,
           tells=[Say(say.also_seen, TECHNICIAN), Say(say.joined, FOLLOWER)]) for state in OPEN],

    *[Move(A.RAISE, state, None, ENGINEER | HEAD, open_if=rules.not_critical, writes=rules.raised,
           tells=[Say(say.raised, TECHNICIAN | HEAD)]) for state in STOPS_IN],
    *[Move(A.STOPPED, state, None, ENGINEER | HEAD, open_if=rules.not_stopped, writes=rules.stopped,
           tells=[Say(say.stopped, TECHNICIAN | HEAD)]) for state in STOPS_IN],
    *[Move(A.USABLE, state, None, ENGINEER | HEAD, open_if=rules.is_stopped, writes=rules.usable)
      for state in STOPS_IN],

    # The deputy director too: without a head of equipment it is handed back to them.
    *[Move(A.ASSIGN, state, None, HEAD | DIRECTOR, forms.Assign, appoints=TO_TECHNICIAN,
           tells=[Say(say.handed_over, TECHNICIAN)]) for state in WITH_TECHNICIAN],
    *[Move(A.HAND_BACK, state, None, SYSTEM, forms.HandedBack, tells=[Say(say.handed_back, HEAD, or_else=DIRECTOR)])
      for state in WITH_TECHNICIAN],
]  # fmt: skip

REPAIR = Workflow(
    name="repair",
    label=N_("Repair"),
    version=2,
    prefix="WX",
    detail_table="repair",
    states={
        S.REPORTED: N_("Reported"),
        S.AWAITING_APPROVAL: N_("Awaiting approval"),
        S.REJECTED: N_("Rejected"),
        S.TRIAGED: N_("Ready for repair"),
        S.IN_PROGRESS: N_("In repair"),
        S.COST_REVIEW: N_("Repaired, cost to be approved"),
        S.COST_REFUSED: N_("Repaired, cost refused"),
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
        A.APPROVE_COST: ActionLook(N_("Approve the cost"), N_("approved the cost"), "primary"),
        A.REFUSE_COST: ActionLook(N_("Refuse the cost"), N_("refused the cost"), "danger"),
        A.CORRECT_COST: ActionLook(N_("Correct or explain the cost"), N_("corrected or explained the cost")),
        A.CONFIRM: ActionLook(N_("Confirm: it works"), N_("confirmed that it works"), "primary"),
        A.REOPEN: ActionLook(N_("Not fixed, reopen"), N_("reopened it"), "danger", A.CONFIRM),
        A.CANCEL: ActionLook(N_("Cancel"), N_("cancelled it"), "danger"),
        A.REMARK: ActionLook(N_("Add a remark"), N_("added a remark")),
        A.ALSO_SEEN: ActionLook(N_("Add to this report"), N_("also reported it")),
        A.RAISE: ActionLook(N_("Patients are waiting"), N_("reported that patients are waiting")),
        A.STOPPED: ActionLook(N_("The device cannot be used"), N_("reported that the device cannot be used")),
        A.USABLE: ActionLook(N_("The device can be used"), N_("reported that the device can be used")),
        A.ASSIGN: ActionLook(N_("Reassign"), N_("reassigned it")),
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
