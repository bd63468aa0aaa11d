"""Forms of actions: described for front doors, checked for the engine."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, TypeVar, get_args

from pydantic import AfterValidator, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from storage.texts import N_
from workflows.definition import Form
from workflows.errors import FormInvalid

F = TypeVar("F", bound=Form)
ERROR_TEXTS = {
    "missing": N_("Please fill this in."),
    "string_too_short": N_("Please fill this in."),
    "string_too_long": N_("At most {max_length} characters."),
    "decimal_parsing": N_("Please give a number, for example 1200 or 1200.50."),
    "decimal_type": N_("Please give a number, for example 1200 or 1200.50."),
    "decimal_max_places": N_("At most {decimal_places} digits after the point."),
    "decimal_max_digits": N_("This number is too large."),
    "decimal_whole_digits": N_("This number is too large."),
    "greater_than_equal": N_("At least {ge}."),
    "less_than_equal": N_("At most {le}."),
    "float_parsing": N_("Please give a number, for example 21.5."),
    "float_type": N_("Please give a number, for example 21.5."),
    "finite_number": N_("Please give a number, for example 21.5."),
    "enum": N_("Please choose one of the options."),
    "int_parsing": N_("Please choose one of the options."),
    "int_parsing_size": N_("Please choose one of the options."),
    "greater_than": N_("Please choose one of the options."),
    "less_than": N_("Please choose one of the options."),
    "date_parsing": N_("Please give a date, for example 2026-03-01."),
    "date_from_datetime_parsing": N_("Please give a date, for example 2026-03-01."),
    "date_from_datetime_inexact": N_("Please give a date, for example 2026-03-01."),
    "date_type": N_("Please give a date, for example 2026-03-01."),
    "datetime_parsing": N_("Please give date and time, for example 2026-03-01 14:30."),
    "datetime_from_date_parsing": N_("Please give date and time, for example 2026-03-01 14:30."),
    "datetime_type": N_("Please give date and time, for example 2026-03-01 14:30."),
    "bool_parsing": N_("Please choose one of the options."),
    "extra_forbidden": N_("This field is not expected."),
}
ANY_ERROR = N_("Please check this.")
NUMBER = N_("Please give a whole number.")
NO_NUMBER = frozenset({"int_parsing", "int_parsing_size"})
TIME = N_("Please give a time of day from 00:00 to 23:59, for example 17:30.")
# Controls but for tabs and ends of lines, and what turns the direction of all that follows.
# What scanners send between the parts of a code (GS), as it can be seen.
SEPARATOR, SEEN_SEPARATOR = "\x1d", "\u241d"
UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
TIME_OF_DAY = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
OWN_WORDS = "own_words"


@dataclass(frozen=True)
class FieldSpec:
    """How a field is asked for. `kind`: text, number, textarea, money, date, time, datetime, choice, bool, person.

    Label, hint and choices are source texts.
    """

    name: str
    label: str
    kind: str
    required: bool
    default: Any
    max_length: int | None
    choices: tuple[tuple[str, str], ...]
    hint: str


def describe(form: type[Form]) -> list[FieldSpec]:
    """The fields of a form in their order."""
    return [_spec(name, info) for name, info in form.model_fields.items()]


def _spec(name: str, info: FieldInfo) -> FieldSpec:
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    labels = extra.get("labels")
    return FieldSpec(
        name=name,
        label=info.title or name,
        kind=str(extra.get("kind") or _kind(info)),
        required=info.is_required(),
        default=None if info.is_required() else info.default,
        max_length=next((m.max_length for m in info.metadata if hasattr(m, "max_length")), None),
        choices=tuple((k, str(v)) for k, v in labels.items()) if isinstance(labels, dict) else (),
        hint=info.description or "",
    )


def _kind(info: FieldInfo) -> str:
    types = get_args(info.annotation) or (info.annotation,)
    if bool in types:
        return "bool"
    if int in types:
        return "number"
    if Decimal in types:
        return "money"
    if datetime in types:
        return "datetime"
    if date in types:
        return "date"
    return "choice" if any(isinstance(t, type) and issubclass(t, Enum) for t in types) else "text"


def fill_in(form: type[F], data: Mapping[str, Any]) -> F:
    """Check what was filled in; empty texts count as not given. Raises `FormInvalid` with a text for each field."""
    given = {name: _storable(value) for name, value in data.items() if value not in ("", None)}
    try:
        return form.model_validate(given)
    except ValidationError as error:
        raise FormInvalid(
            {
                str(e["loc"][0]) if e["loc"] else "": (_error_text(form, e), e.get("ctx", {}))
                for e in error.errors()
            }
        ) from None


def fault(text: str, **places: str) -> PydanticCustomError:
    """What is wrong with a field, in a workflow's own words: raised by the validators of forms. A source text.

    `places` are the values of its named places.
    """
    return PydanticCustomError(OWN_WORDS, "{text}", {"text": text, **places})


def _time_of_day(text: str) -> str:
    if not TIME_OF_DAY.fullmatch(text):
        raise fault(TIME)
    return text


TimeOfDay = Annotated[str, AfterValidator(_time_of_day)]
"""Hours and minutes, `HH:MM`."""


def _error_text(form: type[Form], error: ErrorDetails) -> str:
    if error["type"] == OWN_WORDS:
        return error["msg"]
    if error["type"] in NO_NUMBER and _asks_for_a_number(form, str(error["loc"][0])):
        return NUMBER
    return ERROR_TEXTS.get(error["type"], ANY_ERROR)


def _asks_for_a_number(form: type[Form], name: str) -> bool:
    """Is the field a number that is typed, and not the id of something that is chosen?"""
    return _spec(name, form.model_fields[name]).kind == "number"


def _storable(value: Any) -> Any:
    """A text without what PostgreSQL cannot keep (zero characters, halves of surrogate pairs) and what hides words."""
    if not isinstance(value, str):
        return value
    seen = value.replace(SEPARATOR, SEEN_SEPARATOR)
    return UNSEEN.sub("", seen).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
