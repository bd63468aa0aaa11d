"""What time alone does to an adverse event: the alarm that climbs, the clocks that run, and their policies."""

from collections.abc import Sequence
from functools import partial

from storage.facts import Facts
from storage.spread import Ways
from storage.texts import N_
from workflows.adverse_event import clocks, rules
from workflows.adverse_event import messages as say
from workflows.adverse_event import step_reminders as steps
from workflows.adverse_event.clocks import HOUSE, SHARES, Watch
from workflows.adverse_event.people import CITY, DIRECTOR, HEAD, PROVINCE, REPORTER, SAFETY
from workflows.adverse_event.states import S
from workflows.audiences import audience
from workflows.definition import NOBODY, ActionLook, Deadline, Due, PolicyDefault, Rung, Say, Who
from workflows.identity.roles import Role

ALARM = "alarm"
PASSED_ACTION = {watch: f"{watch}_passed" for watch in Watch}
PASSED_LOOKS = {
    Watch.NATIONAL: ActionLook(
        N_("Deadline missed: national system"), N_("recorded: not reported to the national system in time")
    ),
    Watch.PROVINCE: ActionLook(
        N_("Deadline missed: province"), N_("recorded: the province was not notified in time")
    ),
    Watch.EACH_CASE: ActionLook(
        N_("Deadline missed: each case"), N_("recorded: not each case was reported in time")
    ),
    Watch.HOSPITAL: ActionLook(
        N_("Deadline missed: hospital"), N_("recorded: not handled in the hospital in time")
    ),
}
RUNS_LABELS = {
    Watch.NATIONAL: N_("as the time for the national system runs out"),
    Watch.PROVINCE: N_("as the time for notifying the province runs out"),
    Watch.EACH_CASE: N_("as the time for reporting each case runs out"),
    Watch.HOSPITAL: N_("as the time for handling it runs out"),
}
PASSED_LABELS = {
    Watch.NATIONAL: N_("not reported to the national system in time"),
    Watch.PROVINCE: N_("province not notified in time"),
    Watch.EACH_CASE: N_("not each case reported in time"),
    Watch.HOSPITAL: N_("not handled in time"),
}
AUTHORITY = N_("high grades reach the managing authority at once: Jiangsu draft standard, clause 6.4.4.2")
POLICIES = {
    **clocks.POLICIES,
    "adverse_event.grades": PolicyDefault(
        {"death": "I", "serious_injury": "II", "may_cause": "III", "other": "IV"},
        N_("proposal for each outcome; default house rule, after the four hospital grades"),
    ),
    "adverse_event.high_grades": PolicyDefault({"grades": ["I"]}, HOUSE),
    "adverse_event.alarm": PolicyDefault(
        audience([Role.SAFETY_OFFICER, Role.EQUIPMENT_HEAD], Ways.ALL), HOUSE
    ),
    "adverse_event.authority": PolicyDefault(
        audience([Role.CITY_OFFICER, Role.PROVINCE_OFFICER], Ways.ALL), AUTHORITY
    ),
    "adverse_event.ladder": PolicyDefault(audience([], Ways.ALL), HOUSE),
    "adverse_event.unacknowledged": PolicyDefault({"amount": 15, "unit": "minutes"}, HOUSE),
    "adverse_event.unacknowledged_head": PolicyDefault({"amount": 30, "unit": "minutes"}, HOUSE),
    "adverse_event.unacknowledged_director": PolicyDefault({"amount": 60, "unit": "minutes"}, HOUSE),
    "adverse_event.unacknowledged_city": PolicyDefault({"amount": 120, "unit": "minutes"}, HOUSE),
    "adverse_event.unacknowledged_province": PolicyDefault({"amount": 240, "unit": "minutes"}, HOUSE),
    "adverse_event.check": PolicyDefault({"amount": 4, "unit": "hours"}, HOUSE),
    "adverse_event.check_director": PolicyDefault({"amount": 24, "unit": "hours"}, HOUSE),
    "adverse_event.complete": PolicyDefault({"amount": 1, "unit": "working_days"}, HOUSE),
    "adverse_event.complete_safety": PolicyDefault({"amount": 3, "unit": "working_days"}, HOUSE),
    "adverse_event.grade": PolicyDefault({"amount": 1, "unit": "working_days"}, HOUSE),
    "adverse_event.grade_director": PolicyDefault({"amount": 2, "unit": "working_days"}, HOUSE),
    "adverse_event.handle": PolicyDefault({"amount": 3, "unit": "working_days"}, HOUSE),
    "adverse_event.handle_director": PolicyDefault({"amount": 7, "unit": "working_days"}, HOUSE),
    "adverse_event.close": PolicyDefault({"amount": 3, "unit": "working_days"}, HOUSE),
    "adverse_event.close_director": PolicyDefault({"amount": 10, "unit": "working_days"}, HOUSE),
}

