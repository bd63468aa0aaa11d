"""What a licence tells. Texts are sources of the catalogues; places are filled by `variables`.

A reminder has three texts: for who has to act, for the issuing authority once it is its turn, and for who oversees.
"""

from collections.abc import Mapping

from storage.kinds import MessageKind, Severity
from storage.texts import N_
from workflows.licence.stages import SEVERITIES, Colour

LICENCE = (N_("Licence"), "{licence_number}")
UNIT = (N_("Unit"), "{unit}")
DEVICE = (N_("Device"), "{device}")
LIMIT = (N_("Time limit"), "{limit}")
MISSING = (N_("Missing"), "{missing_text}")
FIELDS = (N_("Fields"), "{fields_list}")
ANSWER_BY = (N_("Answer by"), "{answer_by}")
ISSUE_BY = (N_("Issue by"), "{issue_by}")
LADDER_APPLIED = (N_("New type"), "{ladder_applied}")
LADDER_ORIGINAL = (N_("First type"), "{ladder_original}")

TITLES: Mapping[Colour, str] = {
    Colour.BLUE: N_("Blue reminder: {unit}, {days} days left"),
    Colour.YELLOW: N_("Yellow reminder: {unit}, {days} days left"),
    Colour.ORANGE: N_("Orange reminder: {unit}, {days} days left"),
    Colour.RED: N_("Red reminder: {unit}, {days_past} days past the limit"),
}
SHORT: Mapping[Colour, str] = {
    Colour.BLUE: N_("Blue {unit}, licence {licence_number} has {days} d"),
    Colour.YELLOW: N_("Yellow {unit}, licence {licence_number} has {days} d"),
    Colour.ORANGE: N_("Orange {unit}, licence {licence_number} has {days} d"),
    Colour.RED: N_("Red {unit}, licence {licence_number} is {days_past} d late"),
}
BEFORE = N_(
    "{days} days are left until the time limit of {device}. {missing_text} Please record the next step by {limit}, or"
    " acknowledge with a plan."
)
AFTER = N_(
    "The time limit of {device} passed {days_past} days ago. {missing_text} Please record the next step today, or"
    " acknowledge with a plan."
)
ISSUE_BEFORE = N_(
    "{unit} has applied for the duplicate of {device}. It is the issuing authority's turn; {days} days are left until"
    " the time limit on {limit}."
)
ISSUE_AFTER = N_(
    "{unit} has applied for the duplicate of {device}. It is the issuing authority's turn; the time limit passed"
    " {days_past} days ago."
)
OVERSEEN_BEFORE = N_("{days} days are left for {device} of {unit} until the time limit. {missing_text}")
OVERSEEN_AFTER = N_("The time limit for {device} of {unit} passed {days_past} days ago. {missing_text}")


def reminder(colour: Colour) -> MessageKind:
    """To who has to act in the unit."""
    return MessageKind(
        f"licence.{colour}",
        TITLES[colour],
        AFTER if colour is Colour.RED else BEFORE,
        (UNIT, DEVICE, LICENCE, LIMIT, MISSING),
        SEVERITIES[colour],
        buttons=("acknowledge",),
        while_in_state=True,
        short=SHORT[colour],
        reminds=True,
    )


def issue_reminder(colour: Colour) -> MessageKind:
    """To the issuing authority, once the unit has applied for the duplicate."""
    return MessageKind(
        f"licence.{colour}_issue",
        TITLES[colour],
        ISSUE_AFTER if colour is Colour.RED else ISSUE_BEFORE,
        (UNIT, DEVICE, LICENCE, LIMIT, ISSUE_BY, LADDER_APPLIED, LADDER_ORIGINAL),
        Severity.NOTICE,
        while_in_state=True,
        short=SHORT[colour],
        reminds=True,
    )


def overseen(colour: Colour) -> MessageKind:
    """To who oversees: what stands where, and nothing to be done."""
    return MessageKind(
        f"licence.{colour}_overseen",
        TITLES[colour],
        OVERSEEN_AFTER if colour is Colour.RED else OVERSEEN_BEFORE,
        (UNIT, DEVICE, LICENCE, LIMIT, MISSING),
        Severity.INFO,
        while_in_state=True,
        short=SHORT[colour],
        reminds=True,
    )


REMINDERS: Mapping[Colour, MessageKind] = {colour: reminder(colour) for colour in Colour}
ISSUE_REMINDERS: Mapping[Colour, MessageKind] = {colour: issue_reminder(colour) for colour in Colour}
OVERSEEN: Mapping[Colour, MessageKind] = {colour: overseen(colour) for colour in Colour}

