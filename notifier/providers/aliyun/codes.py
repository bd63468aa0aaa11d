"""What the codes mean that every service of Aliyun answers: those of its gateway, and of its flow control.

Source: the gateway's common codes; flow control names its window in the message alone (help.aliyun.com document 44335).
"""

from collections.abc import Mapping
from types import MappingProxyType

from notifier.channel import Verdict
from notifier.providers.meanings import Meaning
from storage.texts import N_

FLOW_CONTROL = "isv.BUSINESS_LIMIT_CONTROL"
_T, _P, _C, _R = Verdict.TEMPORARY, Verdict.PERMANENT, Verdict.CONFIGURATION, Verdict.RATE
CREDENTIALS = N_("The access key of the account is refused")
BUSY = N_("The provider is busy")
CLOCK = N_("This server's clock is wrong")
NO_RIGHT = N_("The access key lacks the right to send")
NO_CREDIT = N_("The account has no credit left")
STOPPED = N_("The account is out of service")
ELSEWHERE = N_("The server at this address is not the provider's")
_TOO_OFTEN = N_("The number has reached the provider's rate limit")
_FLOW = (("分钟", Meaning(_R, _TOO_OFTEN, 60)), ("小时", Meaning(_R, _TOO_OFTEN, 3600)))
# A day is a rolling one: so long later it is worth another try, where no other way is left.
_FLOW_OF_A_DAY = Meaning(_R, _TOO_OFTEN, 4 * 3600)
_UNKNOWN = Meaning(_T, N_("The provider answered with an unknown code"))
_UNKNOWN_REFUSAL = Meaning(_P, N_("The provider refused the message"))

GATEWAY: Mapping[str, Meaning] = MappingProxyType(
    {
        "Forbidden.RAM": Meaning(_C, NO_RIGHT),
        "InvalidAccessKeyId.NotFound": Meaning(_C, CREDENTIALS),
        "InvalidAccessKeyId.Inactive": Meaning(_C, CREDENTIALS),
        "SignatureDoesNotMatch": Meaning(_C, CREDENTIALS),
        "IncompleteSignature": Meaning(_C, CREDENTIALS),
        "InvalidTimeStamp.Expired": Meaning(_C, CLOCK),
        "InvalidAction.NotFound": Meaning(_C, ELSEWHERE),
        "InvalidVersion": Meaning(_C, ELSEWHERE),
        "SignatureNonceUsed": Meaning(_T, BUSY),
        "Throttling": Meaning(_R, BUSY, 5),
        "Throttling.User": Meaning(_R, BUSY, 5),
        "Throttling.Api": Meaning(_R, BUSY, 5),
        "ServiceUnavailable": Meaning(_T, BUSY),
        "InternalError": Meaning(_T, BUSY),
        "isp.SYSTEM_ERROR": Meaning(_T, BUSY),
        "isp.RAM_PERMISSION_DENY": Meaning(_C, NO_RIGHT),
        "isv.AMOUNT_NOT_ENOUGH": Meaning(_C, NO_CREDIT),
        "isv.OUT_OF_SERVICE": Meaning(_C, STOPPED),
        "isv.PRODUCT_UN_SUBSCRIPT": Meaning(_C, STOPPED),
        "isv.PRODUCT_UNSUBSCRIBE": Meaning(_C, STOPPED),
        "isv.ACCOUNT_ABNORMAL": Meaning(_C, STOPPED),
        "isv.ACCOUNT_NOT_EXISTS": Meaning(_C, CREDENTIALS),
    }
)


def is_passing(code: str) -> bool:
    """Is it known to be over soon? Whatever else is refused will be refused again."""
    known = GATEWAY.get(code)
    return known is not None and known.verdict in (Verdict.TEMPORARY, Verdict.RATE)


def meaning(code: str, words: str, own: Mapping[str, Meaning]) -> Meaning:
    """What a code means, by a service's `own` table before the common one; `words` is the message with it."""
    if code == FLOW_CONTROL:
        return next((row for window, row in _FLOW if window in words), _FLOW_OF_A_DAY)
    # isv: the caller's side, which the same message will not mend; anything else: the provider's.
    unknown = _UNKNOWN_REFUSAL if code.startswith("isv.") else _UNKNOWN
    return own.get(code) or GATEWAY.get(code) or unknown
