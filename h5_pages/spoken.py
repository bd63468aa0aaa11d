"""Templates that already speak a language when they are compiled.

`t("…")` with a text in quotes is the same for every visitor of one language. Looking it up for each page again
was a tenth of the page's time, so it is translated where the template is compiled, once for each language; the
compiler then escapes it as well and joins it to the words around it.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from jinja2.ext import Extension
from jinja2.lexer import (
    TOKEN_COMMA,
    TOKEN_LPAREN,
    TOKEN_NAME,
    TOKEN_RPAREN,
    TOKEN_STRING,
    Token,
    TokenStream,
)

from storage.texts import Gettext

FILL = "fill"
"""What fills the parameters into a text that is translated already."""


def fill(text: str, **params: Any) -> str:
    """The text with its parameters."""
    return text.format(**params)


def spoken(gettext: Gettext) -> type[Extension]:
    """What makes an environment's templates speak the language of these texts."""

    class Spoken(Extension):
        """Of `t("…")` the translation is left, of `t("…", name=…)` that and the filling in."""

        def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
            return _translated(stream, gettext)

    return Spoken


def _translated(stream: TokenStream, gettext: Gettext) -> Iterator[Token]:
    held: list[Token] = []
    for token in chain(stream, [None]):
        if token is not None:
            held.append(token)
        while held and not _may_become_text(held):
            yield held.pop(0)
        if len(held) == len(CALL):
            yield from _text(held, gettext)
            held = []
    yield from held


def _may_become_text(held: list[Token]) -> bool:
    """Is this, as far as it is read, `t("…")` or the beginning of `t("…", …)`?"""
    fits = all(token.type in types for token, types in zip(held, CALL, strict=False))
    return fits and held[0].value == "t"


CALL = ((TOKEN_NAME,), (TOKEN_LPAREN,), (TOKEN_STRING,), (TOKEN_RPAREN, TOKEN_COMMA))


def _text(call: list[Token], gettext: Gettext) -> Iterator[Token]:
    name, opening, text, after = call
    translated = Token(text.lineno, TOKEN_STRING, gettext(text.value))
    if after.type == TOKEN_RPAREN:
        yield translated
    else:
        yield from (Token(name.lineno, TOKEN_NAME, FILL), opening, translated, after)
