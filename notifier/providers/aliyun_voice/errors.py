"""What the result codes of Aliyun's calls mean (help.aliyun.com document 178344).

A code that is in neither table is kept as it is and judged by its prefix.
"""

from collections.abc import Mapping
from types import MappingProxyType

from notifier.channel import SendFailed, Verdict
from notifier.providers.aliyun.codes import meaning
from notifier.providers.meanings import Meaning, refusal
from storage.texts import N_

_T, _P, _C = Verdict.TEMPORARY, Verdict.PERMANENT, Verdict.CONFIGURATION
_PARAMETERS = N_("The provider rejects the call's parameters")
_NUMBER = N_("The provider does not call this number")
_TEMPLATE = N_("The call's template is not approved")
_CALLER = N_("The caller number does not belong to the account")
_NOT_NOW = N_("The provider does not call at this hour")
_CALL_FAILED = N_("The provider could not make the call")

MEANINGS: Mapping[str, Meaning] = MappingProxyType(
    {
        "isv.MOBILE_NUMBER_ILLEGAL": Meaning(_P, _NUMBER),
        "isv.MOBILE_COUNT_OVER_LIMIT": Meaning(_P, _NUMBER),
        "isv.COMPLAINT_REJECT": Meaning(_P, N_("The person or network refuses calls of this kind")),
        "isv.TEMPLATE_MISSING_PARAMETERS": Meaning(_P, _PARAMETERS),
        "isv.TEMPLATE_PARAMS_ILLEGAL": Meaning(_P, _PARAMETERS),
        "isv.INVALID_PARAMETERS": Meaning(_P, _PARAMETERS),
        "isv.PARAM_NOT_SUPPORT_URL": Meaning(_P, _PARAMETERS),
        "isv.PARAM_LENGTH_LIMIT": Meaning(_P, _PARAMETERS),
        "isv.BLACK_KEY_CONTROL_LIMIT": Meaning(_P, N_("The provider refuses a word of the call")),
        "isv.VOICE_ROBOT_NOT_PERIOD": Meaning(_P, _NOT_NOW),
        "isv.VOICE_CALL_PERIOD_ERROR": Meaning(_P, _NOT_NOW),
        "isv.TTS_TEMPLATE_ILLEGAL": Meaning(_C, _TEMPLATE, of_message=True),
        "isv.TEMPLATE_ILLEGAL": Meaning(_C, _TEMPLATE, of_message=True),
        "isv.DISPLAY_NUMBER_ILLEGAL": Meaning(_C, _CALLER),
        "isv.BILLID_NOT_EXIST": Meaning(_C, _CALLER),
        "isv.VOICE_CALL_FAIL": Meaning(_T, _CALL_FAILED, 60),
    }
)


def failure(code: str, words: str) -> SendFailed:
    """The typed failure for a result code. `words` is the provider's message, free of secrets."""
    return refusal(code, words, meaning(code, words, MEANINGS))
