"""Mobile numbers of mainland China, as people write them and as providers take them."""

from notifier.channel import SendFailed, Verdict
from storage.numbers import mobile
from storage.texts import N_


def checked_number(address: str) -> str:
    """The eleven digits of a mainland mobile number. Raises SendFailed (permanent) for anything else."""
    found = mobile(address)
    if found:
        return found
    raise SendFailed(Verdict.PERMANENT, "address", N_("This is not a mobile number of mainland China"))
