"""Unique device identifiers (UDI, 医疗器械唯一标识): is one that follows GS1 written without a slip? Pure.

GS1 General Specifications: the product's number (GTIN) has 14 digits, the last of which checks the others; in a
whole identifier it stands behind (01). Identifiers of the other issuers in China (MA, AHM) are taken as they are.
"""

import re

GTIN = re.compile(r"(?:\(01\)(\d*))|^(\d{14})$|^01(\d{14})(?=\D|1[0-7]|2[01]|$)", re.ASCII)
DIGITS = 14


def has_slip(udi: str) -> bool:
    """Does it claim to hold a GTIN that is none?"""
    found = GTIN.search(udi.replace(" ", ""))
    if found is None:
        return False
    gtin = next(part for part in found.groups() if part is not None)
    return len(gtin) != DIGITS or not _checks(gtin)


def _checks(gtin: str) -> bool:
    """Weights 3 and 1 in turn; all together are a multiple of ten."""
    return sum(int(digit) * (3 if nth % 2 == 0 else 1) for nth, digit in enumerate(gtin)) % 10 == 0
