"""What the result codes of Tencent Cloud's calls mean (cloud.tencent.com document api/1128/51558)."""

from collections.abc import Mapping
from types import MappingProxyType

from notifier.channel import SendFailed, Verdict
from notifier.providers.meanings import Meaning, refusal
from notifier.providers.tencent.codes import meaning
from storage.texts import N_

_T, _P, _C, _R = Verdict.TEMPORARY, Verdict.PERMANENT, Verdict.CONFIGURATION, Verdict.RATE
_PARAMETERS = N_("The provider rejects the call's parameters")
_ACCOUNT = N_("The account may not make calls")

MEANINGS: Mapping[str, Meaning] = MappingProxyType(
    {
        "FailedOperation.ContainSensitiveWord": Meaning(_P, N_("The provider refuses a word of the call")),
        "FailedOperation.FailResolvePacket": Meaning(_P, _PARAMETERS),
        "FailedOperation.InvalidJsonParameters": Meaning(_P, _PARAMETERS),
        "FailedOperation.InvalidParameters": Meaning(_P, _PARAMETERS),
        "FailedOperation.JsonParseFail": Meaning(_P, _PARAMETERS),
        "FailedOperation.ParametersOtherError": Meaning(_T, N_("The provider could not make the call"), 60),
        "FailedOperation.InsufficientBalanceInVoicePackage": Meaning(
            _C, N_("The account has no credit left")
        ),
        "FailedOperation.PhonenumberUnappliedOrExpired": Meaning(
            _C, N_("The caller number does not belong to the account")
        ),
        "FailedOperation.TemplateIncorrectOrUnapproved": Meaning(
            _C, N_("The call's template is not approved"), of_message=True
        ),
        "InternalError.RequestTimeException": Meaning(_C, N_("This server's clock is wrong")),
        "InternalError.SigVerificationFail": Meaning(_C, N_("The access key of the account is refused")),
        "InvalidParameterValue.CalledNumberVerifyFail": Meaning(
            _P, N_("The provider does not call this number")
        ),
        "InvalidParameterValue.ContentLengthLimit": Meaning(_P, _PARAMETERS),
        "InvalidParameterValue.SdkAppidNotExist": Meaning(_C, _ACCOUNT),
        "UnauthorizedOperation.SdkAppidIsDisabled": Meaning(_C, _ACCOUNT),
        "UnauthorizedOperation.VoiceSdkAppidVerifyFail": Meaning(_C, _ACCOUNT),
        "UnauthorizedOperation.ServiceSuspendDueToArrears": Meaning(_C, N_("The account is out of service")),
        "UnsupportedOperation": Meaning(_C, _ACCOUNT),
        "LimitExceeded.DeliveryFrequencyLimit": Meaning(
            _R, N_("The number has reached the provider's rate limit"), 60
        ),
    }
)


def failure(code: str, words: str) -> SendFailed:
    """The typed failure for a result code. `words` is the provider's message, free of secrets."""
    return refusal(code, words, meaning(code, MEANINGS))
