"""What the codes mean that every service of Tencent Cloud answers (cloud.tencent.com document api/382/38780)."""

from collections.abc import Mapping
from types import MappingProxyType

from notifier.channel import Verdict
from notifier.providers.meanings import Meaning
from storage.texts import N_

_T, _P, _C, _R = Verdict.TEMPORARY, Verdict.PERMANENT, Verdict.CONFIGURATION, Verdict.RATE
_BUSY = N_("The provider is busy")
_CREDENTIALS = N_("The access key of the account is refused")
_UNKNOWN = Meaning(_T, N_("The provider answered with an unknown code"))
_UNKNOWN_REFUSAL = Meaning(_P, N_("The provider refused the message"))

GATEWAY: Mapping[str, Meaning] = MappingProxyType(
    {
        "AuthFailure.SignatureExpire": Meaning(_C, N_("This server's clock is wrong")),
        "AuthFailure": Meaning(_C, _CREDENTIALS),
        "UnauthorizedOperation": Meaning(_C, N_("The access key lacks the right to send")),
        "InvalidAction": Meaning(_C, N_("The server at this address is not the provider's")),
        "NoSuchVersion": Meaning(_C, N_("The server at this address is not the provider's")),
        "UnsupportedRegion": Meaning(_C, N_("The account does not serve this region")),
        "UnsupportedOperation": Meaning(_C, N_("The account is not set up for this")),
        "IpInBlacklist": Meaning(_C, N_("This server's address may not use the account")),
        "IpNotInWhitelist": Meaning(_C, N_("This server's address may not use the account")),
        "RequestLimitExceeded": Meaning(_R, _BUSY, 5),
        "LimitExceeded": Meaning(_R, N_("The number has reached the provider's rate limit"), 60),
        "InternalError": Meaning(_T, _BUSY),
        "ResourceUnavailable": Meaning(_T, _BUSY),
        "ServiceUnavailable": Meaning(_T, _BUSY),
    }
)
# The caller's side, which the same message will not mend.
_REFUSALS = frozenset({"FailedOperation", "InvalidParameter", "InvalidParameterValue", "MissingParameter"})


def is_passing(code: str) -> bool:
    """Is it known to be over soon? Whatever else is refused will be refused again."""
    known = GATEWAY.get(code) or GATEWAY.get(code.split(".", 1)[0])
    return known is not None and known.verdict in (Verdict.TEMPORARY, Verdict.RATE)


def meaning(code: str, own: Mapping[str, Meaning]) -> Meaning:
    """What a code means: by a service's `own` table, then the common one, then by its family before the dot."""
    family = code.split(".", 1)[0]
    unknown = _UNKNOWN_REFUSAL if family in _REFUSALS else _UNKNOWN
    return own.get(code) or GATEWAY.get(code) or own.get(family) or GATEWAY.get(family) or unknown
