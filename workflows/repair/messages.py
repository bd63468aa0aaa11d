"""What a repair says of its steps. Texts are sources of the catalogues; places are filled by `rules.variables`."""

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

please_triage = MessageKind(
    "repair.please_triage",
    N_("New fault: {device}"),
    N_("Please assess it and say who repairs."),
    (DEVICE, PLACE, FAULT, REPORTER),
    Severity.NOTICE,
    buttons=("triage",),
    while_in_state=True,
    photos=True,
)
received = MessageKind(
    "repair.received",
    N_("Your fault report was received"),
    N_("The engineers were notified. You will be notified of every step."),
    (DEVICE, FAULT),
)
please_approve = MessageKind(
    "repair.please_approve",
    N_("Repair of {device} to be approved"),
    N_("The estimate is over the limit. Please decide."),
    (DEVICE, PLACE, FAULT, URGENCY, ESTIMATE, TECHNICIAN),
    Severity.NOTICE,
    buttons=("approve", "reject"),
    while_in_state=True,
)
approved = MessageKind(
    "repair.approved",
    N_("Repair of {device} approved"),
    N_("The repair of {device} can begin."),
    (DEVICE, ESTIMATE, TECHNICIAN),
)
handed_back = MessageKind(
    "repair.handed_back",
    N_("Without an engineer: {device}"),
    N_("Its engineer has left. It is assigned to you until you reassign it."),
    (DEVICE, PLACE, FAULT, URGENCY),
    Severity.NOTICE,
    buttons=("assign",),
    while_in_state=True,
)
handed_over = MessageKind(
    "repair.handed_over",
    N_("Now yours: repair {device}"),
    N_("This repair is now assigned to you."),
    (DEVICE, PLACE, FAULT, URGENCY, REPORTER),
    Severity.NOTICE,
    while_in_state=True,
)
rejected = MessageKind(
    "repair.rejected",
    N_("Repair not approved: {device}"),
    N_("Please change the estimate or cancel the repair."),
    (DEVICE, FAULT, ESTIMATE),
    Severity.NOTICE,
    buttons=("estimate", "cancel"),
    while_in_state=True,
)
assigned = MessageKind(
    "repair.assigned",
    N_("For you: repair {device}"),
    N_("Press the button when you begin."),
    (DEVICE, PLACE, FAULT, URGENCY, REPORTER),
    Severity.NOTICE,
    buttons=("start",),
    while_in_state=True,
)
taken_up = MessageKind(
    "repair.taken_up",
    N_("Your report is being handled"),
    N_("{technician} is responsible for {device}."),
    (DEVICE, FAULT, TECHNICIAN),
)
started = MessageKind(
    "repair.started",
    N_("The repair has begun"),
    N_("{technician} is working on {device}."),
    (DEVICE, FAULT, TECHNICIAN),
)
please_confirm = MessageKind(
    "repair.please_confirm",
    N_("Repaired: does {device} work?"),
    N_("Please try it and confirm, or say that it is not fixed."),
    (DEVICE, FAULT, TECHNICIAN),
    Severity.NOTICE,
    buttons=("confirm", "reopen"),
    questions=HOW_IT_WAS,
    answers="confirm",
    while_in_state=True,
)
reopened = MessageKind(
    "repair.reopened",
    N_("Not fixed yet: {device}"),
    N_("The case is open again. Please check the reason."),
    (DEVICE, FAULT, TECHNICIAN),
    Severity.URGENT,
)
closed = MessageKind(
    "repair.closed",
    N_("Closed: repair of {device}"),
    N_("It was confirmed that the device works."),
    (DEVICE, FAULT, COST),
)
cancelled = MessageKind(
    "repair.cancelled",
    N_("Cancelled: repair of {device}"),
    N_("The case was ended without a repair."),
    (DEVICE, FAULT),
)

please_approve_cost = MessageKind(
    "repair.please_approve_cost",
    N_("Approval of the cost: {cost}"),
    N_("The repair cost more than was approved. The order cannot be closed before you decide."),
    (DEVICE, PLACE, FAULT, APPROVED, COST, TECHNICIAN),
    Severity.NOTICE,
    buttons=("approve_cost", "refuse_cost"),
    while_in_state=True,
)
cost_above = MessageKind(
    "repair.cost_above",
    N_("Cost above the approval: {cost}"),
    N_("The repair cost slightly more than was approved. Nothing has to be done."),
    (DEVICE, APPROVED, COST, TECHNICIAN),
)
cost_approved = MessageKind(
    "repair.cost_approved",
    N_("Cost approved: {cost}"),
    N_("The order is closed as soon as it is confirmed that the device works."),
    (DEVICE, COST),
)
cost_refused = MessageKind(
    "repair.cost_refused",
    N_("Cost not approved: {cost}"),
    N_("Please correct or explain the cost. The reason is in the order."),
    (DEVICE, FAULT, APPROVED, COST),
    Severity.NOTICE,
    buttons=("correct_cost",),
    while_in_state=True,
)
also_seen = MessageKind(
    "repair.also_seen",
    N_("Reported again: {device}"),
    N_("Somebody else reported the same fault."),
    (DEVICE, PLACE, FAULT),
)
joined = MessageKind(
    "repair.joined",
    N_("Your words were added to the report"),
    N_("This fault was reported before. You will be notified when it is repaired."),
    (DEVICE, FAULT),
)
raised = MessageKind(
    "repair.raised",
    N_("Patients are waiting: {device}"),
    N_("This repair is now critical."),
    (DEVICE, PLACE, FAULT, TECHNICIAN),
    Severity.URGENT,
)
stopped = MessageKind(
    "repair.stopped",
    N_("Out of use: {device}"),
    N_("The device cannot be used until it is repaired."),
    (DEVICE, PLACE, FAULT, TECHNICIAN),
    Severity.URGENT,
)
