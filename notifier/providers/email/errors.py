"""What a mail server's refusals mean. Source: RFC 5321 4.2.1 and 4.2.2, RFC 4954 6."""

import ssl
from collections.abc import Sequence
from enum import StrEnum

import aiosmtplib

from notifier.channel import SendFailed, Verdict
from notifier.trim import one_line
from storage.texts import N_

# Sign-in wanted, refused, or only with encryption: whoever the recipient is, nothing will pass.
_SIGN_IN = frozenset({530, 534, 535, 538})
_FINAL = 500
_NO_SMTP = aiosmtplib.SMTPStatus.invalid_response
# The other side ended the encrypted connection, as any connection may end.
_ENDED = (ssl.SSLEOFError, ssl.SSLZeroReturnError)


class Stage(StrEnum):
    """How far a mail had come."""

    CONNECT = "connect"
    SENDER = "sender"
    RECIPIENT = "recipient"
    DATA = "data"


def failure(error: Exception, stage: Stage, secrets: Sequence[str] = ()) -> SendFailed:
    """The typed failure for what aiosmtplib, the socket or the time limit raised at `stage`.

    A server may repeat what was said while signing in: of its words the `secrets` are left out.
    """
    if isinstance(error, aiosmtplib.SMTPResponseException) and error.code != _NO_SMTP:
        verdict, reason = _refusal(error, stage)
        return SendFailed(verdict, str(error.code), reason, detail=_words(error.message, secrets))
    if stage is not Stage.CONNECT or _is_broken(error):
        return _broken(error, stage)
    # What is left: the server lacks STARTTLS or every way to sign in, or its certificate is not trusted.
    reason = N_("The mail server does not support what the settings require")
    return SendFailed(Verdict.CONFIGURATION, "smtp", reason, detail=_words(str(error), secrets))


def _is_broken(error: Exception) -> bool:
    """While connecting: did the connection end, or its certificate, its encryption or the settings not fit?"""
    if isinstance(error.__cause__ or error, ssl.SSLError):
        return isinstance(error.__cause__ or error, _ENDED)
    return isinstance(error, (ConnectionError, TimeoutError, aiosmtplib.SMTPResponseException))


def _refusal(error: aiosmtplib.SMTPResponseException, stage: Stage) -> tuple[Verdict, str]:
    final = error.code >= _FINAL
    if error.code in _SIGN_IN or (final and isinstance(error, aiosmtplib.SMTPAuthenticationError)):
        return Verdict.CONFIGURATION, N_("The mail server refused the sign-in")
    if not final or stage is Stage.CONNECT:
        return Verdict.TEMPORARY, N_("The mail server cannot accept it now")
    if stage is Stage.SENDER:
        return Verdict.CONFIGURATION, N_("The mail server refused the sender")
    return Verdict.PERMANENT, N_("The mail server refused the mail")


def _broken(error: Exception, stage: Stage) -> SendFailed:
    early = stage is Stage.CONNECT
    return SendFailed(
        Verdict.TEMPORARY,
        f"lost-at-{stage}",
        N_("The mail server cannot be reached") if early else N_("The mail server stopped responding"),
        detail=type(error).__name__,
        maybe_delivered=stage is Stage.DATA,
    )


def _words(text: str, secrets: Sequence[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, "***")
    return one_line(text)[:160]
