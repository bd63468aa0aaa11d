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
    short=N_(
        "Reply which ({open}) by the last digits of its number, as several messages wait for your answer"
    ),
)
HELP = MessageKind(
    "sms.help",
    title=N_("Your reply was not understood"),
    summary=N_("Reply {acknowledge} to confirm a message. Anything else is done on the page of the case."),
    severity=Severity.INFO,
    short=N_(
        "Your reply was not understood, please reply {acknowledge} to acknowledge, or open the platform"
    ),
)
NOTHING_OPEN = MessageKind(
    "sms.nothing_open",
    title=N_("No message is waiting for your reply"),
    summary=N_(
        "This message has already been handled, or is too old to be answered by SMS. Please open the platform."
    ),
    severity=Severity.INFO,
    short=N_("No message is waiting for your reply any more, please open the platform to see its status"),
)
NOT_YOURS = MessageKind(
    "sms.not_yours",
    title=N_("You have no message with this number"),
    summary=N_("Nothing was acknowledged. Please check the digits and reply again, or open the platform."),
    severity=Severity.NOTICE,
    informs=True,
    short=N_("You have no message with this number, please check its last digits and reply again"),
)
MOVED_ON = MessageKind(
    "sms.moved_on",
    title=N_("It no longer needs acknowledgement"),
    summary=N_("Marked as read. The case has changed in the meantime."),
    severity=Severity.INFO,
    short=N_("Your reply was received, but the case has changed, please open the platform to see its status"),
)
NOT_STOPPED = MessageKind(
    "sms.not_stopped",
    title=N_("This reminder cannot be muted"),
    summary=N_("Your organisation does not allow muting this kind of message by SMS."),
    severity=Severity.INFO,
    short=N_("This kind of message cannot be muted by SMS, please open the platform"),
)
REFUSED = MessageKind(
    "sms.refused",
    title=N_("Your reply did not acknowledge the case"),
    summary=N_("Marked as read. Please open the case to see what is left to do."),
    severity=Severity.NOTICE,
    informs=True,
    short=N_("Your reply was received, but the case is not acknowledged yet, please open the platform"),
)
KINDS = (WHICH, HELP, NOTHING_OPEN, NOT_YOURS, MOVED_ON, NOT_STOPPED, REFUSED)
