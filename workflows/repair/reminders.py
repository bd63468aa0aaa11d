"""What a repair says when it waits for too long. As in `messages`."""

from storage.kinds import MessageKind, Severity
from storage.texts import N_
from workflows.repair.fields import (
    APPROVED,
    COST,
    DEVICE,
    ESTIMATE,
    FAULT,
    HOW_IT_WAS,
    PLACE,
    REPORTER,
    TECHNICIAN,
    URGENCY,
)

triage_waits = MessageKind(
    "repair.triage_waits",
    N_("Still waiting: fault of {device}"),
    N_("Nobody has assessed this fault yet."),
    (DEVICE, PLACE, FAULT, REPORTER),
    Severity.URGENT,
    buttons=("triage",),
    while_in_state=True,
    reminds=True,
)
triage_overdue = MessageKind(
    "repair.triage_overdue",
    N_("Overdue: nobody is handling {device}"),
    N_("The engineers have not responded to reminders. Please follow up."),
    (DEVICE, PLACE, FAULT, REPORTER),
    Severity.CRITICAL,
    buttons=("triage",),
    while_in_state=True,
    short=N_("Nobody is handling {device}"),
    reminds=True,
)
approval_waits = MessageKind(
    "repair.approval_waits",
    N_("Repair of {device} still to be approved"),
    N_("The repair cannot begin before you decide."),
    (DEVICE, PLACE, FAULT, URGENCY, ESTIMATE, TECHNICIAN),
    Severity.URGENT,
    buttons=("approve", "reject"),
    while_in_state=True,
    reminds=True,
)
approval_overdue = MessageKind(
    "repair.approval_overdue",
    N_("Approval of the repair of {device} overdue"),
    N_("The head of equipment has not decided. Please decide instead."),
    (DEVICE, PLACE, FAULT, URGENCY, ESTIMATE, TECHNICIAN),
    Severity.CRITICAL,
    buttons=("approve", "reject"),
    while_in_state=True,
    reminds=True,
)
please_confirm_again = MessageKind(
    "repair.please_confirm_again",
    N_("Please confirm: does {device} work?"),
    N_("The engineer is waiting for your answer."),
    (DEVICE, FAULT, TECHNICIAN),
    Severity.URGENT,
    short=N_("Does {device} work?"),
    buttons=("confirm", "reopen"),
    questions=HOW_IT_WAS,
    answers="confirm",
    while_in_state=True,
    reminds=True,
)
confirmation_overdue = MessageKind(
    "repair.confirmation_overdue",
    N_("Not confirmed: repair of {device}"),
    N_("The reporter has not replied. Please confirm instead, or say that it is not fixed."),
    (DEVICE, FAULT, REPORTER, TECHNICIAN),
    Severity.CRITICAL,
    buttons=("confirm", "reopen"),
    questions=HOW_IT_WAS,
    answers="confirm",
    while_in_state=True,
    reminds=True,
)
rejected_waits = MessageKind(
    "repair.rejected_waits",
    N_("Not approved, still open: {device}"),
    N_("Please change the estimate or cancel the repair."),
    (DEVICE, FAULT, ESTIMATE, TECHNICIAN),
    Severity.URGENT,
    buttons=("estimate", "cancel"),
    while_in_state=True,
    reminds=True,
)
rejected_overdue = MessageKind(
    "repair.rejected_overdue",
    N_("Not approved, nothing done: {device}"),
    N_("Nobody has changed the estimate or cancelled the repair. Please see to it."),
    (DEVICE, FAULT, ESTIMATE, TECHNICIAN),
    Severity.URGENT,
    buttons=("assign", "cancel"),
    while_in_state=True,
    reminds=True,
)
start_waits = MessageKind(
    "repair.start_waits",
    N_("Repair not begun: {device}"),
    N_("Please begin, or ask for it to be reassigned."),
    (DEVICE, PLACE, FAULT, URGENCY),
    Severity.URGENT,
    buttons=("start",),
    while_in_state=True,
    reminds=True,
)
start_overdue = MessageKind(
    "repair.start_overdue",
    N_("Overdue: repair of {device} not begun"),
    N_("The engineer has not begun. Please follow up, or reassign it."),
    (DEVICE, PLACE, FAULT, URGENCY, TECHNICIAN),
    Severity.CRITICAL,
    buttons=("assign",),
    while_in_state=True,
    short=N_("Repair not begun: {device}"),
    reminds=True,
)
repair_waits = MessageKind(
    "repair.repair_waits",
    N_("Still in repair: {device}"),
    N_("Please report it as repaired, or add a remark that says what it waits for."),
    (DEVICE, PLACE, FAULT, URGENCY),
    Severity.URGENT,
    buttons=("finish",),
    while_in_state=True,
    reminds=True,
)
repair_overdue = MessageKind(
    "repair.repair_overdue",
    N_("In repair for long: {device}"),
    N_("The repair is not finished. Please follow up, or reassign it."),
    (DEVICE, PLACE, FAULT, URGENCY, TECHNICIAN),
    Severity.URGENT,
    buttons=("assign",),
    while_in_state=True,
    reminds=True,
)
cost_approval_waits = MessageKind(
    "repair.cost_approval_waits",
    N_("Cost still to be approved: {cost}"),
    N_("The order cannot be closed before you decide."),
    (DEVICE, FAULT, APPROVED, COST, TECHNICIAN),
    Severity.URGENT,
    buttons=("approve_cost", "refuse_cost"),
    while_in_state=True,
    reminds=True,
)
cost_approval_overdue = MessageKind(
    "repair.cost_approval_overdue",
    N_("Approval of the cost overdue: {cost}"),
    N_("The head of equipment has not decided. Please decide instead."),
    (DEVICE, FAULT, APPROVED, COST, TECHNICIAN),
    Severity.URGENT,
    buttons=("approve_cost", "refuse_cost"),
    while_in_state=True,
    reminds=True,
)
cost_refused_waits = MessageKind(
    "repair.cost_refused_waits",
    N_("Cost refused, still open: {cost}"),
    N_("Please correct or explain the cost. The reason is in the order."),
    (DEVICE, FAULT, APPROVED, COST, TECHNICIAN),
    Severity.URGENT,
    buttons=("correct_cost",),
    while_in_state=True,
    reminds=True,
)
cost_refused_overdue = MessageKind(
    "repair.cost_refused_overdue",
    N_("Cost refused, nothing done: {cost}"),
    N_("The engineer has not corrected or explained the cost. Please follow up."),
    (DEVICE, FAULT, APPROVED, COST, TECHNICIAN),
    Severity.URGENT,
    buttons=("assign",),
    while_in_state=True,
    reminds=True,
)
