"""What the result codes of Aliyun's SMS mean (help.aliyun.com document 101346).

A code that is in neither table is kept as it is and judged by its prefix.
"""

from collections.abc import Mapping
from types import MappingProxyType

from notifier.channel import SendFailed, Verdict
from notifier.providers.aliyun.codes import meaning
from notifier.providers.meanings import Meaning, refusal
from storage.texts import N_

_P, _C = Verdict.PERMANENT, Verdict.CONFIGURATION
_PARAMETERS = N_("The SMS provider rejects the message's parameters")
_NUMBER = N_("The SMS provider does not accept this number")
_SIGNATURE = N_("The SMS signature is not approved for this")
_SPENT = N_("The SMS account has used up its limit")
_TEMPLATE = N_("The SMS template is not approved")
_WORD = N_("The SMS provider refuses a word of the message")

MEANINGS: Mapping[str, Meaning] = MappingProxyType(
    {
        "isv.DAY_LIMIT_CONTROL": Meaning(_C, _SPENT),
        "isv.MONTH_LIMIT_CONTROL": Meaning(_C, _SPENT),
        "isv.MOBILE_NUMBER_ILLEGAL": Meaning(_P, _NUMBER),
        "isv.MOBILE_COUNT_OVER_LIMIT": Meaning(_P, _NUMBER),
        "isv.TEMPLATE_MISSING_PARAMETERS": Meaning(_P, _PARAMETERS),
        "isv.INVALID_PARAMETERS": Meaning(_P, _PARAMETERS),
        "isv.INVALID_JSON_PARAM": Meaning(_P, _PARAMETERS),
        "isv.PARAM_LENGTH_LIMIT": Meaning(_P, _PARAMETERS),
        "isv.PARAM_NOT_SUPPORT_URL": Meaning(_P, _PARAMETERS),
        "isv.EXTEND_CODE_ERROR": Meaning(_P, _PARAMETERS),
        "isv.TEMPLATE_PARAMS_ILLEGAL": Meaning(_P, _PARAMETERS),
        "isv.BLACK_KEY_CONTROL_LIMIT": Meaning(_P, _WORD),
        "isv.SMS_CONTENT_ILLEGAL": Meaning(_P, _WORD),
        "isv.SMS_TEMPLATE_ILLEGAL": Meaning(_C, _TEMPLATE, of_message=True),
        # A template for abroad, which serves no number of the mainland.
        "isv.DOMESTIC_NUMBER_NOT_SUPPORTED": Meaning(_C, _TEMPLATE, of_message=True),
        "isv.SMS_TEST_SIGN_TEMPLATE_LIMIT": Meaning(_C, _SIGNATURE),
        "isv.SMS_TEST_NUMBER_LIMIT": Meaning(_C, _SIGNATURE),
        "isv.SMS_SIGN_ILLEGAL": Meaning(_C, _SIGNATURE),
        "isv.SMS_SIGNATURE_ILLEGAL": Meaning(_C, _SIGNATURE),
        "isv.SMS_SIGNATURE_SCENE_ILLEGAL": Meaning(_C, _SIGNATURE),
        "isv.SIGN_STATE_ILLEGAL": Meaning(_C, _SIGNATURE),
        "isv.DENY_IP_RANGE": Meaning(_C, N_("This server's address may not use the SMS account")),
    }
)


def failure(code: str, words: str) -> SendFailed:
    """The typed failure for a result code. `words` is the provider's message, free of secrets."""
    return refusal(code, words, meaning(code, words, MEANINGS))
