"""Numbers on a licence: its own, and the unified social credit code of the unit. Pure.

Licence number: 甲 or 乙, then province (2 digits), class (2), ladder (1) and serial (5), as the provincial systems
write it. Class codes after the catalogue of 2023 are not published, so an unknown one is no proof of a mistake.
Credit code: GB 32100-2015; some codes that were really given have a wrong check digit.
"""

import itertools
import math
import re
import unicodedata

NUMBER = re.compile(r"[甲乙]\d{10}", re.ASCII)
CREDIT_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")

PROVINCES = frozenset(range(1, 33))
"""01 北京 … 10 江苏 … 31 新疆, 32 兵团."""

CLASSES = {"甲": frozenset({"01", "02", "03", "04"}), "乙": frozenset({"01", "02", "03", "04", "05", "06"})}
"""甲: heavy ion, proton, PET/MR, high-end radiotherapy. 乙: PET/CT, endoscopic surgery, CT, MR, linac, gamma knife."""

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ORGANISATION_CODE = re.compile(r"[0-9A-Z]{8}[0-9X]")
FORMER_LENGTH, FORMER_WEIGHTS = 9, (3, 7, 9, 10, 5, 8, 4, 2)
CODE_LENGTH, REGION_PLACES, MOST_READINGS = 18, range(2, 8), 4096
# Left out of the alphabet since they look like others; L is in it, and often a 1 typed as a small letter.
LETTERS_FOR = {"I": "1", "O": "0", "Z": "2", "S": "5", "V": "UYW", "L": "L1"}
DIGITS_FOR = {"I": "1", "L": "1", "O": "0", "D": "0", "Q": "0", "Z": "2", "S": "5", "B": "8", "G": "6"}
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
    """Is it written as a unified social credit code is? The check digit is looked at by `check_digit_fits`.

    The nine characters of the organisation itself (GB 11714) are never all zero, though the check digit fits then.
    """
    return CREDIT_CODE.fullmatch(code) is not None and code[8:17].strip("0") != ""


def tidy_credit_code(typed: str) -> str:
    """In capital letters and narrow digits, without the blanks and hyphens of a printed form."""
    return re.sub(r"[\s\-\u2010-\u2015]", "", unicodedata.normalize("NFKC", typed)).upper()


def likely_credit_code(typed: str) -> str | None:
    """The one code that was probably meant: letters mistaken for others read anew, if the check digit then fits.

    None when there is none, or more than one.
    """
    code = tidy_credit_code(typed)
    if len(code) != CODE_LENGTH:
        return None
    read = [_readings(c, nth) for nth, c in enumerate(code)]
    if math.prod(map(len, read)) > MOST_READINGS:
        return None
    codes = {
        made
        for made in map("".join, itertools.product(*read))
        if is_credit_code(made) and check_digit_fits(made)
    }
    return codes.pop() if len(codes) == 1 else None


def _readings(character: str, place: int) -> str:
    """What may stand there: digits where the region is, and no letter that the standard leaves out."""
    if place in REGION_PLACES:
        return character if character.isdecimal() else DIGITS_FOR.get(character, character)
    return LETTERS_FOR.get(character, character)


def is_organisation_code(code: str) -> bool:
    """Is it written as a former organisation code is (GB 11714: eight characters and one that checks them)?"""
    return ORGANISATION_CODE.fullmatch(code) is not None and code[:8].strip("0") != ""


def check_digit_fits(code: str) -> bool:
    """Does the last character of a well-formed code follow from the others (modulus 31, or 11 of a former code)?"""
    if len(code) == FORMER_LENGTH:
        values = ("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(c) for c in code[:-1])
        total = sum(value * weight for value, weight in zip(values, FORMER_WEIGHTS, strict=True))
        return "0123456789X"[-total % 11] == code[-1]
    total = sum(ALPHABET.index(c) * weight for c, weight in zip(code, WEIGHTS, strict=False))
    return ALPHABET[-total % len(ALPHABET)] == code[-1]
