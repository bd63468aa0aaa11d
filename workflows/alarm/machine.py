"""The alarm of a sensor (机房报警) as one table.

raised → acknowledged → cleared → closed. Values raise, worsen and clear it; people acknowledge and close it.
A warning that becomes an alarm is raised anew on the same case, and so is what begins to look like a quench: helium and
oxygen too low at once. With a device that is retired its alarms end.
Clause 6.4.4.1 of the standard.
"""

from enum import StrEnum

from storage.texts import N_
from workflows.alarm import forms, rules
from workflows.alarm import messages as say
from workflows.definition import (
    SYSTEM,
    ActionLook,
    Deadline,
    Guard,
    Move,
    PolicyDefault,
    Rung,
    Say,
    Workflow,
    role,
)
from workflows.identity.roles import Role


class S(StrEnum):
    """States of an alarm."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    CLEARED = "cleared"
    CLOSED = "closed"


class A(StrEnum):
    """Actions on an alarm."""

    WARN = "warn"
    ALARM = "alarm"
    FALL_SILENT = "fall_silent"
    MISS_MORE = "miss_more"
    SPEAK = "speak"
    WORSEN = "worsen"
    SUSPECT_QUENCH = "suspect_quench"
    DEEPEN = "deepen"
    EASE = "ease"
    ACKNOWLEDGE = "acknowledge"
    CLEAR = "clear"
    CLOSE = "close"
    DISMISS = "dismiss"
    END = "end"
    REMARK = "remark"


ENGINEER = role(Role.ENGINEER)
HEAD = role(Role.EQUIPMENT_HEAD)
VICE_DIRECTOR = role(Role.VICE_DIRECTOR)
THEY = ENGINEER | HEAD
ALL = THEY | VICE_DIRECTOR

OVER = [Say(say.cleared, ENGINEER)]
# Where lives are in danger, the head of equipment hears of it at once as well.
KEEP_OUT = [Say(say.keep_out, THEY)]
QUENCH = [Say(say.quench, THEY)]

DANGER = Guard(N_("it is dangerous to go in"), rules.is_danger)
SUSPECTED = Guard(N_("a quench is suspected"), rules.is_quench)
GRAVER = Guard(N_("it is dangerous to go in without that value"), rules.is_graver)
TURNED = Guard(N_("the value is beyond the other limit"), rules.has_turned)
GOING_ON = (S.RAISED, S.ACKNOWLEDGED)

# action, from, to, who may act, what it brings, what it writes, who is told
MOVES = [
    Move(A.WARN, None, S.RAISED, SYSTEM, forms.Excursion, when=DANGER, writes=rules.warned, tells=KEEP_OUT),
    Move(A.WARN, None, S.RAISED, SYSTEM, forms.Excursion, writes=rules.warned, tells=[Say(say.warning, ENGINEER)]),
    Move(A.ALARM, None, S.RAISED, SYSTEM, forms.Excursion, when=DANGER, writes=rules.alarmed, tells=KEEP_OUT),
    Move(A.ALARM, None, S.RAISED, SYSTEM, forms.Excursion, writes=rules.alarmed, tells=[Say(say.alarm, ENGINEER)]),
    Move(A.FALL_SILENT, None, S.RAISED, SYSTEM, forms.Silence, writes=rules.fell_silent,
         tells=[Say(say.silent, ENGINEER)]),

    # With both values low a suspected quench is an alarm already: it is told no third time.
    *[Move(A.DEEPEN, state, None, SYSTEM, forms.Excursion, writes=rules.worsened) for state in GOING_ON],
    *[Move(A.WORSEN, state, S.RAISED, SYSTEM, forms.Excursion, when=when, writes=rules.worsened, tells=tells)
      for state in GOING_ON
      for when, tells in ((SUSPECTED, QUENCH), (DANGER, KEEP_OUT), (None, [Say(say.alarm, ENGINEER)]))],

    *[Move(A.SUSPECT_QUENCH, state, S.RAISED, SYSTEM, forms.Excursion, writes=rules.quenched, tells=QUENCH)
      for state in GOING_ON],
    *[Move(A.EASE, state, None, SYSTEM, forms.Easing, writes=rules.eased, tells=[Say(say.eased, THEY)])
      for state in GOING_ON],

    *[Move(A.MISS_MORE, state, S.RAISED, SYSTEM, forms.Silence, when=GRAVER, writes=rules.missed_graver,
           tells=[Say(say.silent, ENGINEER)])
      for state in GOING_ON],
    *[Move(A.MISS_MORE, state, None, SYSTEM, forms.Silence) for state in GOING_ON],
    *[Move(A.SPEAK, state, None, SYSTEM, forms.Speaking, writes=rules.speaks) for state in GOING_ON],

    Move(A.ACKNOWLEDGE, S.RAISED, S.ACKNOWLEDGED, ALL, duty_of=ENGINEER),

    *[Move(A.CLEAR, state, S.CLEARED, SYSTEM, forms.Recovery, when=when, writes=rules.recovered, tells=tells)
      for state in GOING_ON
      for when, tells in ((TURNED, [Say(say.turned, ENGINEER)]), (None, OVER))],

    Move(A.CLOSE, S.CLEARED, S.CLOSED, THEY, forms.Cause, duty_of=ENGINEER),
    Move(A.DISMISS, S.ACKNOWLEDGED, S.CLOSED, THEY, forms.Reason, duty_of=ENGINEER),

    *[Move(A.END, state, S.CLOSED, SYSTEM) for state in (S.RAISED, S.ACKNOWLEDGED, S.CLEARED)],

    *[Move(A.REMARK, state, None, ALL, forms.Remark) for state in (S.RAISED, S.ACKNOWLEDGED, S.CLEARED)],
]  # fmt: skip

# the ladder: engineer, head of equipment, vice-director; the last for alarms alone
DEADLINES = [
    Deadline(S.RAISED, "acknowledgement", [
        Rung("alarm.acknowledgement", [Say(say.unacknowledged, ENGINEER)]),
        Rung("alarm.to_head", [Say(say.nobody_answers, HEAD)]),
        Rung("alarm.to_vice_director", [Say(say.nobody_answers, VICE_DIRECTOR)], quiet=rules.only_a_warning),
    ]),
    Deadline(S.ACKNOWLEDGED, "still_on", [Rung("alarm.still_on", [Say(say.still_on, THEY)])]),
    Deadline(S.CLEARED, "closing", [Rung("alarm.closing", [Say(say.please_close, ENGINEER)])]),
]  # fmt: skip

HOUSE_RULE = N_("default house rule; set by each hospital")

POLICIES = {
    "alarm.acknowledgement": PolicyDefault({"amount": 5, "unit": "minutes"}, HOUSE_RULE),
    "alarm.to_head": PolicyDefault({"amount": 15, "unit": "minutes"}, HOUSE_RULE),
    "alarm.to_vice_director": PolicyDefault({"amount": 30, "unit": "minutes"}, HOUSE_RULE),
    "alarm.still_on": PolicyDefault({"amount": 4, "unit": "hours"}, HOUSE_RULE),
    "alarm.closing": PolicyDefault({"amount": 1, "unit": "working_days"}, HOUSE_RULE),
}

ALARM = Workflow(
    name="alarm",
    label=N_("Alarm of a machine room"),
    version=1,
    prefix="BJ",
    detail_table="alarm",
    states={
        S.RAISED: N_("Raised, not acknowledged"),
        S.ACKNOWLEDGED: N_("Acknowledged, still going on"),
        S.CLEARED: N_("Over, to be closed"),
        S.CLOSED: N_("Closed"),
    },
    final=frozenset({S.CLOSED}),
    actions={
        A.WARN: ActionLook(N_("Warn"), N_("raised a warning")),
        A.ALARM: ActionLook(N_("Raise the alarm"), N_("raised the alarm")),
        A.FALL_SILENT: ActionLook(N_("Report missing data"), N_("noticed that no data comes")),
        A.MISS_MORE: ActionLook(
            N_("Report more missing data"), N_("noticed that another sensor sends no data")
        ),
        A.SPEAK: ActionLook(N_("End a sensor's silence"), N_("received data from a silent sensor again")),
        A.WORSEN: ActionLook(N_("Raise to an alarm"), N_("raised it from warning to alarm")),
        A.SUSPECT_QUENCH: ActionLook(
            N_("Suspect a quench"), N_("suspected a quench: helium and oxygen are low")
        ),
        A.DEEPEN: ActionLook(N_("Record a worse value"), N_("saw one of the two values fall further")),
        A.EASE: ActionLook(
            N_("Record that part of it is over"), N_("saw that one of the two values is back")
        ),
        A.ACKNOWLEDGE: ActionLook(N_("Acknowledge alarm"), N_("acknowledged it"), "primary"),
        A.CLEAR: ActionLook(N_("Clear"), N_("recorded that it is over")),
        A.CLOSE: ActionLook(N_("Note the cause and close"), N_("noted the cause and closed it"), "primary"),
        A.DISMISS: ActionLook(N_("End manually: faulty sensor"), N_("ended it manually"), "danger"),
        A.END: ActionLook(N_("End with the device"), N_("ended it, as the device was retired")),
        A.REMARK: ActionLook(N_("Add a remark"), N_("added a remark")),
        "remind": ActionLook(N_("Reminder"), N_("reminded")),
    },
    moves=MOVES,
    deadlines=DEADLINES,
    policies=POLICIES,
    variables=rules.variables,
    title=rules.title,
    title_words=rules.title_words,
)
