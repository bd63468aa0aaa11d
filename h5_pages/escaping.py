"""Escapes what templates put out, and spends little on what needs no escaping: most names and words.

MarkupSafe makes an object of each text, which would keep it from being escaped once more. What is put out at once is
only joined to what stands around it, so it can stay the text that it is.
"""

import re
from typing import Any

from jinja2.compiler import CodeGenerator
from markupsafe import Markup, escape

SPECIAL = re.compile("""[&<>'"]""")


def escaped(value: Any) -> str:
    """The value as it stands in a page."""
    kind = type(value)
    if kind is Markup or (kind is str and not SPECIAL.search(value)):
        return value  # type: ignore[no-any-return]  # as the line above says, for less than isinstance
    return escape(value)


class EscapingGenerator(CodeGenerator):
    """Has the environment of a template escape what the template puts out, with the function above."""

    def _output_child_pre(self, *_: object) -> None:
        self.write("environment.escaped(")
