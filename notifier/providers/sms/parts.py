"""How many parts an SMS takes, and what they cost. Source: help.aliyun.com document 44335."""

from decimal import Decimal
from math import ceil

from notifier.trim import utf16_units

_ONE_PART, _EACH_PART = 70, 67


def parts_of(text: str) -> int:
    """The parts that are sent and paid: one of up to 70 UTF-16 units, else of 67 each."""
    length = utf16_units(text)
    return 1 if length <= _ONE_PART else ceil(length / _EACH_PART)


def cost_of(parts: int, price: Decimal | None) -> Decimal | None:
    """What so many parts cost, in CNY; None where the account names no price of a part."""
    return None if price is None else parts * price
