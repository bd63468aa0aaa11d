"""Approved templates of text messages and calls: fixed wordings with places, and what fills them within their lengths.

Sources: template and variable rules of Aliyun (help.aliyun.com documents 463270, 3041859, 414170), and of Tencent
Cloud (cloud.tencent.com document 382/39023). What goes out by a template informs; it carries no link and no button.
"""

import re
from collections.abc import Callable, Mapping
from typing import Annotated, ClassVar, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from notifier.channel import Content, SendFailed, Verdict
from notifier.trim import fit_units, one_line, utf16_units
from storage.texts import N_

ANY_KIND = "default"
CHINESE = "zh_CN"
OF_EVERY_MESSAGE = ("level", "what", "matter", "summary", "number")
# Up to 35 characters is what a variable of the kind "other" may have (help.aliyun.com document 3041859).
VARIABLE_LENGTH = 35
Word = Annotated[str, StringConstraints(min_length=1, max_length=64)]
_NOTHING = "-"  # a variable may not be empty
_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*://|www\.)\S*", re.IGNORECASE | re.ASCII)
_DOMAIN = re.compile(r"(?<=[a-z0-9])\.(?=[a-z])", re.IGNORECASE | re.ASCII)
_CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
# Of all brackets only round ones are taken everywhere.
_BRACKETS = str.maketrans("【】〖〗〔〕「」『』", "（）（）（）（）（）")
_NO_ROOM = N_("The template leaves no room for its variables")


class Variable(BaseModel):
    """What fills one variable of a template, and its most UTF-16 units.

    `source` is one of OF_EVERY_MESSAGE, or a value of the kind's own, such as `device`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
    length: int = Field(default=VARIABLE_LENGTH, ge=1, le=200)


class Template(BaseModel):
    """An approved template. `text` is the approved wording with its places, such as `${what}`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    PLACE: ClassVar[re.Pattern[str]] = re.compile(r"\$\{([A-Za-z][A-Za-z0-9_]*)\}")

    code: Word
    text: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    variables: Mapping[str, Variable] = {}

    @model_validator(mode="after")
    def _each_place_has_its_variable(self) -> Self:
        if set(self.PLACE.findall(self.text)) != set(self.variables):
            raise ValueError("the places of the text and the variables differ")
        return self

    def filled(self, values: Mapping[str, str]) -> str:
        """The text as it is read or spoken."""
        return self.PLACE.sub(lambda place: values[place[1]], self.text)

    def values(self, content: Content) -> dict[str, str]:
        """Each variable's value, cut to its length on the border of a character."""
        sources: dict[str, str] = {
            **content.values,
            "level": content.level or content.severity_word,
            "what": content.short or content.title,
            "matter": content.matter or content.short or content.title,
            "summary": content.summary,
            "number": "" if content.thread_id == content.kind else content.thread_id,
        }
        return {
            name: fit_units(harmless(sources.get(variable.source, "")), variable.length) or _NOTHING
            for name, variable in self.variables.items()
        }


class NumberedTemplate(Template):
    """One whose places are numbered, `{1}`, `{2}` …, as Tencent Cloud has them."""

    PLACE: ClassVar[re.Pattern[str]] = re.compile(r"\{([1-9][0-9]?)\}")

    @model_validator(mode="after")
    def _is_numbered_without_a_gap(self) -> Self:
        if {int(name) for name in self.variables} != set(range(1, len(self.variables) + 1)):
            raise ValueError("the places are not numbered from 1 on")
        return self

    def in_order(self, values: Mapping[str, str]) -> list[str]:
        """The values as they are handed over: by number."""
        return [values[name] for name in sorted(values, key=int)]


T = TypeVar("T", bound=Template)


def name_of(kind: str, language: str) -> str:
    """By what an account knows a text: its kind, followed by the language where that is not Chinese."""
    return kind if language == CHINESE else f"{kind}@{language}"


def text_for(templates: Mapping[str, T], content: Content) -> tuple[T, Content]:
    """The text for that message in its reader's language, else in Chinese; `default` where the kind has none.

    With it the message in the language of the text: a Chinese text with English words in it reads as neither.
    Raises SendFailed (configuration) when there is none at all.
    """
    kind, language = content.kind, content.language
    names = (name_of(kind, language), name_of(ANY_KIND, language), kind, ANY_KIND)
    found = next((templates[name] for name in names if name in templates), None)
    if found is None:
        raise SendFailed(
            Verdict.CONFIGURATION, "template", N_("The account has no template for this message")
        )
    if language != CHINESE and content.retold and _CHINESE.search(found.text):
        return found, content.retold(CHINESE)
    return found, content


def shortened(values: Mapping[str, str], excess: Callable[[Mapping[str, str]], int]) -> dict[str, str]:
    """The values cut, the longest first, until `excess` tells of no unit too many (UTF-16).

    Raises SendFailed (configuration) where even empty ones would be too long.
    """
    cut = dict(values)
    for _ in range(len(cut) + 1):
        too_many = excess(cut)
        if too_many <= 0:
            return cut
        longest = max(cut, key=lambda name: utf16_units(cut[name]), default="")
        if longest:
            cut[longest] = fit_units(cut[longest], max(1, utf16_units(cut[longest]) - too_many))
    raise SendFailed(Verdict.CONFIGURATION, "template", _NO_ROOM)


def harmless(text: str) -> str:
    """One line without what providers refuse in a variable: addresses, and a signature's brackets."""
    without = _ADDRESS.sub("…", one_line(text))
    return _DOMAIN.sub("·", without).translate(_BRACKETS).strip()
