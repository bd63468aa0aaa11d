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
DUE = (N_("Deadline"), "{clock_due}")
LEFT = (N_("Time left"), "{clock_left}")
CLOCK = (NEXT, DUE, LEFT)

please_check = MessageKind(
    "adverse_event.please_check",
    N_("Adverse event to check: {device}"),
    N_("Please check whether the report is complete and tells of an adverse event."),
    (DEVICE, PLACE, OUTCOME, *CLOCK),
    Severity.NOTICE,
    buttons=("check",),
    while_in_state=True,
)
alarm = MessageKind(
    "adverse_event.alarm",
    N_("Serious adverse event: {device}"),
    N_("Please acknowledge at once that you know of it; otherwise those above you are told."),
    (DEVICE, PLACE, OUTCOME, GRADE, *CLOCK),
    Severity.CRITICAL,
    buttons=("acknowledge",),
    while_in_state=True,
)
unacknowledged = MessageKind(
    "adverse_event.unacknowledged",
    N_("Nobody has acknowledged: serious adverse event of {device}"),
    N_("The managing department was told without effect. Please acknowledge and see to it."),
    (DEVICE, PLACE, OUTCOME, GRADE, *CLOCK),
    Severity.CRITICAL,
    buttons=("acknowledge",),
    while_in_state=True,
    short=N_("Not acknowledged: {device}"),
    reminds=True,
)
sent_back = MessageKind(
    "adverse_event.sent_back",
    N_("Please complete your report: {device}"),
    N_("The safety officer asks for more. The clocks go on meanwhile."),
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
    N_("More serious than known before: {device}"),
    N_("The grade has to be given anew. Clocks that start with this knowledge are running."),
    (DEVICE, OUTCOME, *CLOCK),
    Severity.URGENT,
    short=N_("More serious: {device}"),
)
refused = MessageKind(
    "adverse_event.refused",
    N_("Not an adverse event: {device}"),
    N_("The safety officer has checked your report; the reason stands on its page."),
    (DEVICE,),
)
closed = MessageKind(
    "adverse_event.closed",
    N_("Closed: adverse event of {device}"),
    N_("It was handled and reported. Thank you for having told of it."),
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
    short=N_("Not checked yet: {device}"),
    reminds=True,
)

_RUNS = {
    Watch.NATIONAL: (
        N_("To be reported to the national system by {national_due}: {device}"),
        N_("Please record it on the page of {number} once it is done."),
    ),
    Watch.PROVINCE: (
        N_("Group event: the province is to be told by {province_due}: {device}"),
        N_("By phone or fax. Please record it on the page of {number} once it is done."),
    ),
    Watch.EACH_CASE: (
        N_("Group event: report each case by {each_case_due}: {device}"),
        N_("Please record it on the page of {number} once it is done."),
    ),
    Watch.HOSPITAL: (
        N_("To be handled in the hospital by {hospital_due}: {device}"),
        N_("Please grade and handle {number} in time."),
    ),
}
_PASSED = {
    Watch.NATIONAL: N_("Not reported to the national system in time: {device}"),
    Watch.PROVINCE: N_("The province was not told in time: {device}"),
    Watch.EACH_CASE: N_("Not each case was reported in time: {device}"),
    Watch.HOSPITAL: N_("Not handled in the hospital in time: {device}"),
}
_RUNS_IN_SHORT = {
    Watch.NATIONAL: N_("National report due: {device}"),
    Watch.PROVINCE: N_("Tell the province: {device}"),
    Watch.EACH_CASE: N_("Report each case: {device}"),
    Watch.HOSPITAL: N_("Handling is due: {device}"),
}
_PASSED_IN_SHORT = {
    Watch.NATIONAL: N_("National report late: {device}"),
    Watch.PROVINCE: N_("Province not told: {device}"),
    Watch.EACH_CASE: N_("Cases not reported: {device}"),
    Watch.HOSPITAL: N_("Not handled in time: {device}"),
}
_IT_PASSED = N_("The clock of {number} has passed, and that is on record. Please do it without delay.")


def _runs(watch: Watch) -> MessageKind:
    title, summary = _RUNS[watch]
    fields = (DEVICE, OUTCOME, (N_("Deadline"), f"{{{watch}_due}}"), (N_("Time left"), f"{{{watch}_left}}"))
    short = _RUNS_IN_SHORT[watch]
    return MessageKind(f"adverse_event.{watch}_runs", title, summary, fields, short=short, reminds=True)


def _passed(watch: Watch) -> MessageKind:
    fields = (DEVICE, OUTCOME, (N_("Deadline"), f"{{{watch}_due}}"))
    name = f"adverse_event.{watch}_passed"
    short = _PASSED_IN_SHORT[watch]
    return MessageKind(name, _PASSED[watch], _IT_PASSED, fields, Severity.CRITICAL, short=short)


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
