"""What Aliyun's result codes mean.

Source: the published table of SMS codes (help.aliyun.com document 101346), the flow rules (document 44335),
and the common codes of the gateway. A code that is not here is kept as it is and judged by its prefix.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from notifier.channel import SendFailed, Verdict
from notifier.trim import one_line
from storage.texts import N_

OK = "OK"
FLOW_CONTROL = "isv.BUSINESS_LIMIT_CONTROL"
_CODE_LENGTH, _WORDS_LENGTH = 64, 160


@dataclass(frozen=True)
class Meaning:
    """One row of the table."""

    verdict: Verdict
    reason: str
    retry_after_s: float | None = None


_T, _P, _C, _R = Verdict.TEMPORARY, Verdict.PERMANENT, Verdict.CONFIGURATION, Verdict.RATE
_PARAMETERS = N_("The SMS provider calls the message's parameters wrong")
_CREDENTIALS = N_("The SMS account's access key is refused")
_BUSY = N_("The SMS provider is busy")
_NUMBER = N_("The SMS provider does not take this number")
_SIGNATURE = N_("The SMS signature is not approved for this")
_SPENT = N_("The SMS account has used up its limit")

MEANINGS: Mapping[str, Meaning] = MappingProxyType(
    {
        "isv.DAY_LIMIT_CONTROL": Meaning(_C, _SPENT),
        "isv.MONTH_LIMIT_CONTROL": Meaning(_C, _SPENT),
        "isp.SYSTEM_ERROR": Meaning(_T, _BUSY),
        "isv.MOBILE_NUMBER_ILLEGAL": Meaning(_P, _NUMBER),
        "isv.MOBILE_COUNT_OVER_LIMIT": Meaning(_P, _NUMBER),
        "isv.TEMPLATE_MISSING_PARAMETERS": Meaning(_P, _PARAMETERS),
        "isv.INVALID_PARAMETERS": Meaning(_P, _PARAMETERS),
        "isv.INVALID_JSON_PARAM": Meaning(_P, _PARAMETERS),
        "isv.PARAM_LENGTH_LIMIT": Meaning(_P, _PARAMETERS),
        "isv.PARAM_NOT_SUPPORT_URL": Meaning(_P, _PARAMETERS),
        "isv.EXTEND_CODE_ERROR": Meaning(_P, _PARAMETERS),
        "isv.BLACK_KEY_CONTROL_LIMIT": Meaning(_P, N_("The SMS provider refuses a word of the message")),
        "isv.AMOUNT_NOT_ENOUGH": Meaning(_C, N_("The SMS account has no credit left")),
        "isv.OUT_OF_SERVICE": Meaning(_C, N_("The SMS account is out of service")),
        "isv.SMS_TEMPLATE_ILLEGAL": Meaning(_C, N_("The SMS template is not approved")),
        "isv.SMS_SIGNATURE_ILLEGAL": Meaning(_C, _SIGNATURE),
        "isv.SMS_SIGNATURE_SCENE_ILLEGAL": Meaning(_C, _SIGNATURE),
        "isv.SIGN_STATE_ILLEGAL": Meaning(_C, _SIGNATURE),
        "isv.DENY_IP_RANGE": Meaning(_C, N_("This server's address may not use the SMS account")),
        "isp.RAM_PERMISSION_DENY": Meaning(_C, N_("The access key lacks the right to send SMS")),
        "Forbidden.RAM": Meaning(_C, N_("The access key lacks the right to send SMS")),
        "InvalidAccessKeyId.NotFound": Meaning(_C, _CREDENTIALS),
        "InvalidAccessKeyId.Inactive": Meaning(_C, _CREDENTIALS),
        "SignatureDoesNotMatch": Meaning(_C, _CREDENTIALS),
        "IncompleteSignature": Meaning(_C, _CREDENTIALS),
        "InvalidTimeStamp.Expired": Meaning(_C, N_("This server's clock is wrong")),
        "SignatureNonceUsed": Meaning(_T, _BUSY),
        "Throttling": Meaning(_R, _BUSY, 5),
        "Throttling.User": Meaning(_R, _BUSY, 5),
        "Throttling.Api": Meaning(_R, _BUSY, 5),
        "ServiceUnavailable": Meaning(_T, _BUSY),
        "InternalError": Meaning(_T, _BUSY),
    }
)

# The windows are named in the message alone: minutes and hours pass soon, a day is too long to wait.
_TOO_OFTEN = N_("The number has had as many SMS as the provider allows")
_FLOW = (("分钟", Meaning(_R, _TOO_OFTEN, 60)), ("小时", Meaning(_R, _TOO_OFTEN, 3600)))
_FLOW_OF_A_DAY = Meaning(_P, _TOO_OFTEN)
_UNKNOWN = Meaning(_T, N_("The SMS provider answered with an unknown code"))
_UNKNOWN_REFUSAL = Meaning(_P, N_("The SMS provider refused the message"))


def failure(code: str, words: str) -> SendFailed:
    """The typed failure for a result code. `words` is the provider's message, free of secrets."""
    meaning = _meaning(code, words)
    return SendFailed(
        meaning.verdict,
        one_line(code)[:_CODE_LENGTH],
        meaning.reason,
        detail=one_line(words)[:_WORDS_LENGTH],
        retry_after_s=meaning.retry_after_s,
    )


def _meaning(code: str, words: str) -> Meaning:
    if code == FLOW_CONTROL:
        return next((meaning for window, meaning in _FLOW if window in words), _FLOW_OF_A_DAY)
    # isv: the caller's side, which the same message will not mend; anything else: the provider's.
    return MEANINGS.get(code) or (_UNKNOWN_REFUSAL if code.startswith("isv.") else _UNKNOWN)
