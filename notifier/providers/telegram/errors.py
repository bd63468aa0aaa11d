"""What the Bot API's errors mean for what happens next.

Source: core.telegram.org/bots/api, "Making requests" and "ResponseParameters". Descriptions are for people and
may change; those that are read here fall back to what their class of error means.
"""

from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, TelegramError

from notifier.channel import Blocked, SendFailed, Verdict
from notifier.trim import one_line
from storage.texts import N_

UNCHANGED = "message is not modified"
_NO_CHAT = ("chat not found", "user not found", "peer_id_invalid", "user is deactivated")
# Of a person's chat. A bare 403 may come from anybody on the way.
_WANTS_NOTHING = ("blocked by the user", "user is deactivated", "can't initiate conversation")
_UNKNOWN_CHAT = N_("Telegram does not know this chat")
_DETAIL_CHARS = 200


class NotSent(TelegramError):
    """No connection came about, so nothing was sent."""


class NoAnswer(TelegramError):
    """The request was sent, and nobody knows what became of it."""


class ProxyRefuses(TelegramError):
    """The proxy does not let us through, as it does not know us."""


class FloodWait(TelegramError):
    """Too many requests; `seconds` says how long to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__("Too Many Requests")
        self.seconds = seconds


class Moved(SendFailed):
    """The group has become a supergroup: another chat, of that id."""

    def __init__(self, chat_id: int) -> None:
        super().__init__(Verdict.PERMANENT, "400", _UNKNOWN_CHAT)
        self.chat_id = chat_id


def failure(error: TelegramError) -> SendFailed:
    """The failure as the notifier knows it, without the request and so without the token."""
    match error:
        case FloodWait():
            return SendFailed(
                Verdict.RATE, "429", N_("Too many messages to Telegram"), retry_after_s=error.seconds
            )
        case ProxyRefuses():
            return SendFailed(Verdict.CONFIGURATION, "407", N_("The proxy refuses the sign-in"))
        case NotSent():
            return SendFailed(Verdict.TEMPORARY, "connect", N_("Telegram cannot be reached"))
        case ChatMigrated() if isinstance(error.new_chat_id, int):
            return Moved(error.new_chat_id)
        case InvalidToken() | Forbidden() | BadRequest() | ChatMigrated():
            return _refused(error)
    return SendFailed(
        Verdict.TEMPORARY,
        "no-answer",
        N_("Telegram did not answer in time or failed"),
        detail=type(error).__name__,
        maybe_delivered=True,
    )


def is_unchanged(error: TelegramError) -> bool:
    """Did an edit fail only because the message looks so already?"""
    return isinstance(error, BadRequest) and UNCHANGED in error.message.lower()


def _refused(error: TelegramError) -> SendFailed:
    """Telegram's clear no."""
    detail = one_line(error.message)[:_DETAIL_CHARS]
    verdict, code, reason = Verdict.PERMANENT, "400", N_("Telegram refuses the message")
    if isinstance(error, InvalidToken):
        verdict, code, reason = Verdict.CONFIGURATION, "401", N_("The bot's token is wrong")
    elif isinstance(error, Forbidden):
        code, reason = "403", N_("The person has blocked the bot, or never started it")
        if any(words in error.message.lower() for words in _WANTS_NOTHING):
            return Blocked(code, reason, detail=detail)
    elif any(words in error.message.lower() for words in _NO_CHAT):
        reason = _UNKNOWN_CHAT
    return SendFailed(verdict, code, reason, detail=detail)
