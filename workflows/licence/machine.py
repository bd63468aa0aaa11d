"""The licence road (配置许可证) as one table.

original issued → purchased → duplicate applied for (or sent back) → duplicate issued, with coloured reminders
until then; acknowledge, extend, declare lapsed, propose and approve corrections. Clauses 6.2.2.2, 6.2.2.3 and 6.3.1 of
the standard.
"""

from enum import StrEnum

from storage.kinds import Severity
from storage.texts import N_, P_
from workflows.definition import (
    NOBODY,
    SYSTEM,
    ActionLook,
    Deadline,
    Move,
    Rung,
    Say,
    Tier,
    Workflow,
    role,
)
from workflows.identity.roles import Role
from workflows.licence import corrections, forms, reminders, rules
from workflows.licence import messages as say
from workflows.licence.digest import LicenceDigest
from workflows.licence.limit import limit
from workflows.licence.policies import POLICIES
from workflows.licence.stages import SEVERITIES, Colour
from workflows.licence.variables import variables

PROPOSAL = "proposal"
"""The rule of corrections that nobody answers."""


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
    PROPOSE = "propose"
    PROPOSE_DUPLICATE = "propose_duplicate"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    REFUSE = "refuse"
    PURCHASE = "purchase"
    APPLY = "apply"
    ISSUE = "issue"
    SEND_BACK = "send_back"
    ACKNOWLEDGE = "acknowledge"
    EXTEND = "extend"
    SET_LIMIT = "set_limit"
    LAPSE = "lapse"
    EXPIRE = "expire"
    REMARK = "remark"


ISSUER = Tier(
    "category",
    {"A": "nation", "B": "province"},
    N_(
        "Licences of category A are the national authority's, those of category B the provincial authority's."
        " You do not have the right to do this here: {action_text}."
    ),
    N_("issuing authority"),
)
"""Category A (甲类) is licensed by the national authority, B (乙类) by the provincial one."""

CONTACT = role(Role.LICENCE_CONTACT)
UNIT = CONTACT | role(Role.EQUIPMENT_HEAD)
CITY = role(Role.CITY_OFFICER)
OFFICERS = role(Role.PROVINCE_OFFICER)
AUTHORITY = role(Role.PROVINCE_OFFICER, tier=ISSUER)
REGISTRARS = CONTACT | CITY | OFFICERS
ALL = UNIT | CITY | OFFICERS
OVERSEERS = frozenset({Role.CITY_OFFICER, Role.PROVINCE_OFFICER})

MISSING = (S.ISSUED, S.PURCHASED, S.APPLIED)
"""The states in which the information, the purchase or the duplicate is still missing."""
UNITS_TURN = (S.ISSUED, S.PURCHASED)
KEPT = (*MISSING, S.COMPLETE)
"""The states in which what stands on the licence may turn out to be wrong."""

NEXT_IS_DUE = [Say(say.extended, UNIT | CITY)]
LIMIT_SET = [Say(say.limit_set, UNIT), Say(say.extended, CITY)]
PROPOSALS = frozenset({A.PROPOSE, A.PROPOSE_DUPLICATE})
ASKED = [Say(say.proposed, AUTHORITY)]
LAPSED = [Say(say.lapsed, UNIT | role(Role.VICE_DIRECTOR))]

