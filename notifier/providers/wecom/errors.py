"""What WeCom's errcodes mean. Every error comes as HTTP 200, so only this number tells.

Source: the published error table (document 90313) and the frequency rules (document 90454).
"""

from dataclasses import dataclass

from notifier.channel import SendFailed, Verdict
from notifier.trim import one_line
from storage.texts import N_

STALE_TOKEN = frozenset({40001, 40014, 42001})
"""On an ordinary call: the token is no longer good, though its time may not be over."""


@dataclass(frozen=True)
class Meaning:
    """One row of the table."""

    verdict: Verdict
    reason: str
    retry_after_s: float | None = None
    seen_before: bool = False


_T, _P, _C, _R = Verdict.TEMPORARY, Verdict.PERMANENT, Verdict.CONFIGURATION, Verdict.RATE

MEANINGS: dict[int, Meaning] = {
    -1: Meaning(_T, N_("WeCom is busy")),
    40001: Meaning(_C, N_("The app's secret is wrong")),
    40004: Meaning(_P, N_("WeCom does not take this kind of file")),
    40006: Meaning(_P, N_("The file is too large or empty for WeCom")),
    40007: Meaning(_T, N_("WeCom does not know the uploaded file any more")),
    40008: Meaning(_P, N_("WeCom does not know this kind of message")),
    40013: Meaning(_C, N_("The corporation's id is wrong")),
    40014: Meaning(_T, N_("WeCom keeps refusing the access token")),
    40029: Meaning(_P, N_("The sign-in code was used before or is too old")),
    40033: Meaning(_P, N_("WeCom cannot read the characters of the message")),
    40056: Meaning(_C, N_("The app's agent id is wrong")),
    40058: Meaning(_P, N_("WeCom calls a field of the message invalid")),
    40063: Meaning(_P, N_("WeCom misses a field of the message")),
    41001: Meaning(_C, N_("The request carried no access token")),
    42001: Meaning(_T, N_("WeCom keeps refusing the access token")),
    # Ours are well-formed, so it was used before: a card that is sent again after the hours of the duplicate check.
    42014: Meaning(_P, N_("WeCom refuses the card's task id"), seen_before=True),
    42015: Meaning(_P, N_("The card belongs to another app")),
    42016: Meaning(_P, N_("WeCom does not know the card")),
    42017: Meaning(_P, N_("WeCom does not know the card's button")),
    43012: Meaning(_C, N_("The app has no callback address, so cards with buttons are refused")),
    44004: Meaning(_P, N_("The message is empty")),
    45001: Meaning(_P, N_("The file is too large or empty for WeCom")),
    45002: Meaning(_P, N_("The message is too long")),
    45009: Meaning(_R, N_("Too many calls to WeCom"), retry_after_s=60),
    45033: Meaning(_R, N_("Too many calls to WeCom at the same time"), retry_after_s=2),
    46004: Meaning(_P, N_("The person is not a member in WeCom")),
    47001: Meaning(_P, N_("WeCom cannot read the message")),
    48002: Meaning(_C, N_("The app may not use this interface")),
    50001: Meaning(_C, N_("The sign-in page's domain is not trusted by the app")),
    60011: Meaning(_C, N_("The app may not see this person")),
    60020: Meaning(_C, N_("This server's address is not among the app's trusted IPs")),
    60111: Meaning(_P, N_("The person is not a member in WeCom")),
    81013: Meaning(_P, N_("No recipient is within the app's reach")),
    93000: Meaning(_C, N_("The group robot's key is wrong")),
    301002: Meaning(_C, N_("The agent id does not belong to this secret")),
}

# The published table has hundreds of codes and grows. A wrong guess of "permanent" loses a message, a wrong
# guess of "temporary" costs the few tries that the loop allows before it goes on to the next channel.
UNKNOWN = Meaning(Verdict.TEMPORARY, N_("WeCom answered with an unknown error"))

NOT_A_MEMBER = Meaning(Verdict.PERMANENT, N_("The person is not a member in WeCom"))
UNLICENSED = Meaning(Verdict.PERMANENT, N_("The person has no WeCom interface licence"))


def failure(errcode: int, errmsg: str) -> SendFailed:
    """The typed failure for an answer; `errmsg` must be free of secrets."""
    return failed(MEANINGS.get(errcode, UNKNOWN), str(errcode), errmsg)


def failed(meaning: Meaning, code: str, detail: str = "") -> SendFailed:
    """A failure with this meaning. `detail` is shortened for the ledger."""
    return SendFailed(
        meaning.verdict,
        code,
        meaning.reason,
        detail=one_line(detail)[:160],
        retry_after_s=meaning.retry_after_s,
        seen_before=meaning.seen_before,
    )