registered = MessageKind(
    "licence.registered",
    N_("Licence registered: {licence_number}"),
    N_("The device is to be bought and its duplicate issued by {limit}."),
    (UNIT, DEVICE, LIMIT),
)
please_issue = MessageKind(
    "licence.please_issue",
    N_("Duplicate applied for: {licence_number}"),
    N_("Please compare the data with the device, and issue the duplicate or send it back by {issue_by}."),
    (UNIT, DEVICE, ISSUE_BY, LIMIT, LADDER_APPLIED, LADDER_ORIGINAL),
    SEVERITIES[Colour.YELLOW],
    buttons=("issue",),
    while_in_state=True,
    short=N_("Duplicate: {unit}, by {issue_by}"),
)
issue_due = MessageKind(
    "licence.issue_due",
    N_("Duplicate not issued: {licence_number}"),
    N_(
        "{unit} has waited for the duplicate of {device} until {issue_by}, the day by which it was to be answered."
    ),
    (UNIT, DEVICE, LIMIT, LADDER_APPLIED, LADDER_ORIGINAL),
    SEVERITIES[Colour.YELLOW],
    buttons=("issue",),
    while_in_state=True,
    short=N_("Duplicate: {unit}, by {issue_by}"),
)
applied = MessageKind(
    "licence.applied",
    N_("It is the issuing authority's turn: {licence_number}"),
    N_(
        "The duplicate was applied for. Until it is issued or sent back, the issuing authority is reminded, not you."
    ),
    (UNIT, DEVICE, LIMIT),
    short=N_("Awaiting the authority: {licence_number}"),
)
sent_back = MessageKind(
    "licence.sent_back",
    N_("Sent back: licence {licence_number}"),
    N_(
        "The duplicate cannot be issued as applied for. The reason is on its page; please "
        "correct it and apply again by {limit}."
    ),
    (UNIT, DEVICE, LIMIT),
    SEVERITIES[Colour.YELLOW],
    buttons=("apply",),
    while_in_state=True,
)
issued = MessageKind(
    "licence.issued",
    N_("Duplicate issued: {licence_number}"),
    N_("Nothing is missing."),
    (UNIT, DEVICE),
)
extended = MessageKind(
    "licence.extended",
    N_("Time limit extended: {licence_number}"),
    N_("The new last day is {limit}. {missing_text}"),
    (UNIT, DEVICE, LIMIT),
)
limit_set = MessageKind(
    "licence.limit_set",
    N_("Time limit reset: {licence_number}"),
    N_("The issuing authority has set the last day to {limit}. {missing_text}"),
    (UNIT, DEVICE, LIMIT),
    SEVERITIES[Colour.YELLOW],
)
proposed = MessageKind(
    "licence.proposed",
    N_("Correction proposed: {licence_number}"),
    N_("{unit} asks for a correction. Please compare both sides, and approve or refuse it by {answer_by}."),
    (UNIT, DEVICE, FIELDS, ANSWER_BY),
    SEVERITIES[Colour.YELLOW],
    short=N_("Correction: {unit} by {answer_by}"),
)
proposal_due = MessageKind(
    "licence.proposal_due",
    N_("Correction not answered: {licence_number}"),
    N_("{unit} has waited for an answer until {answer_by}. Please approve or refuse the correction."),
    (UNIT, DEVICE, FIELDS, ANSWER_BY),
    SEVERITIES[Colour.YELLOW],
    short=N_("Correction: {unit} by {answer_by}"),
)
withdrawn = MessageKind(
    "licence.withdrawn",
    N_("Correction withdrawn: {licence_number}"),
    N_("There is nothing left to decide."),
    (UNIT, DEVICE),
)
corrected = MessageKind(
    "licence.corrected",
    N_("Corrected: licence {licence_number}"),
    N_(
        "The issuing authority has corrected the registered data. Old and new values are on "
        "the page. The time limit is {limit}."
    ),
    (UNIT, DEVICE, LIMIT),
)
refused = MessageKind(
    "licence.refused",
    N_("Correction refused: {licence_number}"),
    N_("The registered data is not changed. The reason is on the page."),
    (UNIT, DEVICE),
)
lapsed = MessageKind(
    "licence.lapsed",
    N_("Licence lapsed: {licence_number}"),
    N_(
        "The licence has lapsed. The device may not be bought or used under it. Please ask the issuing authority."
    ),
    (UNIT, DEVICE, LIMIT),
    SEVERITIES[Colour.RED],
)
lapsed_overseen = MessageKind(
    "licence.lapsed_overseen",
    N_("Licence lapsed: {licence_number}"),
    N_("The licence has lapsed; the unit was informed."),
    (UNIT, DEVICE, LIMIT),
)
