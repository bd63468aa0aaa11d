"""An SMS as it is read: the signature, then the approved text with its values."""

from collections.abc import Mapping

from notifier.providers.templates import Template, shortened
from notifier.trim import utf16_units

# What both providers take in all, the signature included.
MOST_UNITS = 500


def whole(sign_name: str, template: Template, values: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """The values, cut where all would be too long together, and the SMS. Raises SendFailed (configuration)."""

    def text(of: Mapping[str, str]) -> str:
        return f"【{sign_name}】{template.filled(of)}"

    cut = shortened(values, lambda of: utf16_units(text(of)) - MOST_UNITS)
    return cut, text(cut)
