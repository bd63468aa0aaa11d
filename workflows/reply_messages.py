"""What somebody is told who answered an SMS in a way that cannot be taken as it is."""

from storage.kinds import MessageKind, Severity
from storage.texts import N_

WHICH = MessageKind(
    "sms.which",
    title=N_("Which message do you mean?"),
    summary=N_(
        "Several messages wait for your answer. Reply the last digits of the number you mean: {open}."
    ),
    severity=Severity.NOTICE,
    informs=True,
    short=N_("Reply one of these: {open}"),
)
HELP = MessageKind(
    "sms.help",
    title=N_("Your reply was not understood"),
    summary=N_("Reply {acknowledge} to confirm a message. Anything else is done on the page of the case."),
    severity=Severity.INFO,
    short=N_("Reply {acknowledge} or open the platform"),
)
NOTHING_OPEN = MessageKind(
    "sms.nothing_open",
    title=N_("No message is waiting for your reply"),
    summary=N_(
        "This message has already been handled, or is too old to be answered by SMS. Please open the platform."
    ),
    severity=Severity.INFO,
    short=N_("Nothing is waiting for your reply"),
)
NOT_YOURS = MessageKind(
    "sms.not_yours",
    title=N_("You have no message with this number"),
    summary=N_("Nothing was acknowledged. Please check the digits and reply again, or open the platform."),
    severity=Severity.NOTICE,
    informs=True,
    short=N_("No message of yours has this number"),
)
MOVED_ON = MessageKind(
    "sms.moved_on",
    title=N_("It no longer needs acknowledgement"),
    summary=N_("Marked as read. The case has changed in the meantime."),
    severity=Severity.INFO,
    short=N_("Noted, but the case was updated"),
)
NOT_STOPPED = MessageKind(
    "sms.not_stopped",
    title=N_("This reminder cannot be muted"),
    summary=N_("Your organisation does not allow muting this kind of message by SMS."),
    severity=Severity.INFO,
    short=N_("This cannot be stopped by SMS"),
)
REFUSED = MessageKind(
    "sms.refused",
    title=N_("Your reply did not acknowledge the case"),
    summary=N_("Marked as read. Please open the case to see what is left to do."),
    severity=Severity.NOTICE,
    informs=True,
    short=N_("Noted, but not acknowledged yet"),
)
KINDS = (WHICH, HELP, NOTHING_OPEN, NOT_YOURS, MOVED_ON, NOT_STOPPED, REFUSED)
