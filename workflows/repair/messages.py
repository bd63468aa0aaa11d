"""What a repair tells. Texts are sources of the catalogues; places are filled by `rules.variables`."""

from storage.kinds import MessageKind, Question, Severity
from storage.texts import N_, P_
from workflows.repair.forms import HOW_WAS_IT, IN_TIME, SATISFACTION_LABELS, SPEED_LABELS, Satisfaction, Speed

DEVICE = (N_("Device"), "{device} ({device_number})")
PLACE = (N_("Place"), "{department} {place}")
FAULT = (N_("Fault"), "{fault}")
REPORTER = (P_("of a fault", "Reporter"), "{reporter}")
URGENCY = (N_("Urgency"), "{urgency_text}")
ESTIMATE = (N_("Estimate"), "{estimate}")
TECHNICIAN = (N_("Engineer"), "{technician}")
COST = (N_("Cost"), "{cost}")
HOW_IT_WAS = (
    Question("satisfaction", HOW_WAS_IT, tuple(SATISFACTION_LABELS.items()), Satisfaction.NOT_SAID),
    Question("speed", IN_TIME, tuple(SPEED_LABELS.items()), Speed.NOT_SAID),
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
    N_("The engineers were told. You will hear of every step."),
    (DEVICE, FAULT),
)
please_approve = MessageKind(
    "repair.please_approve",
    N_("Approval of a repair: {estimate}"),
    N_("The estimate is over the limit. Please decide."),
    (DEVICE, PLACE, FAULT, URGENCY, ESTIMATE, TECHNICIAN),
    Severity.NOTICE,
    buttons=("approve", "reject"),
    while_in_state=True,
)
approved = MessageKind(
    "repair.approved",
    N_("Repair approved: {estimate}"),
    N_("The repair of {device} can begin."),
    (DEVICE, ESTIMATE, TECHNICIAN),
)
handed_back = MessageKind(
    "repair.handed_back",
    N_("Without an engineer: {device}"),
    N_("Its engineer has left. It is yours until you give it to somebody else."),
    (DEVICE, PLACE, FAULT, URGENCY),
    Severity.NOTICE,
    buttons=("assign",),
    while_in_state=True,
)
handed_over = MessageKind(
    "repair.handed_over",
    N_("Now yours: repair {device}"),
    N_("You are to see to this repair from now on."),
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
    N_("{technician} looks after {device}."),
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
    N_("The case is open again. Please look at the reason."),
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
    N_("Overdue: nobody has taken up {device}"),
    N_("The engineers were reminded without effect. Please see to it."),
    (DEVICE, PLACE, FAULT, REPORTER),
    Severity.CRITICAL,
    buttons=("triage",),
    while_in_state=True,
    short=N_("Nobody took up {device}"),
    reminds=True,
)
approval_waits = MessageKind(
    "repair.approval_waits",
    N_("Still to be approved: {estimate}"),
    N_("The repair cannot begin before you decide."),
    (DEVICE, PLACE, FAULT, URGENCY, ESTIMATE, TECHNICIAN),
    Severity.URGENT,
    buttons=("approve", "reject"),
    while_in_state=True,
    reminds=True,
)
approval_overdue = MessageKind(
    "repair.approval_overdue",
    N_("Approval overdue: {estimate}"),
    N_("The head of equipment has not decided. Please decide in their place."),
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
    N_("The reporter has not answered. Please confirm in their place, or say that it is not fixed."),
    (DEVICE, FAULT, REPORTER, TECHNICIAN),
    Severity.CRITICAL,
    buttons=("confirm", "reopen"),
    questions=HOW_IT_WAS,
    answers="confirm",
    while_in_state=True,
    reminds=True,
)
