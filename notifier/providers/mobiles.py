"""Mobile numbers of mainland China, as people write them and as providers take them."""

import re

from notifier.channel import SendFailed, Verdict
from storage.texts import N_

_NUMBER = re.compile(r"(?:\+86|0086|86)?(1[3-9][0-9]{9})")


def checked_number(address: str) -> str:
    """The eleven digits of a mainland mobile number. Raises SendFailed (permanent) for anything else."""
    found = _NUMBER.fullmatch(address)
    if found:
        return found[1]
    raise SendFailed(Verdict.PERMANENT, "address", N_("This is not a mobile number of mainland China"))
