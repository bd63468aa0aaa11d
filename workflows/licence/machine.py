"""The licence road (配置许可证) as one table.

original issued → purchased → duplicate applied for (or sent back) → duplicate issued, with coloured reminders
until then; acknowledge, extend, declare lapsed. Clauses 6.2.2.2, 6.2.2.3 and 6.3.1 of the standard.
"""

from enum import StrEnum

from storage.spread import Ways
from storage.texts import N_, P_
from workflows.audiences import audience
from workflows.definition import (
    SYSTEM,
    ActionLook,
    Deadline,
    Move,
    PolicyDefault,
    Rung,
    Say,
    Workflow,
    role,
)
from workflows.identity.roles import Role
from workflows.licence import forms, reminders, rules
from workflows.licence import messages as say
from workflows.licence.stages import Colour


class S(StrEnum):
    """States of a licence."""

    ISSUED = "issued"
    PURCHASED = "purchased"
    APPLIED = "duplicate_applied"
    COMPLETE = "duplicate_issued"
    LAPSED = "lapsed"


class A(StrEnum):
    """Actions on a licence."""

    REGISTER = "register"
    CORRECT = "correct"
    PURCHASE = "purchase"
    APPLY = "apply"
    ISSUE = "issue"
    SEND_BACK = "send_back"
    ACKNOWLEDGE = "acknowledge"
    EXTEND = "extend"
    LAPSE = "lapse"
    EXPIRE = "expire"
    REMARK = "remark"


CONTACT = role(Role.LICENCE_CONTACT)
UNIT = CONTACT | role(Role.EQUIPMENT_HEAD)
CITY = role(Role.CITY_OFFICER)
PROVINCE = role(Role.PROVINCE_OFFICER)
REGISTRARS = CONTACT | CITY | PROVINCE
ALL = UNIT | CITY | PROVINCE

MISSING = (S.ISSUED, S.PURCHASED, S.APPLIED)
"""The states in which the information, the purchase or the duplicate is still missing."""

NEXT_IS_DUE = [Say(say.extended, UNIT | CITY)]

# action, from, to, who may act, what it asks for, when it holds, what it writes, who is told
MOVES = [
    Move(A.REGISTER, None, S.ISSUED, REGISTRARS, forms.Original, faults=rules.original_faults,
         writes=rules.register, tells=[Say(say.registered, UNIT)]),

    Move(A.PURCHASE, S.ISSUED, S.PURCHASED, UNIT, forms.Purchase, faults=rules.purchase_faults,
         duty_of=CONTACT, writes=rules.purchase),
    Move(A.APPLY, S.PURCHASED, S.APPLIED, UNIT, forms.Duplicate, faults=rules.duplicate_faults,
         duty_of=CONTACT, writes=rules.duplicate, tells=[Say(say.please_issue, PROVINCE)]),
    Move(A.ISSUE, S.APPLIED, S.COMPLETE, PROVINCE, writes=rules.issue, duty_of=PROVINCE,
         not_who_did=frozenset({A.APPLY}), tells=[Say(say.issued, UNIT | CITY)]),

    Move(A.SEND_BACK, S.APPLIED, S.PURCHASED, PROVINCE, forms.Reason, writes=rules.sent_back,
         tells=[Say(say.sent_back, UNIT)]),

    *[Move(A.ACKNOWLEDGE, state, None, UNIT | role(Role.VICE_DIRECTOR), forms.Plan,
           faults=rules.plan_faults, writes=rules.acknowledge) for state in MISSING],
    *[Move(A.EXTEND, state, state, PROVINCE, forms.Extension, faults=rules.extension_faults,
           writes=rules.extend, tells=NEXT_IS_DUE) for state in MISSING],
    *[Move(A.CORRECT, state, state, REGISTRARS, forms.Original, faults=rules.original_faults,
           writes=rules.correct) for state in MISSING],
    *[Move(A.LAPSE, state, S.LAPSED, PROVINCE, forms.Reason,
           tells=[Say(say.lapsed, UNIT | CITY | role(Role.VICE_DIRECTOR))]) for state in MISSING],

    *[Move(A.EXPIRE, state, S.LAPSED, SYSTEM,
           tells=[Say(say.lapsed, UNIT | CITY | PROVINCE | role(Role.VICE_DIRECTOR))]) for state in MISSING],

    Move(A.EXTEND, S.LAPSED, S.APPLIED, PROVINCE, forms.Extension, when=rules.was_applied_for,
         faults=rules.extension_faults, writes=rules.extend, tells=NEXT_IS_DUE),
    Move(A.EXTEND, S.LAPSED, S.PURCHASED, PROVINCE, forms.Extension, when=rules.was_purchased,
         faults=rules.extension_faults, writes=rules.extend, tells=NEXT_IS_DUE),
    Move(A.EXTEND, S.LAPSED, S.ISSUED, PROVINCE, forms.Extension,
         faults=rules.extension_faults, writes=rules.extend, tells=NEXT_IS_DUE),

    *[Move(A.REMARK, state, None, ALL, forms.Remark) for state in S],
]  # fmt: skip


