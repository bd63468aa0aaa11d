"""The digits that a provider adds to its own number, so that a reply says which SMS it answers."""

import re

from notifier.channel import Content
from storage.kinds import Severity

MOST_DIGITS = 8
# Where the provider adds none: by these digits a person may still name the message in words.
_DIGITS_OF_OUR_OWN = 4
_ASKING = frozenset({Severity.URGENT, Severity.CRITICAL})


def code_for(content: Content, digits: int) -> str | None:
    """The code of an SMS that asks for something; None for one that only informs.

    Made of the message's number, so that it comes round only after all others, and is the same at every provider.
    """
    if not (content.buttons or content.severity in _ASKING):
        return None
    digits = digits or _DIGITS_OF_OUR_OWN
    number = re.search(r"[0-9]+", content.unique_id)
    return f"{int(number[0]) if number else 0:0{digits}}"[-digits:]
