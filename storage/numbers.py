"""Phone numbers of mainland China, as people write them and as they are kept."""

import re
import unicodedata

# Blanks, brackets, hyphens of every length, dots; and what cannot be seen at all.
_BETWEEN = re.compile(r"[\s()\[\]\-\u2010-\u2015\u2212_.·/]+")
_MOBILE = re.compile(r"(?:(?:\+|00)?86)?0?(1[3-9][0-9]{9})", re.ASCII)
_LIKE_A_MOBILE = re.compile(r"(?:\+86|0086|86)?1[3-9][0-9]{5,}|\+86.*|0086.*", re.ASCII)


def mobile(typed: str) -> str | None:
    """The eleven digits of a mobile number, however it was typed: +86, 0086, 86, blanks, brackets, wide digits.

    None for anything else.
    """
    found = _MOBILE.fullmatch(_bare(typed))
    return found[1] if found else None


def is_mistyped_mobile(typed: str) -> bool:
    """Does it begin like a mobile number and is none, for a digit too many or too few?"""
    bare = _bare(typed)
    return _LIKE_A_MOBILE.fullmatch(bare) is not None and _MOBILE.fullmatch(bare) is None


def spellings(number: str) -> list[str]:
    """The ways in which that number may be kept: an address stays as it was entered, with the country's code or not."""
    bare = mobile(number) or number.removeprefix("+").removeprefix("0086").removeprefix("86")
    return [prefix + bare for prefix in ("", "+86", "86", "0086")]


def _bare(typed: str) -> str:
    plain = unicodedata.normalize("NFKC", typed)
    seen = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    return _BETWEEN.sub("", seen)
