"""What an adverse event tells. Texts are sources of the catalogues; places are filled by `words.variables`."""

from dataclasses import replace

from storage.kinds import MessageKind, Question, Severity
from storage.texts import N_
from workflows.adverse_event.clocks import SHARES, Watch
from workflows.adverse_event.forms import GRADE_LABELS

DEVICE = (N_("Device"), "{device} ({device_number})")
PLACE = (N_("Place"), "{department} {place}")
OUTCOME = (N_("Outcome"), "{outcome_text} {group_text}")
GRADE = (N_("Grade"), "{grade_text}")
REPORTER = (N_("Reporter"), "{reporter}")
NEXT = (N_("Due next"), "{clock_text}")
DUE = (N_("Deadline"), "{due_at}")
LEFT = (N_("Time left"), "{clock_left}")
CLOCK = (NEXT, DUE, LEFT)

please_check = MessageKind(
    "adverse_event.please_check",
    N_("Adverse event to check: {device}"),
    N_("Please check whether the report is complete and describes an adverse event."),
    (DEVICE, PLACE, OUTCOME, *CLOCK),
    Severity.NOTICE,
    buttons=("check",),
    while_in_state=True,
)
alarm = MessageKind(
    "adverse_event.alarm",
    N_("Serious adverse event: {device}"),
    N_("Please acknowledge it at once. If nobody does by {alarm_at}, the next level is notified."),
    (DEVICE, PLACE, OUTCOME, GRADE, *CLOCK),
    Severity.CRITICAL,
    buttons=("acknowledge",),
    while_in_state=True,
)
alarm_above = MessageKind(
    "adverse_event.alarm_above",
    N_("Serious adverse event reported: {device}"),
    N_(
        "For your information. The hospital was notified at the same time; you will be "
        "notified again if nobody acknowledges it."
    ),
    (DEVICE, PLACE, OUTCOME, GRADE, *CLOCK),
    Severity.CRITICAL,
    short=N_("Adverse event: {device}"),
)
unacknowledged = MessageKind(
    "adverse_event.unacknowledged",
    N_("Nobody has acknowledged: serious adverse event of {device}"),
    N_("Nobody who was notified before has acknowledged it. Please acknowledge it at once."),
    (DEVICE, PLACE, OUTCOME, GRADE, *CLOCK),
    Severity.CRITICAL,
    buttons=("acknowledge",),
    while_in_state=True,
    short=N_("Serious adverse event not acknowledged: {device}"),
    reminds=True,
)
unacknowledged_there = MessageKind(
    "adverse_event.unacknowledged_there",
    N_("Nobody has acknowledged: serious adverse event of {device}"),
    N_("The hospital has not acknowledged this event yet. This is for your information."),
    (PLACE, DEVICE, OUTCOME, GRADE, *CLOCK),
    Severity.CRITICAL,
    buttons=("acknowledge",),
    while_in_state=True,
    short=N_("The hospital has not acknowledged the serious adverse event of {device}"),
    reminds=True,
    informs=True,
)
sent_back = MessageKind(
    "adverse_event.sent_back",
    N_("Please complete your report: {device}"),
    N_("The safety officer asks for more details. The deadlines keep running."),
    (DEVICE, OUTCOME, *CLOCK),
    Severity.NOTICE,
    buttons=("complete",),
    while_in_state=True,
    short=N_("Report to complete: {device}"),
)
please_grade = MessageKind(
    "adverse_event.please_grade",
    N_("Adverse event to grade: {device}"),
    N_("Please give it a grade."),
    (DEVICE, OUTCOME, *CLOCK),
    Severity.NOTICE,
    buttons=("grade",),
    questions=(Question("grade", N_("Grade"), tuple(GRADE_LABELS.items())),),
    answers="grade",
    while_in_state=True,
)
please_handle = MessageKind(
    "adverse_event.please_handle",
    N_("Adverse event to handle: {device}"),
    N_("Please find the cause and say what was done."),
    (DEVICE, OUTCOME, GRADE, *CLOCK),
    Severity.NOTICE,
    buttons=("handle",),
    while_in_state=True,
)
raised = MessageKind(
    "adverse_event.raised",
    N_("More serious than first reported: {device}"),
    N_("It has to be graded again. The deadlines that start with this information are running."),
    (DEVICE, OUTCOME, *CLOCK),
    Severity.URGENT,
    short=N_("Outcome of the adverse event is worse, to be graded again: {device}"),
)
refused = MessageKind(
    "adverse_event.refused",
    N_("Not an adverse event: {device}"),
    N_("The safety officer has checked your report; the reason is on its page."),
    (DEVICE,),
)
closed = MessageKind(
    "adverse_event.closed",
    N_("Closed: adverse event of {device}"),
    N_("The event was handled and is closed. Thank you for your report."),
    (DEVICE, OUTCOME, GRADE),
)
check_waits = MessageKind(
    "adverse_event.check_waits",
    N_("Still not checked: adverse event of {device}"),
    N_("Nobody has checked this report yet."),
    (DEVICE, PLACE, OUTCOME, *CLOCK),
    Severity.URGENT,
    buttons=("check",),
    while_in_state=True,
    short=N_("Adverse event not checked yet: {device}"),
    reminds=True,
)

