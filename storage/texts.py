"""Marking and translating texts for people. English sources; the catalogues are loaded by the root."""

from collections.abc import Callable
from typing import Protocol

Gettext = Callable[[str], str]
CONTEXT_ENDS = "\x04"
"""What parts a context from its source in compiled catalogues (GNU gettext, "MO files")."""


def N_(source: str) -> str:  # noqa: N802 - gettext's customary name for "translate later"
    """Mark a source text for the catalogues without translating it here."""
    return source


def P_(context: str, source: str) -> str:  # noqa: N802 - as above, of pgettext
    """Mark a source text that means something else elsewhere; `context` says for translators which one this is."""
    return f"{context}{CONTEXT_ENDS}{source}"


def in_english(source: str) -> str:
    """A source text as English readers see it: without its context."""
    return source.rpartition(CONTEXT_ENDS)[2]


class Texts(Protocol):
    """The loaded catalogues."""

    def gettext(self, language: str | None) -> Gettext:
        """The translator for a language, or for the default one."""
        ...


def translator(texts: Texts, language: str | None) -> Gettext:
    """The catalogue of a language; nothing stays nothing, where gettext would answer with its header."""
    gettext = texts.gettext(language)
    return lambda source: gettext(source) if source else ""
