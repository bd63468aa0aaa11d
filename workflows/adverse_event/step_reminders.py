"""What an adverse event says when it waits for a step of the house. As in `messages`."""

from storage.kinds import MessageKind, Severity
from storage.texts import N_
from workflows.adverse_event.messages import CLOCK, DEVICE, GRADE, OUTCOME

complete_waits = MessageKind(
    "adverse_event.complete_waits",
    N_("Report still to be completed: {device}"),
    N_("Please complete it: the deadlines keep running."),
    (DEVICE, OUTCOME, *CLOCK),
    Severity.URGENT,
    buttons=("complete",),
    while_in_state=True,
    short=N_("Still to be completed: {device}"),
    reminds=True,
)
complete_overdue = MessageKind(
    "adverse_event.complete_overdue",
    N_("Report not completed: {device}"),
    N_("The reporter has not completed it. Please ask them: the deadlines keep running."),
    (DEVICE, OUTCOME, *CLOCK),
    Severity.URGENT,
    while_in_state=True,
    short=N_("Not completed: {device}"),
    reminds=True,
)
grade_waits = MessageKind(
    "adverse_event.grade_waits",
    N_("Still not graded: adverse event of {device}"),
    N_("Please give it a grade."),
    (DEVICE, OUTCOME, *CLOCK),
    Severity.URGENT,
    buttons=("grade",),
    while_in_state=True,
    short=N_("Not graded yet: {device}"),
    reminds=True,
)
handle_waits = MessageKind(
    "adverse_event.handle_waits",
    N_("Still not handled: adverse event of {device}"),
    N_("Please find the cause and say what was done."),
    (DEVICE, OUTCOME, GRADE, *CLOCK),
    Severity.URGENT,
    buttons=("handle",),
    while_in_state=True,
    short=N_("Not handled yet: {device}"),
    reminds=True,
)
handle_overdue = MessageKind(
    "adverse_event.handle_overdue",
    N_("Nobody has handled the adverse event of {device}"),
    N_("Cause and handling are not recorded. Please follow up."),
    (DEVICE, OUTCOME, GRADE, *CLOCK),
    Severity.URGENT,
    while_in_state=True,
    short=N_("Not handled: {device}"),
    reminds=True,
)
close_waits = MessageKind(
    "adverse_event.close_waits",
    N_("Still to be closed: adverse event of {device}"),
    N_("It was handled. Please record the reports that are still due, and close it."),
    (DEVICE, OUTCOME, GRADE, *CLOCK),
    Severity.URGENT,
    while_in_state=True,
    short=N_("To be closed: {device}"),
    reminds=True,
)
