"""What WeCom's errcodes mean. Every error comes as HTTP 200, so only this number tells.

Source: the published error table (document 90313), of which those are here that our own calls can be answered with;
the frequency rules (document 90454); for smart robots (93006 and 8466xx) what their users report.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from notifier.channel import SendFailed, Verdict
from notifier.trim import one_line
from storage.texts import N_

STALE_TOKEN = frozenset({40001, 40014, 42001})
"""On an ordinary call: the token is no longer good, though its time may not be over."""
NOT_SUBSCRIBED = frozenset({846601, 846609})
"""On a robot's long connection: it stands, but WeCom takes nothing from it any more."""


@dataclass(frozen=True)
class Meaning:
    """One row of the table."""

    verdict: Verdict
    reason: str
    retry_after_s: float | None = None
    seen_before: bool = False


_T, _P, _C, _R = Verdict.TEMPORARY, Verdict.PERMANENT, Verdict.CONFIGURATION, Verdict.RATE
NOT_A_MEMBER = Meaning(_P, N_("The person is not a member in WeCom"))
UNLICENSED = Meaning(_P, N_("The person has no WeCom interface licence"))

_ROWS: tuple[tuple[Meaning, tuple[int, ...]], ...] = (
    (Meaning(_T, N_("WeCom is busy")), (-1, 6000)),
    (Meaning(_T, N_("WeCom keeps refusing the access token")), (40014, 42001)),
    (Meaning(_T, N_("WeCom no longer knows the uploaded file")), (40007,)),
    (Meaning(_T, N_("The robot is not connected at present")), tuple(sorted(NOT_SUBSCRIBED))),
    (Meaning(_R, N_("Too many calls to WeCom"), retry_after_s=60), (45009, 846607)),
    (Meaning(_R, N_("Too many calls to WeCom at the same time"), retry_after_s=2), (45033,)),
    (Meaning(_C, N_("The app's secret is wrong")), (40001, 40091, 41004)),
    (Meaning(_C, N_("The corporation's id is wrong")), (40013, 41002, 2000002)),
    (Meaning(_C, N_("The app's agent id is wrong")), (40056, 41011)),
    (Meaning(_C, N_("The request carried no access token")), (41001,)),
    (Meaning(_C, N_("The app has no callback address, so cards with buttons are refused")), (43012,)),
    (
        Meaning(_C, N_("The app may not use this interface")),
        (43009, 48002, 48003, 48004, 48005, 48006, 92001, 92002, 670001),
    ),
    (Meaning(_C, N_("The app is switched off in WeCom")), (50003, 90302, 90351)),
    (Meaning(_C, N_("The sign-in page's domain is not trusted by the app")), (50001, 80001, 85005)),
    (Meaning(_C, N_("The app may not see this person")), (50002, 60011, 60021, 92000, 660003)),
    (Meaning(_C, N_("This server's address is not among the app's trusted IPs")), (60020, 90308, 301042)),
    (Meaning(_C, N_("The group robot's key is wrong")), (93000,)),
    (Meaning(_C, N_("The robot is switched off, or not in its group any more")), (49008, 93004, 93008)),
    (Meaning(_C, N_("The agent id does not belong to this secret")), (301002,)),
    (NOT_A_MEMBER, (40003, 40031, 46004, 60111, 301021, 301061)),
    (Meaning(_P, N_("No recipient is in the app's visible range")), (81013,)),
    (
        Meaning(_P, N_("The person has to write to the robot once before it may write to them")),
        (40050, 86001, 86003, 93006),
    ),
    (Meaning(_P, N_("WeCom does not accept this kind of file")), (40004, 40005, 40123)),
    (Meaning(_P, N_("The file is too large or empty for WeCom")), (40006, 40009, 44001, 45001)),
    (Meaning(_P, N_("WeCom does not know this kind of message")), (40008,)),
    (Meaning(_P, N_("The sign-in code was already used or has expired")), (40029,)),
    (Meaning(_P, N_("The code was already used")), (42022,)),
    (Meaning(_P, N_("WeCom cannot read the characters of the message")), (40033,)),
    (
        Meaning(_P, N_("WeCom rejects a field of the message as invalid")),
        (40035, 40039, 40058, 40094, 40127, 42018, 45034),
    ),
    (
        Meaning(_P, N_("A field required by WeCom is missing in the message")),
        (40063, 41006, 41008, 41009, 41010, 41016, 41033, 42019, 42020, 81012, 82001),
    ),
    # Ours are well-formed, so it was used before: a card that is sent again after the hours of the duplicate check.
    (Meaning(_P, N_("WeCom refuses the card's task id"), seen_before=True), (42014,)),
    (Meaning(_P, N_("The card belongs to another app")), (42015,)),
    (Meaning(_P, N_("WeCom does not know the card")), (42016,)),
    (Meaning(_P, N_("WeCom does not know the card's button")), (42017,)),
    (Meaning(_P, N_("The message is empty")), (44004,)),
    (Meaning(_P, N_("The message is too long")), (45002,)),
    (Meaning(_P, N_("WeCom cannot read the message")), (47001,)),
    (Meaning(_P, N_("WeCom blocks these words")), (40201, 82004, 85002)),
    (Meaning(_P, N_("The response to a button press came too late")), (846605, 846608)),
)
MEANINGS: Mapping[int, Meaning] = {code: meaning for meaning, codes in _ROWS for code in codes}

# The published table has hundreds of codes and grows. A wrong guess of "permanent" loses a message, a wrong
# guess of "temporary" costs the few tries that the loop allows before it goes on to the next channel.
UNKNOWN = Meaning(Verdict.TEMPORARY, N_("WeCom answered with an unknown error"))


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
