"""How long a repair may stay in each state: who is reminded, then who above them."""

from storage.texts import N_
from workflows.definition import Deadline, PolicyDefault, Rung, Say
from workflows.repair import reminders as say
from workflows.repair.names import DEPARTMENT_HEAD, DIRECTOR, ENGINEER, HEAD, REPORTER, TECHNICIAN, S

DEADLINES = [
    Deadline(S.REPORTED, "triage", [
        Rung("repair.triage", [Say(say.triage_waits, ENGINEER)]),
        Rung("repair.triage_head", [Say(say.triage_overdue, HEAD)]),
    ]),
    Deadline(S.AWAITING_APPROVAL, "approval", [
        Rung("repair.approval", [Say(say.approval_waits, HEAD, or_else=DIRECTOR)]),
        Rung("repair.approval_director", [Say(say.approval_overdue, DIRECTOR)]),
    ]),
    Deadline(S.REJECTED, "new_estimate", [
        Rung("repair.new_estimate", [Say(say.rejected_waits, TECHNICIAN)]),
        Rung("repair.new_estimate_head", [Say(say.rejected_overdue, HEAD)]),
    ], since=2),
    Deadline(S.TRIAGED, "start", [
        Rung("repair.start", [Say(say.start_waits, TECHNICIAN)]),
        Rung("repair.start_head", [Say(say.start_overdue, HEAD)]),
    ], since=2),
    Deadline(S.IN_PROGRESS, "finish", [
        Rung("repair.finish", [Say(say.repair_waits, TECHNICIAN)]),
        Rung("repair.finish_head", [Say(say.repair_overdue, HEAD)]),
    ], since=2),
    Deadline(S.COST_REVIEW, "cost_approval", [
        Rung("repair.cost_approval", [Say(say.cost_approval_waits, HEAD, or_else=DIRECTOR)]),
        Rung("repair.cost_approval_director", [Say(say.cost_approval_overdue, DIRECTOR)]),
    ], since=2),
    Deadline(S.COST_REFUSED, "cost_correction", [
        Rung("repair.cost_correction", [Say(say.cost_refused_waits, TECHNICIAN)]),
        Rung("repair.cost_correction_head", [Say(say.cost_refused_overdue, HEAD)]),
    ], since=2),
    Deadline(S.REPAIRED, "confirmation", [
        Rung("repair.confirmation", [Say(say.please_confirm_again, REPORTER)]),
        Rung("repair.confirmation_head", [Say(say.confirmation_overdue, DEPARTMENT_HEAD)]),
    ]),
]  # fmt: skip

HOUSE_RULE = N_("default house rule; set by each hospital")


POLICIES = {
    "repair.approval_limit": PolicyDefault({"amount": 5000, "unit": "CNY"}, HOUSE_RULE),
    "repair.cost_over": PolicyDefault({"amount": 10, "unit": "percent"}, HOUSE_RULE),
    "repair.reopen_within": PolicyDefault({"amount": 7, "unit": "calendar_days"}, HOUSE_RULE),
    "repair.triage": PolicyDefault({"amount": 30, "unit": "minutes"}, HOUSE_RULE),
    "repair.triage_head": PolicyDefault({"amount": 2, "unit": "hours"}, HOUSE_RULE),
    "repair.approval": PolicyDefault({"amount": 4, "unit": "hours"}, HOUSE_RULE),
    "repair.approval_director": PolicyDefault({"amount": 1, "unit": "working_days"}, HOUSE_RULE),
    "repair.new_estimate": PolicyDefault({"amount": 1, "unit": "working_days"}, HOUSE_RULE),
    "repair.new_estimate_head": PolicyDefault({"amount": 5, "unit": "working_days"}, HOUSE_RULE),
    "repair.start": PolicyDefault({"amount": 1, "unit": "working_days"}, HOUSE_RULE),
    "repair.start_head": PolicyDefault({"amount": 3, "unit": "working_days"}, HOUSE_RULE),
    "repair.finish": PolicyDefault({"amount": 3, "unit": "working_days"}, HOUSE_RULE),
    "repair.finish_head": PolicyDefault({"amount": 10, "unit": "working_days"}, HOUSE_RULE),
    "repair.cost_approval": PolicyDefault({"amount": 1, "unit": "working_days"}, HOUSE_RULE),
    "repair.cost_approval_director": PolicyDefault({"amount": 3, "unit": "working_days"}, HOUSE_RULE),
    "repair.cost_correction": PolicyDefault({"amount": 1, "unit": "working_days"}, HOUSE_RULE),
    "repair.cost_correction_head": PolicyDefault({"amount": 5, "unit": "working_days"}, HOUSE_RULE),
    "repair.confirmation": PolicyDefault({"amount": 1, "unit": "working_days"}, HOUSE_RULE),
    "repair.confirmation_head": PolicyDefault({"amount": 3, "unit": "working_days"}, HOUSE_RULE),
}