# action, from, to, who may act, what it asks for, when it holds, what it writes, who is told
MOVES = [
    Move(A.REGISTER, None, S.ISSUED, REGISTRARS, forms.Original, faults=rules.original_faults,
         writes=rules.register, tells=[Say(say.registered, UNIT)]),

    Move(A.PURCHASE, S.ISSUED, S.PURCHASED, UNIT, forms.Purchase, faults=rules.purchase_faults,
         duty_of=CONTACT, writes=rules.purchase),
    Move(A.APPLY, S.PURCHASED, S.APPLIED, UNIT, forms.Duplicate, faults=rules.duplicate_faults,
         duty_of=CONTACT, writes=rules.duplicate,
         tells=[Say(say.please_issue, AUTHORITY), Say(say.applied, UNIT, but_not_the_actor=False)]),
    Move(A.ISSUE, S.APPLIED, S.COMPLETE, AUTHORITY, writes=rules.issue, duty_of=AUTHORITY,
         not_who_did=frozenset({A.APPLY}), tells=[Say(say.issued, UNIT | CITY)]),

    Move(A.SEND_BACK, S.APPLIED, S.PURCHASED, AUTHORITY, forms.Reason, writes=rules.sent_back,
         tells=[Say(say.sent_back, UNIT)]),

    *[Move(A.ACKNOWLEDGE, state, None, UNIT | role(Role.VICE_DIRECTOR), forms.Plan,
           faults=rules.plan_faults, writes=rules.acknowledge) for state in UNITS_TURN],
    Move(A.ACKNOWLEDGE, S.APPLIED, None, AUTHORITY, forms.Plan,
         faults=rules.plan_faults, writes=rules.acknowledge),

    *[Move(A.EXTEND, state, state, AUTHORITY, forms.Extension, faults=rules.extension_faults,
           writes=rules.extend, records=corrections.limit_sides, tells=NEXT_IS_DUE) for state in MISSING],
    *[Move(A.SET_LIMIT, state, state, AUTHORITY, forms.NewLimit, faults=rules.new_limit_faults,
           writes=rules.new_limit, records=corrections.limit_sides, tells=LIMIT_SET) for state in MISSING],

    *[Move(A.PROPOSE, state, None, UNIT | CITY, forms.Correction, open_if=corrections.may_propose,
           faults=corrections.correction_faults, writes=corrections.propose, records=corrections.both_sides,
           arms=PROPOSAL, tells=ASKED) for state in KEPT],
    Move(A.PROPOSE_DUPLICATE, S.COMPLETE, None, UNIT | AUTHORITY, forms.DuplicateCorrection,
         open_if=corrections.may_propose, faults=corrections.duplicate_correction_faults,
         writes=corrections.propose, records=corrections.both_sides, tells=ASKED),
    *[Move(A.APPROVE, state, None, AUTHORITY, open_if=corrections.may_approve, not_who_did=PROPOSALS,
           after_seeing=PROPOSALS, writes=corrections.approve, records=corrections.both_sides_proposed,
           tells=[Say(say.corrected, UNIT | CITY)]) for state in KEPT],
    *[Move(A.REFUSE, state, None, AUTHORITY, forms.Reason, open_if=corrections.may_withdraw,
           after_seeing=PROPOSALS, writes=corrections.decided, tells=[Say(say.refused, UNIT)])
      for state in KEPT],
    *[Move(A.WITHDRAW, state, None, UNIT | CITY | AUTHORITY, open_if=corrections.may_withdraw,
           writes=corrections.decided, tells=[Say(say.withdrawn, AUTHORITY)]) for state in KEPT],
    *[Move(A.CORRECT, state, None, AUTHORITY, forms.Correction, faults=corrections.correction_faults,
           writes=corrections.correct, records=corrections.both_sides,
           tells=[Say(say.corrected, UNIT | CITY)]) for state in KEPT],

    *[Move(A.LAPSE, state, S.LAPSED, AUTHORITY, forms.Reason,
           tells=[*LAPSED, Say(say.lapsed_overseen, CITY)]) for state in MISSING],
    *[Move(A.EXPIRE, state, S.LAPSED, SYSTEM,
           tells=[*LAPSED, Say(say.lapsed_overseen, CITY | AUTHORITY)]) for state in MISSING],

    Move(A.EXTEND, S.LAPSED, S.APPLIED, AUTHORITY, forms.Extension, when=rules.was_applied_for,
         faults=rules.extension_faults, writes=rules.extend, records=corrections.limit_sides, tells=NEXT_IS_DUE),
    Move(A.EXTEND, S.LAPSED, S.PURCHASED, AUTHORITY, forms.Extension, when=rules.was_purchased,
         faults=rules.extension_faults, writes=rules.extend, records=corrections.limit_sides, tells=NEXT_IS_DUE),
    Move(A.EXTEND, S.LAPSED, S.ISSUED, AUTHORITY, forms.Extension,
         faults=rules.extension_faults, writes=rules.extend, records=corrections.limit_sides, tells=NEXT_IS_DUE),

    *[Move(A.REMARK, state, None, ALL, forms.Remark) for state in S],
]  # fmt: skip


