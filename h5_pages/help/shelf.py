"""The manuals, each read when somebody first asks for it in that language."""

from h5_pages.help.book import Book, read_book
from h5_pages.languages import DEFAULT, LANGUAGES
from storage.texts import Texts
from workflows.registry import Registry


class Shelf:
    """A manual for each language."""

    def __init__(self, texts: Texts, workflows: Registry) -> None:
        self._texts = texts
        self._workflows = workflows
        self._books: dict[str, Book] = {}

    def book(self, language: str) -> Book:
        """The manual that somebody with this language reads."""
        language = language if language in LANGUAGES else DEFAULT
        if language not in self._books:
            self._books[language] = read_book(language, self._texts.gettext(language), self._workflows)
        return self._books[language]