def _rung(colour: Colour) -> Rung:
    return Rung(
        None,
        [Say(say.REMINDERS[colour], CONTACT, audience=f"licence.{colour}")],
        due=reminders.due(colour),
        again="licence.red_again" if colour is Colour.RED else None,
        quiet=reminders.quiet(colour),
    )


LADDER = [_rung(colour) for colour in Colour]
LAPSE_BY_ITSELF = Rung(None, [], due=reminders.LAPSES, quiet=reminders.never_lapses, takes=A.EXPIRE)

# The ladder belongs to the limit and not to the state: what was told in one state is not told again in the next.
DEADLINES = [
    *[Deadline(state, reminders.RULE, LADDER, only_latest=True) for state in MISSING],
    *[Deadline(state, "lapse", [LAPSE_BY_ITSELF]) for state in MISSING],
]

AUDIENCE = N_(
    "audience as shipped, set by each authority; colours, SMS and mail: Jiangsu draft standard, clause 6.2.2.3"
)
USUAL = N_(
    "Guangdong notice of 2020-01-20: configured within 2 years, or the licence lapses; so the draft standard"
)
HOUSE_RULE = N_("as shipped; set by each authority")

POLICIES = {
    "licence.time_limit": PolicyDefault({"amount": 2, "unit": "years"}, USUAL),
    "licence.reminder_hour": PolicyDefault({"hour": 9}, HOUSE_RULE),
    "licence.red_again": PolicyDefault({"amount": 7 * 24, "unit": "hours"}, HOUSE_RULE),
    "licence.lapse": PolicyDefault({"automatic": False, "amount": 30, "unit": "calendar_days"}, HOUSE_RULE),
    "licence.plan_past_the_limit": PolicyDefault({"amount": 31, "unit": "calendar_days"}, HOUSE_RULE),
    "licence.blue": PolicyDefault(audience([Role.LICENCE_CONTACT], Ways.FIRST), AUDIENCE),
    "licence.yellow": PolicyDefault(
        audience([Role.LICENCE_CONTACT, Role.EQUIPMENT_HEAD], Ways.TWO), AUDIENCE
    ),
    "licence.orange": PolicyDefault(
        audience(
            [Role.LICENCE_CONTACT, Role.EQUIPMENT_HEAD, Role.VICE_DIRECTOR, Role.CITY_OFFICER], Ways.TWO
        ),
        AUDIENCE,
    ),
    "licence.red": PolicyDefault(
        audience(
            [
                Role.LICENCE_CONTACT,
                Role.EQUIPMENT_HEAD,
                Role.VICE_DIRECTOR,
                Role.CITY_OFFICER,
                Role.PROVINCE_OFFICER,
            ],
            Ways.TWO,
        ),
        AUDIENCE,
    ),
}

LICENCE = Workflow(
    name="licence",
    label=N_("Configuration licence"),
    version=1,
    prefix="PZ",
    detail_table="licence",
    states={
        S.ISSUED: N_("Original issued"),
        S.PURCHASED: N_("Purchased"),
        S.APPLIED: N_("Duplicate applied for"),
        S.COMPLETE: N_("Duplicate issued"),
        S.LAPSED: N_("Lapsed"),
    },
    final=frozenset({S.COMPLETE, S.LAPSED}),
    actions={
        A.REGISTER: ActionLook(N_("Register an original"), N_("registered the original"), "primary"),
        A.CORRECT: ActionLook(N_("Correct the original"), N_("corrected the original")),
        A.PURCHASE: ActionLook(N_("Record the purchase"), N_("recorded the purchase"), "primary"),
        A.APPLY: ActionLook(N_("Apply for the duplicate"), N_("applied for the duplicate"), "primary"),
        A.ISSUE: ActionLook(N_("Issue the duplicate"), N_("issued the duplicate"), "primary"),
        A.SEND_BACK: ActionLook(N_("Send back for correction"), N_("sent it back")),
        A.ACKNOWLEDGE: ActionLook(N_("Acknowledge with a plan"), N_("acknowledged, with a plan")),
        A.EXTEND: ActionLook(N_("Extend the time limit"), N_("extended the time limit")),
        A.LAPSE: ActionLook(N_("Declare lapsed"), N_("declared the licence lapsed"), "danger"),
        A.EXPIRE: ActionLook(
            N_("Lapse by itself"), N_("let the licence lapse, as the policy says"), "danger"
        ),
        A.REMARK: ActionLook(N_("Add a remark"), N_("added a remark")),
        "remind": ActionLook(P_("of a time limit", "Reminder"), P_("of a time limit", "reminded")),
    },
    moves=MOVES,
    deadlines=DEADLINES,
    policies=POLICIES,
    variables=rules.variables,
    title=rules.title,
    timers_are_limits=False,
    without_deadline={
        S.ISSUED: N_("the time limit of the licence runs in every state, with its reminders"),
        S.PURCHASED: N_("the time limit of the licence runs in every state, with its reminders"),
        S.APPLIED: N_("the time limit of the licence runs in every state, with its reminders"),
    },
)
