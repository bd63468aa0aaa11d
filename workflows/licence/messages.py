"""What a licence tells. Texts are sources of the catalogues; places are filled by `rules.variables`."""

from collections.abc import Mapping

from storage.kinds import MessageKind
from storage.texts import N_
from workflows.licence.stages import SEVERITIES, Colour

LICENCE = (N_("Licence"), "{licence_number}")
UNIT = (N_("Unit"), "{unit}")
DEVICE = (N_("Device"), "{device}")
LIMIT = (N_("Time limit"), "{limit}")
MISSING = (N_("Missing"), "{missing_text}")

TITLES: Mapping[Colour, str] = {
    Colour.BLUE: N_("Blue reminder: licence {licence_number}"),
    Colour.YELLOW: N_("Yellow reminder: licence {licence_number}"),
    Colour.ORANGE: N_("Orange reminder: licence {licence_number}"),
    Colour.RED: N_("Red reminder: licence {licence_number}"),
}
SHORT: Mapping[Colour, str] = {
    Colour.BLUE: N_("Blue: licence {licence_number}"),
    Colour.YELLOW: N_("Yellow: licence {licence_number}"),
    Colour.ORANGE: N_("Orange: licence {licence_number}"),
    Colour.RED: N_("Red: licence {licence_number}"),
}
BEFORE = N_("{days} days are left until the time limit. {missing_text}")
AFTER = N_("The time limit passed {days_past} days ago. {missing_text}")


def reminder(colour: Colour) -> MessageKind:
    """The reminder of a colour."""
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


REMINDERS: Mapping[Colour, MessageKind] = {colour: reminder(colour) for colour in Colour}

registered = MessageKind(
    "licence.registered",
    N_("Licence registered: {licence_number}"),
    N_("The device is to be bought and its duplicate issued by {limit}."),
    (UNIT, DEVICE, LIMIT),
)
please_issue = MessageKind(
    "licence.please_issue",
    N_("Duplicate applied for: {licence_number}"),
    N_("Please compare the data with the device, and issue the duplicate."),
    (UNIT, DEVICE, LIMIT),
    SEVERITIES[Colour.YELLOW],
    buttons=("issue",),
    while_in_state=True,
)
sent_back = MessageKind(
    "licence.sent_back",
    N_("Sent back: licence {licence_number}"),
    N_(
        "The duplicate cannot be issued like this. The reason stands on its page; please correct it and apply again."
    ),
    (UNIT, DEVICE, LIMIT),
    SEVERITIES[Colour.YELLOW],
    buttons=("apply",),
    while_in_state=True,
)
issued = MessageKind(
    "licence.issued",
    N_("Duplicate issued: {licence_number}"),
    N_("Nothing is missing any more."),
    (UNIT, DEVICE),
)
extended = MessageKind(
    "licence.extended",
    N_("Time limit extended: {licence_number}"),
    N_("The new last day is {limit}. {missing_text}"),
    (UNIT, DEVICE, LIMIT),
)
lapsed = MessageKind(
    "licence.lapsed",
    N_("Licence lapsed: {licence_number}"),
    N_("The licence was declared lapsed. The device may not be bought or used under it."),
    (UNIT, DEVICE, LIMIT),
    SEVERITIES[Colour.RED],
)