AT_ONCE = Due(N_("at once, if of high grade"), rules.alarm_due(None))
CLIMB = (
    (N_("if not acknowledged (step 1)"), "adverse_event.unacknowledged", SAFETY),
    (N_("if not acknowledged (step 2)"), "adverse_event.unacknowledged_head", HEAD),
    (N_("if not acknowledged (step 3)"), "adverse_event.unacknowledged_director", DIRECTOR),
    (N_("if not acknowledged (step 4)"), "adverse_event.unacknowledged_city", CITY),
    (N_("if not acknowledged (step 5)"), "adverse_event.unacknowledged_province", PROVINCE),
)
TOLD = {0.5: SAFETY, 0.75: SAFETY, 0.9: SAFETY | HEAD}


def _acknowledged(facts: Facts) -> bool:
    return not rules.alarm_runs(facts)


def _climb(label: str, policy: str, who: Who) -> Rung:
    kind = say.unacknowledged_there if who in (CITY, PROVINCE) else say.unacknowledged
    tells = [Say(kind, who, audience="adverse_event.ladder")]
    return Rung(None, tells, due=Due(label, rules.alarm_due(policy)), quiet=_acknowledged)


def _alarm() -> list[Rung]:
    tells = [
        Say(say.alarm, SAFETY, audience="adverse_event.alarm"),
        Say(say.alarm_above, NOBODY, audience="adverse_event.authority", optional=True),
    ]
    first = Rung(None, tells, due=AT_ONCE, quiet=_acknowledged, action=ALARM)
    return [first, *(_climb(*step) for step in CLIMB)]


def _reminder(watch: Watch, share: float) -> Rung:
    return Rung(
        None,
        [Say(say.RUNS[watch, share], TOLD[share])],
        due=Due(RUNS_LABELS[watch], lambda facts, _: clocks.reminder_due(watch, share, facts)),
        quiet=partial(clocks.reminder_is_needless, watch, share),
    )


def _passed(watch: Watch) -> Rung:
    """A clock that passed is a record, told to the safety officer and the head of equipment."""
    return Rung(
        None,
        [Say(say.PASSED[watch], SAFETY | HEAD)],
        due=Due(PASSED_LABELS[watch], lambda facts, _: clocks.passes_at(watch, facts)),
        quiet=partial(clocks.has_not_passed, watch),
        action=PASSED_ACTION[watch],
        records=partial(clocks.passed_record, watch),
    )


LADDERS = {watch: [*(_reminder(watch, share) for share in SHARES), _passed(watch)] for watch in Watch}
ALARM_LADDER = _alarm()
CHECK_LADDER = [
    Rung("adverse_event.check", [Say(say.check_waits, SAFETY, or_else=DIRECTOR)]),
    Rung("adverse_event.check_director", [Say(say.check_waits, DIRECTOR)]),
]
STEP_LADDERS = {
    S.RETURNED: ("complete", [
        Rung("adverse_event.complete", [Say(steps.complete_waits, REPORTER)]),
        Rung("adverse_event.complete_safety", [Say(steps.complete_overdue, SAFETY, or_else=DIRECTOR)]),
    ]),
    S.CHECKED: ("grade", [
        Rung("adverse_event.grade", [Say(steps.grade_waits, SAFETY, or_else=DIRECTOR)]),
        Rung("adverse_event.grade_director", [Say(steps.grade_waits, DIRECTOR)]),
    ]),
    S.GRADED: ("handle", [
        Rung("adverse_event.handle", [Say(steps.handle_waits, SAFETY | HEAD)]),
        Rung("adverse_event.handle_director", [Say(steps.handle_overdue, DIRECTOR)]),
    ]),
    S.HANDLED: ("close", [
        Rung("adverse_event.close", [Say(steps.close_waits, SAFETY, or_else=DIRECTOR)]),
        Rung("adverse_event.close_director", [Say(steps.close_waits, DIRECTOR)]),
    ]),
}  # fmt: skip
"""What the house does in each state, besides the clocks that the law runs through all of them."""


def deadlines(always: Sequence[str], until_acknowledged: Sequence[str], unchecked: str) -> list[Deadline]:
    """The clocks run in every open state; what fired at an instant is not told again in the next state."""
    return [
        *(Deadline(state, ALARM, ALARM_LADDER) for state in until_acknowledged),
        *(Deadline(state, watch, LADDERS[watch]) for state in always for watch in Watch),
        Deadline(unchecked, "check", CHECK_LADDER),
        *(Deadline(state, rule, ladder, since=2) for state, (rule, ladder) in STEP_LADDERS.items()),
    ]