_RUNS = {
    Watch.NATIONAL: (
        N_("Adverse event to be reported to the national system: {device}"),
        N_("To be reported by {national_at}. Please record it on the page of {number} once it is done."),
    ),
    Watch.PROVINCE: (
        N_("Group event to be reported to the province: {device}"),
        N_(
            "To be reported to the provincial drug and health authorities by {province_at}, by phone or fax. "
            "Please record it on the page of {number} once it is done."
        ),
    ),
    Watch.EACH_CASE: (
        N_("Cases of the group event to be reported: {device}"),
        N_(
            "To be reported as individual cases by {each_case_at}. "
            "Please record it on the page of {number} once it is done."
        ),
    ),
    Watch.HOSPITAL: (
        N_("Adverse event to be handled in the hospital: {device}"),
        N_("To be graded and handled by {hospital_at}: {number}."),
    ),
}
_PASSED = {
    Watch.NATIONAL: N_("Not reported to the national system in time: {device}"),
    Watch.PROVINCE: N_("Group event not reported to the province in time: {device}"),
    Watch.EACH_CASE: N_("Not each case was reported in time: {device}"),
    Watch.HOSPITAL: N_("Not handled in the hospital in time: {device}"),
}
_RUNS_IN_SHORT = {
    Watch.NATIONAL: N_("Adverse event of {device}, report to the national system by {national_at}"),
    Watch.PROVINCE: N_("Group event of {device}, report to the province by {province_at}"),
    Watch.EACH_CASE: N_("Adverse event of {device}, report each case by {each_case_at}"),
    Watch.HOSPITAL: N_("Adverse event of {device}, handle it in the hospital by {hospital_at}"),
}
_IT_PASSED = N_("The deadline of {number} has passed, which was recorded. Please complete it without delay.")


def _runs(watch: Watch) -> MessageKind:
    title, summary = _RUNS[watch]
    fields = (DEVICE, OUTCOME, (N_("Deadline"), f"{{{watch}_at}}"), (N_("Time left"), f"{{{watch}_left}}"))
    name, short = f"adverse_event.{watch}_runs", _RUNS_IN_SHORT[watch]
    return MessageKind(name, title, summary, fields, short=short, reminds=True, whole=True)


def _passed(watch: Watch) -> MessageKind:
    fields = (DEVICE, OUTCOME, (N_("Deadline"), f"{{{watch}_at}}"))
    return MessageKind(f"adverse_event.{watch}_passed", _PASSED[watch], _IT_PASSED, fields, Severity.CRITICAL)


_LEVELS = zip(SHARES, (Severity.NOTICE, Severity.URGENT, Severity.CRITICAL), strict=True)
LEVEL = dict(_LEVELS)
"""How much a reminder matters at each share of a clock's time."""

RUNS = {
    (watch, share): replace(
        _runs(watch), name=f"adverse_event.{watch}_{round(share * 100)}", severity=LEVEL[share]
    )
    for watch in Watch
    for share in SHARES
}
PASSED = {watch: _passed(watch) for watch in Watch}
