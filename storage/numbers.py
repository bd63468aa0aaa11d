"""Mobile numbers of mainland China, as they may have been entered."""


def spellings(number: str) -> list[str]:
    """The ways in which that number may be kept: an address stays as it was entered, with the country's code or not."""
    bare = number.removeprefix("+").removeprefix("0086").removeprefix("86")
    return [prefix + bare for prefix in ("", "+86", "86", "0086")]
