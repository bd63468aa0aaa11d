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
    short=N_("Reply which: {open}"),
)
HELP = MessageKind(
    "sms.help",
    title=N_("Your reply was not understood"),
    summary=N_("Reply {acknowledge} to confirm a message. Anything else is done on the page of the case."),
    severity=Severity.INFO,
    short=N_("To confirm, reply {acknowledge}"),
)
NOT_STOPPED = MessageKind(
    "sms.not_stopped",
    title=N_("This reminder cannot be stopped"),
    summary=N_("Your organisation does not let this kind of message be stopped by SMS."),
    severity=Severity.INFO,
    short=N_("It cannot be stopped by SMS"),
)
REFUSED = MessageKind(
    "sms.refused",
    title=N_("Your reply did not acknowledge the case"),
    summary=N_("It is noted that you have read the message. Please open the case to see what is left to do."),
    severity=Severity.NOTICE,
    short=N_("The case is not acknowledged yet"),
)
KINDS = (WHICH, HELP, NOT_STOPPED, REFUSED)
