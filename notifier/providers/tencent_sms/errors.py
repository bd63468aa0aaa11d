"""What the result codes of Tencent Cloud's SMS mean (cloud.tencent.com document 382/52075).

A code that is in no table is kept as it is and judged by its family, the word before the dot.
"""

from collections.abc import Mapping
from types import MappingProxyType

from notifier.channel import SendFailed, Verdict
from notifier.providers.meanings import Meaning, refusal
from notifier.providers.tencent.codes import meaning
from storage.texts import N_

_P, _C, _R = Verdict.PERMANENT, Verdict.CONFIGURATION, Verdict.RATE
_PARAMETERS = N_("The SMS provider rejects the message's parameters")
_NUMBER = N_("The SMS provider does not accept this number")
_SIGNATURE = N_("The SMS signature is not approved for this")
_TEMPLATE = N_("The SMS template is not approved")
_WORD = N_("The SMS provider refuses a word of the message")
_SPENT = N_("The SMS account has used up its limit")
_CREDIT = N_("The account has no credit left")
_STOPPED = N_("The account is out of service")
_APP = N_("The SMS application is not the account's own")
_TOO_OFTEN = N_("The number has reached the provider's rate limit")
# A day is a rolling one: so long later it is worth another try, where no other way is left.
A_DAYS_LIMIT_S = 4 * 3600.0

MEANINGS: Mapping[str, Meaning] = MappingProxyType(
    {
        "LimitExceeded.DeliveryFrequencyLimit": Meaning(_R, _TOO_OFTEN, 60),
        "LimitExceeded.PhoneNumberThirtySecondLimit": Meaning(_R, _TOO_OFTEN, 30),
        "LimitExceeded.PhoneNumberOneHourLimit": Meaning(_R, _TOO_OFTEN, 3600),
        "LimitExceeded.PhoneNumberDailyLimit": Meaning(_R, _TOO_OFTEN, A_DAYS_LIMIT_S),
        "LimitExceeded.PhoneNumberSameContentDailyLimit": Meaning(_R, _TOO_OFTEN, A_DAYS_LIMIT_S),
        "LimitExceeded.GlobalSmsSendingRateLimit": Meaning(_R, N_("The provider is busy"), 5),
        "LimitExceeded.AppDailyLimit": Meaning(_C, _SPENT),
        "LimitExceeded.AppGlobalDailyLimit": Meaning(_C, _SPENT),
        "LimitExceeded.AppMainlandChinaDailyLimit": Meaning(_C, _SPENT),
        "LimitExceeded.DailyLimit": Meaning(_C, _SPENT),
        "LimitExceeded.PhoneNumberCountLimit": Meaning(_P, _PARAMETERS),
        "FailedOperation.SignatureIncorrectOrUnapproved": Meaning(_C, _SIGNATURE),
        "FailedOperation.MissingSignature": Meaning(_C, _SIGNATURE),
        "InvalidParameterValue.SignExistAndUnapproved": Meaning(_C, _SIGNATURE),
        "FailedOperation.TemplateIncorrectOrUnapproved": Meaning(_C, _TEMPLATE, of_message=True),
        "FailedOperation.TemplateUnapprovedOrNotExist": Meaning(_C, _TEMPLATE, of_message=True),
        "FailedOperation.TemplateIdNotExist": Meaning(_C, _TEMPLATE, of_message=True),
        "FailedOperation.TemplateParamSetNotMatchApprovedTemplate": Meaning(_C, _TEMPLATE, of_message=True),
        "FailedOperation.InsufficientBalanceInSmsPackage": Meaning(_C, _CREDIT),
        "UnauthorizedOperation.ServiceSuspendDueToArrears": Meaning(_C, _CREDIT),
        "UnauthorizedOperation.SdkAppIdIsDisabled": Meaning(_C, _STOPPED),
        "UnauthorizedOperation.SmsSdkAppIdVerifyFail": Meaning(_C, _APP),
        "InvalidParameterValue.SdkAppIdNotExist": Meaning(_C, _APP),
        "UnauthorizedOperation.RequestIpNotInWhitelist": Meaning(
            _C, N_("This server's address may not use the account")
        ),
        "UnsupportedOperation.UnsupportedRegion": Meaning(_C, N_("The account does not serve this region")),
        "UnsupportedOperation.GlobalTemplateToChineseMainlandPhone": Meaning(_C, _TEMPLATE, of_message=True),
        "FailedOperation.MarketingSendTimeConstraint": Meaning(_C, _TEMPLATE, of_message=True),
        "InternalError.SigVerificationFail": Meaning(_C, N_("The access key of the account is refused")),
        "InternalError.RequestTimeException": Meaning(_C, N_("This server's clock is wrong")),
        "FailedOperation.PhoneNumberInBlacklist": Meaning(_P, _NUMBER),
        "FailedOperation.PhoneNumberParseFail": Meaning(_P, _NUMBER),
        "InvalidParameterValue.IncorrectPhoneNumber": Meaning(_P, _NUMBER),
        "FailedOperation.ContainSensitiveWord": Meaning(_P, _WORD),
        "InvalidParameterValue.ContentLengthLimit": Meaning(_P, _PARAMETERS),
        "InvalidParameterValue.TemplateParameterFormatError": Meaning(_P, _PARAMETERS),
        "InvalidParameterValue.TemplateParameterLengthLimit": Meaning(_P, _PARAMETERS),
        "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter": Meaning(_P, _PARAMETERS),
        "FailedOperation.FailResolvePacket": Meaning(_P, _PARAMETERS),
    }
)


def failure(code: str, words: str) -> SendFailed:
    """The typed failure for a result code. `words` is the provider's message, free of secrets."""
    return refusal(code, words, meaning(code, MEANINGS))
