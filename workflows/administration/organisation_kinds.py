"""Kinds of organisations (机构类别): what may stand below what, and which code each has. Pure.

Regions have their code of GB/T 2260, hospitals their unified social credit code (GB 32100-2015), departments
whatever the hospital uses. A code that is well formed and odd can be right all the same: some credit codes
that were really given have a wrong check digit, and a province may govern a county-level city directly.
"""

import re
from enum import StrEnum

from storage.texts import N_
from workflows.licence.code_faults import NOT_A_CREDIT_CODE
from workflows.licence.numbers import check_digit_fits, is_credit_code


class Kind(StrEnum):
    """What an organisation is."""

    NATION = "nation"
    PROVINCE = "province"
    CITY = "city"
    HOSPITAL = "hospital"
    DEPARTMENT = "department"


KIND_LABELS: dict[str, str] = {
    Kind.NATION: N_("National authority"),
    Kind.PROVINCE: N_("Provincial authority"),
    Kind.CITY: N_("City authority"),
    Kind.HOSPITAL: N_("Hospital"),
    Kind.DEPARTMENT: N_("Department"),
}

BELOW: dict[str, tuple[Kind, ...]] = {
    Kind.NATION: (Kind.PROVINCE, Kind.HOSPITAL),
    Kind.PROVINCE: (Kind.CITY, Kind.HOSPITAL),
    Kind.CITY: (Kind.HOSPITAL,),
    Kind.HOSPITAL: (Kind.DEPARTMENT,),
    Kind.DEPARTMENT: (Kind.DEPARTMENT,),
}
"""What may stand below each kind. Some hospitals belong to the province or the nation directly."""

REGIONS = (Kind.PROVINCE, Kind.CITY)
REGION = re.compile(r"\d{6}", re.ASCII)
PROVINCE_CODES = frozenset(
    str(code)
    for code in (
        *range(11, 16),
        *range(21, 24),
        *range(31, 38),
        *range(41, 47),
        *range(50, 55),
        *range(61, 66),
        71,
        81,
        82,
    )
)

NOT_A_REGION = N_("A region's code has 6 digits (GB/T 2260), for example 320100.")
WRONG_CHECK_DIGIT = N_(
    "The check digit of this code does not match. Please correct the code, or say why it is right."
)
UNUSUAL_REGION = N_("This is not the code of such a region. Please correct it, or say why it is right.")
IN_USE = N_("Another organisation has this code. Please correct it, or say why it is right.")


def malformed(kind: str, code: str) -> str | None:
    """Why the code cannot be one (a source text), or None."""
    if kind in REGIONS and not REGION.fullmatch(code):
        return NOT_A_REGION
    return NOT_A_CREDIT_CODE if kind == Kind.HOSPITAL and not is_credit_code(code) else None


def unusual(kind: str, code: str, parent_code: str | None) -> str | None:
    """Why a well-formed code is probably a slip (a source text), or None."""
    if kind == Kind.HOSPITAL:
        return None if check_digit_fits(code) else WRONG_CHECK_DIGIT
    if kind not in REGIONS:
        return None
    fits = code.endswith("0000") if kind == Kind.PROVINCE else code.endswith("00") and code[2:4] != "00"
    at_home = kind == Kind.PROVINCE or not parent_code or code[:2] == parent_code[:2]
    return None if code[:2] in PROVINCE_CODES and fits and at_home else UNUSUAL_REGION
