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
    title=N_("No message waits for your reply"),
    summary=N_(
        "What you were sent has been dealt with, or is too old to be answered by SMS. Please open the platform."
    ),
    severity=Severity.INFO,
    short=N_("No message waits for your reply any more, please open the platform to see how it stands"),
)
NOT_YOURS = MessageKind(
    "sms.not_yours",
    title=N_("No message to you has this number"),
    summary=N_("Nothing was acknowledged. Please check the digits and reply again, or open the platform."),
    severity=Severity.NOTICE,
    informs=True,
    short=N_("No message to you has this number, please check its last digits and reply again"),
)
MOVED_ON = MessageKind(
    "sms.moved_on",
    title=N_("It needs no acknowledgement any more"),
    summary=N_("It is noted that you have read the message. The case has moved on meanwhile."),
    severity=Severity.INFO,
    short=N_("Your reply is noted, but the case has moved on, please open the platform to see how it stands"),
)
NOT_STOPPED = MessageKind(
    "sms.not_stopped",
    title=N_("This reminder cannot be stopped"),
    summary=N_("Your organisation does not let this kind of message be stopped by SMS."),
    severity=Severity.INFO,
    short=N_("This kind of message cannot be stopped by SMS, please open the platform"),
)
REFUSED = MessageKind(
    "sms.refused",
    title=N_("Your reply did not acknowledge the case"),
    summary=N_("It is noted that you have read the message. Please open the case to see what is left to do."),
    severity=Severity.NOTICE,
    informs=True,
    short=N_("Your reply is noted, but the case is not acknowledged yet, please open the platform"),
)
KINDS = (WHICH, HELP, NOTHING_OPEN, NOT_YOURS, MOVED_ON, NOT_STOPPED, REFUSED)
