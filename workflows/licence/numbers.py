"""Numbers on a licence: its own, and the unified social credit code of the unit. Pure.

Licence number: 甲 or 乙, then province (2 digits), class (2), ladder (1) and serial (5), as the provincial systems
write it. Class codes after the catalogue of 2023 are not published, so an unknown one is no proof of a mistake.
Credit code: GB 32100-2015; some codes that were really given have a wrong check digit.
"""

import re

NUMBER = re.compile(r"[甲乙]\d{10}", re.ASCII)
CREDIT_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")

PROVINCES = frozenset(range(1, 33))
"""01 北京 … 10 江苏 … 31 新疆, 32 兵团."""

CLASSES = {"甲": frozenset({"01", "02", "03", "04"}), "乙": frozenset({"01", "02", "03", "04", "05", "06"})}
"""甲: heavy ion, proton, PET/MR, high-end radiotherapy. 乙: PET/CT, endoscopic surgery, CT, MR, linac, gamma knife."""

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def is_licence_number(number: str) -> bool:
    """Is it written as a licence number is, from a province that there is?"""
    return NUMBER.fullmatch(number) is not None and int(number[1:3]) in PROVINCES


def has_known_class(number: str) -> bool:
    """Is the class code of a well-formed number in the list?"""
    return number[3:5] in CLASSES[number[0]]


def category(number: str) -> str:
    """`A` for 甲类 (licensed by the national commission), `B` for 乙类 (by the provincial one)."""
    return "A" if number[0] == "甲" else "B"


def is_credit_code(code: str) -> bool:
    """Is it written as a unified social credit code is? The check digit is looked at by `check_digit_fits`."""
    return CREDIT_CODE.fullmatch(code) is not None


def check_digit_fits(code: str) -> bool:
    """Does the last character of a well-formed code follow from the others (modulus 31)?"""
    total = sum(ALPHABET.index(c) * weight for c, weight in zip(code, WEIGHTS, strict=False))
    return ALPHABET[-total % len(ALPHABET)] == code[-1]
