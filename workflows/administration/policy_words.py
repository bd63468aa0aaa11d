"""Names and meanings of policies, and how a value is said. Source texts."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from storage.chat_policy import TELEGRAM_APPROVALS
from storage.spread import Ways
from storage.texts import N_, Gettext
from workflows.administration.contacts import CHANNEL_LABELS, Channel
from workflows.administration.person_forms import ROLE_CHOICES
from workflows.adverse_event.forms import GRADE_LABELS, OUTCOME_LABELS
from workflows.audiences import audience_of


@dataclass(frozen=True)
class Words:
    """What a policy is called, and what follows from it."""

    label: str
    meaning: str


REMINDED = N_("Time in this state before the responsible person is reminded.")
HIGHER = N_("Time in this state before the next level is notified.")
CLIMBS = N_("Time after the alarm; if nobody has acknowledged by then, it is escalated by one step.")
LAW = N_("Time after it became known; reminders are sent at half, three quarters and nine tenths of it.")
ORDER = N_(
    "The channel used first, and the minutes until the next one is tried. If a channel "
    "cannot reach somebody, the next one is tried at once."
)
DOWN = N_("How long a provider may fail before a standby of the same kind is used.")
TIME_LIMIT = N_("From the issue of the original; counts for licences that are registered from then on.")
LAPSE = N_("If on, a licence lapses automatically this long after its time limit.")
AUDIENCE = N_(
    "Who is notified of this in addition to the usual recipients, and by how many "
    "channels. Each person chooses the channels."
)

WORDS: dict[str, Words] = {
    TELEGRAM_APPROVALS: Words(
        N_("Decide in Telegram"),
        N_("If off, buttons in Telegram open pages, for all cases of the organisation and below."),
    ),
    "repair.approval_limit": Words(
        N_("Estimate up to which no approval is needed"),
        N_("A repair with a higher estimate must be approved first."),
    ),
    "repair.cost_over": Words(
        N_("Cost overrun that needs no new approval"),
        N_(
            "A repair that exceeds the approved cost by more than this share must be approved "
            "again before it is closed; below it, the approver is only notified."
        ),
    ),
    "repair.reopen_within": Words(
        N_("Time to reopen a closed repair"), N_("Until then the reporter can say that it is not fixed.")
    ),
    "repair.triage": Words(N_("Assessment: first reminder"), REMINDED),
    "repair.triage_head": Words(N_("Assessment: the head is notified"), HIGHER),
    "repair.approval": Words(N_("Approval: first reminder"), REMINDED),
    "repair.approval_director": Words(N_("Approval: the vice-director is notified"), HIGHER),
    "repair.new_estimate": Words(N_("Estimate not approved: first reminder"), REMINDED),
    "repair.new_estimate_head": Words(N_("Estimate not approved: the head is notified"), HIGHER),
    "repair.start": Words(N_("Start of the repair: first reminder"), REMINDED),
    "repair.start_head": Words(N_("Start of the repair: the head is notified"), HIGHER),
    "repair.finish": Words(N_("Repair: first reminder"), REMINDED),
    "repair.finish_head": Words(N_("Repair: the head is notified"), HIGHER),
    "repair.cost_approval": Words(N_("Approval of the cost: first reminder"), REMINDED),
    "repair.cost_approval_director": Words(N_("Approval of the cost: the vice-director is notified"), HIGHER),
    "repair.cost_correction": Words(N_("Cost not approved: first reminder"), REMINDED),
    "repair.cost_correction_head": Words(N_("Cost not approved: the head is notified"), HIGHER),
    "repair.confirmation": Words(N_("Confirmation: first reminder"), REMINDED),
    "repair.confirmation_head": Words(N_("Confirmation: the head of department is notified"), HIGHER),
    "licence.time_limit_a": Words(N_("Time limit of licences of category A"), TIME_LIMIT),
    "licence.time_limit_b": Words(N_("Time limit of licences of category B"), TIME_LIMIT),
    "licence.answer": Words(
        N_("Answer of the issuing authority"),
        N_("Time it has for an application or a correction, before it is reminded."),
    ),
    "licence.reminder_hour": Words(N_("Hour of the reminders"), N_("Reminders go out at this full hour.")),
    "licence.red_again": Words(N_("Red: again after"), N_("How often the red reminder repeats.")),
    "licence.lapse_a": Words(N_("Category A: expire automatically"), LAPSE),
    "licence.lapse_b": Words(N_("Category B: expire automatically"), LAPSE),
    "licence.plan_past_the_limit": Words(
        N_("Longest plan after the time limit"),
        N_("A plan made after the time limit cannot end later than this."),
    ),
    "licence.blue": Words(N_("Audience: blue"), AUDIENCE),
    "licence.yellow": Words(N_("Audience: yellow"), AUDIENCE),
    "licence.orange": Words(N_("Audience: orange"), AUDIENCE),
    "licence.red": Words(N_("Audience: red"), AUDIENCE),
    "adverse_event.clock_death": Words(N_("Death: report to the national system"), LAW),
    "adverse_event.clock_serious": Words(N_("Serious injury: report to the national system"), LAW),
    "adverse_event.clock_province": Words(N_("Group event: notify the province"), LAW),
    "adverse_event.clock_each_case": Words(N_("Group event: report each case"), LAW),
    "adverse_event.clock_hospital": Words(N_("Handling in the hospital"), LAW),
    "adverse_event.grades": Words(
        N_("Proposed grades"), N_("The grade proposed for each outcome; the safety officer decides.")
    ),
    "adverse_event.high_grades": Words(
        N_("Grades that raise the alarm"), N_("An event of such a grade raises the alarm at once.")
    ),
    "adverse_event.alarm": Words(N_("Audience of the alarm"), AUDIENCE),
    "adverse_event.authority": Words(N_("Audience of the alarm: authorities"), AUDIENCE),
    "adverse_event.ladder": Words(N_("Audience of the steps after it"), AUDIENCE),
    "adverse_event.unacknowledged": Words(N_("Alarm: step 1"), CLIMBS),
    "adverse_event.unacknowledged_head": Words(N_("Alarm: step 2, the head of equipment"), CLIMBS),
    "adverse_event.unacknowledged_director": Words(N_("Alarm: step 3, the vice-director"), CLIMBS),
    "adverse_event.unacknowledged_city": Words(N_("Alarm: step 4, the city"), CLIMBS),
    "adverse_event.unacknowledged_province": Words(N_("Alarm: step 5, the province"), CLIMBS),
    "adverse_event.check": Words(N_("Check: first reminder"), REMINDED),
    "adverse_event.check_director": Words(N_("Check: the vice-director is notified"), HIGHER),
    "adverse_event.complete": Words(N_("Completion: first reminder"), REMINDED),
    "adverse_event.complete_safety": Words(N_("Completion: the safety officer is notified"), HIGHER),
    "adverse_event.grade": Words(N_("Grading: first reminder"), REMINDED),
    "adverse_event.grade_director": Words(N_("Grading: the vice-director is notified"), HIGHER),
    "adverse_event.handle": Words(N_("Handling: first reminder"), REMINDED),
    "adverse_event.handle_director": Words(N_("Handling: the vice-director is notified"), HIGHER),
    "adverse_event.close": Words(N_("Closing: first reminder"), REMINDED),
    "adverse_event.close_director": Words(N_("Closing: the vice-director is notified"), HIGHER),
    "alarm.acknowledgement": Words(N_("Acknowledgement: first reminder"), REMINDED),
    "alarm.to_head": Words(N_("Acknowledgement: the head is notified"), HIGHER),
    "alarm.to_vice_director": Words(N_("Acknowledgement: the vice-director is notified"), HIGHER),
    "alarm.still_on": Words(N_("Still going on: reminder"), REMINDED),
    "alarm.closing": Words(N_("To be closed: reminder"), REMINDED),
    "notify.critical": Words(N_("Order of channels: critical"), ORDER),
    "notify.urgent": Words(N_("Order of channels: urgent"), ORDER),
    "notify.notice": Words(N_("Order of channels: please act"), ORDER),
    "notify.info": Words(N_("Order of channels: information"), ORDER),
    "notifier.stop_by_reply": Words(
        N_("Muting reminders by SMS"),
        N_(
            "Days for which a reply of 2 mutes such reminders; 0: not allowed. Urgent messages are still sent."
        ),
    ),
    "notifier.standby_urgent": Words(N_("A second provider takes over: urgent messages"), DOWN),
    "notifier.standby_other": Words(N_("A second provider takes over: other messages"), DOWN),
    "notify.storm": Words(
        N_("Storm of alarms"),
        N_(
            "From this many alarms to one person they are combined in one message, until there "
            "have been none for this long."
        ),
    ),
    "notify.repeat": Words(
        N_("The same reminder again"),
        N_(
            "Minutes during which nobody is reminded of the same again; 0: no limit. Critical "
            "reminders are still sent."
        ),
    ),
    "notify.quiet_hours": Words(
        N_("Quiet hours"),
        N_(
            "Messages that can wait are sent in the morning. The same hour twice: no quiet "
            "hours. Everybody can set their own."
        ),
    ),
    "notify.digest": Words(
        N_("Digest"),
        N_(
            "Messages for information are sent once a day at this hour, in one digest. Everybody "
            "can choose another hour."
        ),
    ),
    "password": Words(
        N_("Password rules"), N_("What a new password must be, and when an old one has to be changed.")
    ),
}
KEY_LABELS: dict[str, str] = {
    "amount": N_("Scope"),
    "in_chat": N_("Allowed in the chat"),
    "unit": N_("Unit of time"),
    "hour": N_("Hour of the day (0 to 23)"),
    "automatic": N_("Expires automatically"),
    "once_a_day": N_("Once a day"),
    "roles": N_("Roles"),
    "ways": N_("By how many channels"),
    "call": N_("Also by phone call"),
    "chat": N_("By chat too (if not: chats only for those who have nothing else)"),
    "grades": N_("Grades"),
    "least_length": N_("Least length (characters)"),
    "first": N_("First channel"),
    "first_minutes": N_("Minutes until the next one (0: never)"),
    "second": N_("Second channel"),
    "second_minutes": N_("Minutes until the third one (0: never)"),
    "third": N_("Third channel"),
    "third_minutes": N_("Minutes until all others (0: never)"),
    "acknowledged": N_("Until somebody acknowledges it, not only until it is delivered"),
    "through_quiet": N_("Also in quiet hours"),
    "messages": N_("Messages"),
    "seconds": N_("Within this many seconds"),
    "at_once": N_("Or this many at the same time"),
    "calm_minutes": N_("Minutes without alarms until it is over"),
    "again_minutes": N_("While it continues, repeat after this many minutes"),
    "quiet_from": N_("Quiet from (hour)"),
    "quiet_to": N_("Quiet until (hour)"),
    "duty_first": N_("At night only the person on duty is woken"),
    "most_age_days": N_("Must be changed after this many days (0: never)"),
    **OUTCOME_LABELS,
}
UNIT_LABELS: dict[str, str] = {
    "minutes": N_("minutes"),
    "hours": N_("hours"),
    "calendar_days": N_("calendar days"),
    "working_days": N_("working days"),
    "years": N_("years"),
    "CNY": N_("yuan"),
    "percent": N_("per cent"),
}
MEDIA: dict[str, str] = {
    "own": N_("Next in the person's own order"),
    Channel.WECOM: CHANNEL_LABELS[Channel.WECOM],
    Channel.WECOM_BOT: CHANNEL_LABELS[Channel.WECOM_BOT],
    Channel.SMS: CHANNEL_LABELS[Channel.SMS],
    Channel.VOICE: CHANNEL_LABELS[Channel.VOICE],
    Channel.MAIL: CHANNEL_LABELS[Channel.MAIL],
    "telegram": N_("Telegram"),
}
WAYS: dict[str, str] = {
    Ways.FIRST: N_("One, in the order for its severity; the next if that fails"),
    Ways.TWO: N_("At least two at once: the first method, and e-mail and SMS if the person has them"),
    Ways.ALL: N_("All at once"),
}
SELECTS: Mapping[str, Mapping[str, str]] = {"first": MEDIA, "second": MEDIA, "third": MEDIA, "ways": WAYS}
"""Of which one is chosen."""
CHOICES: Mapping[str, Mapping[str, str]] = {
    "roles": ROLE_CHOICES,
    "grades": GRADE_LABELS,
}
HOURS = ("hour", "quiet_from", "quiet_to")
ON, OFF, NOBODY = N_("yes"), N_("no"), N_("none")


def as_it_holds(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """A stored value; of an audience that still names channels what follows from it."""
    return audience_of(value).value if "channels" in value else value


def said(value: Mapping[str, Any], gettext: Gettext) -> list[tuple[str, str]]:
    """A value in words: label and text of each part, in the reader's language."""
    shown = as_it_holds(value)
    parts = [
        (gettext(KEY_LABELS.get(key, key)), _part(key, shown, gettext)) for key in shown if key != "unit"
    ]
    return [("", parts[0][1])] if len(parts) == 1 else parts


def in_short(value: Mapping[str, Any], gettext: Gettext) -> str:
    """The same in one line."""
    return "; ".join(f"{label}: {text}" if label else text for label, text in said(value, gettext))


def _part(key: str, value: Mapping[str, Any], gettext: Gettext) -> str:
    part = value[key]
    if isinstance(part, bool):
        return gettext(ON if part else OFF)
    if isinstance(part, list):
        known = CHOICES.get(key, {})
        return ", ".join(gettext(known.get(str(one), str(one))) for one in part) or gettext(NOBODY)
    if key == "amount":
        unit = str(value.get("unit", ""))
        return f"{Decimal(str(part)):,} {gettext(UNIT_LABELS.get(unit, unit))}"
    if key in SELECTS:
        return gettext(SELECTS[key].get(str(part), str(part)))
    return f"{part}:00" if key in HOURS else str(part)