def _reminders(colour: Colour) -> list[Say]:
    """Whose turn it is decides who is reminded; who oversees is told without being asked for anything."""
    audience = f"licence.{colour}"
    own = IN_THE_UNIT[colour]
    return [
        Say(say.REMINDERS[colour], CONTACT, audience=audience, among=IN_UNITS, states=frozenset(UNITS_TURN),
            gathers=True, severity=own),
        Say(say.ISSUE_REMINDERS[colour], AUTHORITY, states=frozenset({S.APPLIED}), gathers=True,
            severity=own),
        Say(say.OVERSEEN[colour], NOBODY, audience=audience, among=OVERSEERS, gathers=True, optional=True),
    ]  # fmt: skip


IN_UNITS = frozenset(Role) - OVERSEERS
IN_THE_UNIT = {**SEVERITIES, Colour.RED: Severity.URGENT}
"""How pressing a reminder is to who has to act. The way of what is critical ends in a call, which no limit is worth."""


def _rung(colour: Colour) -> Rung:
    return Rung(
        None,
        _reminders(colour),
        due=reminders.due(colour),
        again="licence.red_again" if colour is Colour.RED else None,
        quiet=reminders.quiet(colour),
        silence_counts=False,
    )


LADDER = [_rung(colour) for colour in Colour]
LAPSE_BY_ITSELF = Rung(None, [], due=reminders.LAPSES, quiet=reminders.never_lapses, takes=A.EXPIRE)

NOT_ISSUED = Rung(None, [Say(say.issue_due, AUTHORITY, gathers=True)], due=corrections.ISSUE_DUE)
NOT_ANSWERED = Rung(
    None, [Say(say.proposal_due, AUTHORITY, gathers=True)], due=corrections.DUE, quiet=corrections.is_quiet
)

# The ladder belongs to the limit and not to the state: what was told in one state is not told again in the next.
DEADLINES = [
    *[Deadline(state, reminders.RULE, LADDER, only_latest=True) for state in MISSING],
    *[Deadline(state, "lapse", [LAPSE_BY_ITSELF]) for state in MISSING],
    Deadline(S.APPLIED, "issue", [NOT_ISSUED]),
    *[Deadline(state, PROPOSAL, [NOT_ANSWERED]) for state in MISSING],
]

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
        A.PROPOSE: ActionLook(N_("Propose a correction"), N_("proposed a correction of the original")),
        A.PROPOSE_DUPLICATE: ActionLook(
            N_("Propose a correction of the duplicate"), N_("proposed a correction of the duplicate")
        ),
        A.WITHDRAW: ActionLook(N_("Withdraw the correction"), N_("withdrew the correction")),
        A.APPROVE: ActionLook(N_("Approve the correction"), N_("approved the correction"), "primary"),
        A.REFUSE: ActionLook(N_("Refuse the correction"), N_("refused the correction")),
        A.PURCHASE: ActionLook(N_("Record the purchase"), N_("recorded the purchase"), "primary"),
        A.APPLY: ActionLook(N_("Apply for the duplicate"), N_("applied for the duplicate"), "primary"),
        A.ISSUE: ActionLook(N_("Issue the duplicate"), N_("issued the duplicate"), "primary"),
        A.SEND_BACK: ActionLook(N_("Send back for correction"), N_("sent it back")),
        A.ACKNOWLEDGE: ActionLook(N_("Acknowledge with a plan"), N_("acknowledged, with a plan")),
        A.EXTEND: ActionLook(N_("Extend the time limit"), N_("extended the time limit")),
        A.SET_LIMIT: ActionLook(N_("Reset the time limit"), N_("reset the time limit")),
        A.LAPSE: ActionLook(N_("Mark as lapsed"), N_("marked the licence as lapsed"), "danger"),
        A.EXPIRE: ActionLook(
            N_("Expire automatically"), N_("lapsed the licence according to the policy"), "danger"
        ),
        A.REMARK: ActionLook(N_("Add a remark"), N_("added a remark")),
        "remind": ActionLook(P_("of a time limit", "Reminder"), P_("of a time limit", "reminded")),
    },
    moves=MOVES,
    deadlines=DEADLINES,
    policies=POLICIES,
    variables=variables,
    title=rules.title,
    digest=LicenceDigest(),
    proposed=corrections.changes,
    timers_are_limits=False,
    without_deadline={
        state: N_("the time limit of the licence runs in every state, with its reminders")
        for state in MISSING
    },
    limit=limit,
)
