"""Forms of actions: described for front doors, checked for the engine."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any, get_args

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from storage.texts import N_
from workflows.definition import Form
from workflows.errors import FormInvalid

ERROR_TEXTS = {
    "missing": N_("Please fill this in."),
    "string_too_short": N_("Please fill this in."),
    "string_too_long": N_("At most {max_length} characters."),
    "decimal_parsing": N_("Please give an amount, for example 1200 or 1200.50."),
    "decimal_type": N_("Please give an amount, for example 1200 or 1200.50."),
    "decimal_max_places": N_("At most {decimal_places} digits after the point."),
    "decimal_max_digits": N_("This amount is too large."),
    "decimal_whole_digits": N_("This amount is too large."),
    "greater_than_equal": N_("At least {ge}."),
    "less_than_equal": N_("At most {le}."),
    "enum": N_("Please choose one of the given."),
    "int_parsing": N_("Please choose one of the given."),
    "int_parsing_size": N_("Please choose one of the given."),
    "greater_than": N_("Please choose one of the given."),
    "less_than": N_("Please choose one of the given."),
    "bool_parsing": N_("Please choose one of the given."),
    "extra_forbidden": N_("This field is not expected."),
}
ANY_ERROR = N_("Please check this.")


@dataclass(frozen=True)
class FieldSpec:
    """How a field is asked for. `kind`: text, textarea, money, choice, bool, person.

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
    if Decimal in types:
        return "money"
    return "choice" if any(isinstance(t, type) and issubclass(t, Enum) for t in types) else "text"


def fill_in(form: type[Form], data: Mapping[str, Any]) -> Form:
    """Check what was filled in; empty texts count as not given. Raises `FormInvalid` with a text for each field."""
    given = {name: _storable(value) for name, value in data.items() if value not in ("", None)}
    try:
        return form.model_validate(given)
    except ValidationError as error:
        raise FormInvalid(
            {
                str(e["loc"][0]) if e["loc"] else "": (
                    ERROR_TEXTS.get(e["type"], ANY_ERROR),
                    e.get("ctx", {}),
                )
                for e in error.errors()
            }
        ) from None


def _storable(value: Any) -> Any:
    """A text without what PostgreSQL cannot keep: zero characters, and halves of surrogate pairs."""
    if not isinstance(value, str):
        return value
    return value.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
