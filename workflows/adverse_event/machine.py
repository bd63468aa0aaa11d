"""The whole process of an adverse event on one screen (医疗器械不良事件).

Reported by people with accounts, checked and graded by the safety officer (the vice-director stands in
where the safety officer is the reporter), handled, closed. One of high grade alarms the managing
department at once. The clocks run through every open state (`ladders`, `clocks`).
"""

from enum import StrEnum

from storage.texts import N_
from workflows.adverse_event import effects, forms, rules, words
from workflows.adverse_event import messages as say
from workflows.adverse_event.clocks import Watch
from workflows.adverse_event.ladders import ALARM, PASSED_ACTION, PASSED_LOOKS, POLICIES, deadlines
from workflows.adverse_event.people import (
    DIRECTOR,
    HEAD,
    MANAGEMENT,
    OFFICERS,
    REPORTER,
    REPORTERS,
    SAFETY,
)
from workflows.adverse_event.states import S
from workflows.definition import ActionLook, Move, Say, Workflow


class A(StrEnum):
    """Actions on an adverse event."""

    REPORT = "report"
    ACKNOWLEDGE = "acknowledge"
    CHECK = "check"
    SEND_BACK = "send_back"
    COMPLETE = "complete"
    REFUSE = "refuse"
    GRADE = "grade"
    HANDLE = "handle"
    CLOSE = "close"
    RAISE = "raise_severity"
    REPORT_NATIONAL = "report_national"
    TELL_PROVINCE = "tell_province"
    REPORT_EACH = "report_each"
    REMARK = "remark"


JUDGES = SAFETY | DIRECTOR
INVOLVED = REPORTERS | MANAGEMENT | REPORTER
OPEN = (S.REPORTED, S.RETURNED, S.CHECKED, S.GRADED, S.HANDLED)
GRADED_ANEW = {S.GRADED: S.CHECKED, S.HANDLED: S.CHECKED, S.CLOSED: S.CHECKED}
PLEASE_CHECK = [Say(say.please_check, SAFETY, or_else=DIRECTOR)]
ASKED = {
    S.REPORTED: [Say(say.please_check, SAFETY, but_not_the_actor=False, or_else=DIRECTOR)],
    S.CHECKED: [Say(say.please_grade, SAFETY, but_not_the_actor=False, or_else=DIRECTOR)],
    S.GRADED: [Say(say.please_handle, SAFETY | HEAD, but_not_the_actor=False)],
}  # fmt: skip
"""Acknowledging enters the state anew, so that every copy of the alarm says who did; what is to do is told again."""

# action, from, to, who may act, what it asks for, when it holds, what it writes, who is told
MOVES = [
    Move(A.REPORT, None, S.REPORTED, REPORTERS, forms.EventReport, when=rules.alarming,
         faults=rules.known_faults, writes=effects.report),
    Move(A.REPORT, None, S.REPORTED, REPORTERS, forms.EventReport,
         faults=rules.known_faults, writes=effects.report, tells=PLEASE_CHECK),

    *[Move(A.ACKNOWLEDGE, state, state, MANAGEMENT | OFFICERS, open_if=rules.to_acknowledge,
           not_who_did=frozenset({A.GRADE}), not_the_reporter=True, writes=effects.known_to_the_department,
           tells=ASKED.get(state, ()))
      for state in (S.REPORTED, S.RETURNED, S.CHECKED, S.GRADED)],

    Move(A.CHECK, S.REPORTED, S.CHECKED, JUDGES, forms.Check, writes=effects.check, duty_of=SAFETY,
         not_the_reporter=True),
    Move(A.SEND_BACK, S.REPORTED, S.RETURNED, JUDGES, forms.Reason, writes=effects.known_to_the_department,
         not_the_reporter=True, tells=[Say(say.sent_back, REPORTER)]),
    Move(A.REFUSE, S.REPORTED, S.REFUSED, JUDGES, forms.Reason, writes=effects.known_to_the_department,
         not_the_reporter=True, tells=[Say(say.refused, REPORTER)]),
    Move(A.COMPLETE, S.RETURNED, S.REPORTED, REPORTER, forms.Circumstances, writes=effects.circumstances,
         duty_of=REPORTER, tells=PLEASE_CHECK),

    Move(A.GRADE, S.CHECKED, S.GRADED, JUDGES, forms.Grading, writes=effects.grade, duty_of=SAFETY,
         not_the_reporter=True, tells=[Say(say.please_handle, SAFETY | HEAD)]),
    Move(A.HANDLE, S.GRADED, S.HANDLED, SAFETY | HEAD, forms.Handling, open_if=rules.acknowledged,
         writes=effects.handled, duty_of=SAFETY | HEAD),
    Move(A.CLOSE, S.HANDLED, S.CLOSED, JUDGES, open_if=rules.may_close, duty_of=SAFETY,
         tells=[Say(say.closed, REPORTER)]),

    *[Move(A.RAISE, state, GRADED_ANEW.get(state, state), INVOLVED, forms.Raised, faults=rules.raised_faults,
           writes=effects.raised, tells=[Say(say.raised, SAFETY | HEAD)])
      for state in (*OPEN, S.CLOSED)],

    *[Move(A.REPORT_NATIONAL, state, None, SAFETY | HEAD, forms.NationalReport, faults=rules.national_faults,
           open_if=rules.still_due(Watch.NATIONAL), writes=effects.writes_field("national_reported_at"))
      for state in OPEN],
    *[Move(A.TELL_PROVINCE, state, None, SAFETY | HEAD, forms.ProvinceTold,
           faults=rules.done_faults("province_told_at"),
           open_if=rules.still_due(Watch.PROVINCE), writes=effects.writes_field("province_told_at"))
      for state in OPEN],
    *[Move(A.REPORT_EACH, state, None, SAFETY | HEAD, forms.EachReported,
           faults=rules.done_faults("each_reported_at"),
           open_if=rules.still_due(Watch.EACH_CASE), writes=effects.writes_field("each_reported_at"))
      for state in OPEN],
    *[Move(A.REMARK, state, None, INVOLVED, forms.Remark) for state in OPEN],
]  # fmt: skip

