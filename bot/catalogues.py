"""The gettext catalogues, loaded once by the root and passed down.

The sources in the code are English; every other language has a catalogue.
"""

import gettext
from pathlib import Path

from storage.texts import Gettext, in_english

DEFAULT_LANGUAGE = "zh_CN"
SOURCE_LANGUAGE = "en"
TRANSLATED = ("zh_CN",)
FOLDER = Path(__file__).parent / "locale"


class CataloguesMissing(Exception):
    """The catalogues were not compiled; `make setup` does it."""


class Catalogues:
    """The texts in every language; Chinese for whoever has no other."""

    def __init__(self, by_language: dict[str, Gettext]) -> None:
        self._by_language = by_language

    @classmethod
    def load(cls, folder: Path = FOLDER) -> "Catalogues":
        """Read the compiled catalogues; raises `CataloguesMissing`."""
        try:
            read = {name: _reader(gettext.translation("messages", folder, [name])) for name in TRANSLATED}
        except FileNotFoundError:
            raise CataloguesMissing(f"no compiled catalogues in {folder}: run `make setup`") from None
        return cls({SOURCE_LANGUAGE: in_english, **read})

    def gettext(self, language: str | None) -> Gettext:
        """The translator for a language, or the default one."""
        return self._by_language.get(language or DEFAULT_LANGUAGE, self._by_language[DEFAULT_LANGUAGE])


def _reader(catalogue: gettext.NullTranslations) -> Gettext:
    """A source with a context stands in the catalogue as `P_` writes it; untranslated, it reads as English does."""
    return lambda source: in_english(catalogue.gettext(source))
