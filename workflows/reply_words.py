"""What the few words of an SMS mean. Pure. `T`, `TD`, `退订` are for the networks, and never a confirmation."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Words:
    """Which words a reply is understood by; letters' case does not matter."""

    acknowledge: tuple[str, ...]
    stop: tuple[str, ...]
    unsubscribe: tuple[str, ...]


class Meant(StrEnum):
    """What somebody wants."""

    ACKNOWLEDGE = "acknowledge"
    STOP = "stop"
    UNSUBSCRIBE = "unsubscribe"
    NAMED = "named"
    """Only which message is meant."""
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Understood:
    """What was meant, and the code that names a message, if there was one."""

    meant: Meant
    code: str = ""


_WITH_CODE = re.compile(r"(.+?)(?:\s+|(?<=\D))([0-9]{1,8})")
_CODE_ALONE = re.compile(r"[0-9]{3,8}")
_AROUND = " \t.,;:!?。，；：！？、\"'“”‘’"


def understood(said: str, words: Words) -> Understood:
    """`收到`, `1 0042`, `收到0042`, or the code alone, by which a message is named."""
    text = _plain(said)
    meant = _meant(text, words)
    if meant is not Meant.UNKNOWN:
        return Understood(meant)
    found = _WITH_CODE.fullmatch(text)
    if found and (named := _meant(found[1].strip(_AROUND), words)) is not Meant.UNKNOWN:
        return Understood(named, found[2])
    if _CODE_ALONE.fullmatch(text):
        return Understood(Meant.NAMED, text)
    return Understood(Meant.UNKNOWN)


def _meant(text: str, words: Words) -> Meant:
    for meant, known in (
        (Meant.UNSUBSCRIBE, words.unsubscribe),
        (Meant.ACKNOWLEDGE, words.acknowledge),
        (Meant.STOP, words.stop),
    ):
        if text in {_plain(word) for word in known}:
            return meant
    return Meant.UNKNOWN


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip(_AROUND)
