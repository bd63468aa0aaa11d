"""What templates put out is escaped as Jinja itself does it, by less work."""

from enum import StrEnum
from typing import Any

import pytest
from jinja2 import Environment, UndefinedError
from markupsafe import Markup

from bot.catalogues import Catalogues
from h5_pages.render import Renderer
from h5_pages.statics import Statics
from storage.clock import RealClock

OURS = Renderer(Statics(), Catalogues.load(), RealClock()).environment("en")
THEIRS = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
TEMPLATE = """
{% macro named(x) %}<b title="{{ x }}">{{ x }}</b>{% endmacro %}
{% macro around() %}<p>{{ caller() }}</p>{% endmacro %}
{% set kept %}<i>{{ value }}</i>{% endset %}
{{ value }} {{ named(value) }} {{ kept }} {{ value|upper }} {{ value ~ "<" }} {{ "&" if value else value }}
{% for each in (value, "<b>") %}{{ each }}{% endfor %}{% call around() %}{{ value }}{% endcall %}
"""


class Html:
    def __html__(self) -> str:
        return "<hr>"


class Word(StrEnum):
    SIGN = "<x>"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "CT 1",
        "甲",
        "<",
        ">",
        "&",
        "'",
        '"',
        "a\n<b",
        Markup("<b>&amp;</b>"),
        Word.SIGN,
        Html(),
        7,
        1.5,
        None,
        ["<"],
    ],
)
def test_every_value_stands_in_a_page_as_jinja_would_put_it(value: Any) -> None:
    assert OURS.from_string(TEMPLATE).render(value=value) == THEIRS.from_string(TEMPLATE).render(value=value)


def test_a_name_that_nobody_gave_is_still_an_error() -> None:
    with pytest.raises(UndefinedError):
        OURS.from_string("{{ nothing }}").render()
