"""Marking and translating texts for people. English sources; the catalogues are loaded by the root."""

from collections.abc import Callable
from typing import Protocol

Gettext = Callable[[str], str]


def N_(source: str) -> str:  # noqa: N802 - gettext's customary name for "translate later"
    """Mark a source text for the catalogues without translating it here."""
    return source


class Texts(Protocol):
    """The loaded catalogues."""

    def gettext(self, language: str | None) -> Gettext:
        """The translator for a language, or for the default one."""
        ...


def translator(texts: Texts, language: str | None) -> Gettext:
    """The catalogue of a language; nothing stays nothing, where gettext would answer with its header."""
    gettext = texts.gettext(language)
    return lambda source: gettext(source) if source else ""