ADVERSE_EVENT = Workflow(
    name="adverse_event",
    label=N_("Adverse event"),
    version=2,
    prefix="BL",
    detail_table="adverse_event",
    states={
        S.REPORTED: N_("Reported, to be checked"),
        S.RETURNED: N_("Sent back for completion"),
        S.CHECKED: N_("Checked, to be graded"),
        S.GRADED: N_("Graded, to be handled"),
        S.HANDLED: N_("Handled"),
        S.CLOSED: N_("Closed"),
        S.REFUSED: N_("No adverse event"),
    },
    final=frozenset({S.CLOSED, S.REFUSED}),
    actions={
        A.REPORT: ActionLook(N_("Report an adverse event"), N_("reported the adverse event"), "primary"),
        A.ACKNOWLEDGE: ActionLook(N_("Acknowledge"), N_("acknowledged"), "primary"),
        A.CHECK: ActionLook(N_("Confirm the report"), N_("checked the report"), "primary"),
        A.SEND_BACK: ActionLook(N_("Send back for completion"), N_("sent it back")),
        A.COMPLETE: ActionLook(N_("Complete the report"), N_("completed the report"), "primary"),
        A.REFUSE: ActionLook(N_("Not an adverse event"), N_("found that it is no adverse event"), "danger"),
        A.GRADE: ActionLook(N_("Grade"), N_("graded it"), "primary"),
        A.HANDLE: ActionLook(N_("Record cause and handling"), N_("handled it"), "primary"),
        A.CLOSE: ActionLook(N_("Close"), N_("closed it"), "primary"),
        A.RAISE: ActionLook(N_("It is more serious"), N_("reported that it is more serious"), "danger"),
        A.REPORT_NATIONAL: ActionLook(
            N_("Reported to the national system"), N_("recorded the report to the national system")
        ),
        A.TELL_PROVINCE: ActionLook(
            N_("The province was notified"), N_("recorded that the province was notified")
        ),
        A.REPORT_EACH: ActionLook(N_("Each case was reported"), N_("recorded that each case was reported")),
        A.REMARK: ActionLook(N_("Add a remark"), N_("added a remark")),
        ALARM: ActionLook(N_("Urgent notice"), N_("notified the people responsible")),
        **{PASSED_ACTION[watch]: look for watch, look in PASSED_LOOKS.items()},
        "remind": ActionLook(N_("Reminder"), N_("reminded")),
    },
    moves=MOVES,
    deadlines=deadlines(
        always=OPEN, until_acknowledged=(S.REPORTED, S.RETURNED, S.CHECKED, S.GRADED), unchecked=S.REPORTED
    ),
    policies=POLICIES,
    variables=words.variables,
    title=words.title,
    limit=words.limit,
    title_stays_inside=True,  # somebody's own words, which may name the patient
)
