"""The form of each policy, made from the shape of its default: amounts with units, numbers, toggles, lists, grades."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, StringConstraints, create_model

from storage.texts import N_
from workflows.administration.person_forms import EARLIEST, LATEST
from workflows.administration.policy_catalogue import Bounds, PolicyKind
from workflows.administration.policy_words import CHOICES, KEY_LABELS, SELECTS, UNIT_LABELS, as_it_holds
from workflows.adverse_event.forms import GRADE_LABELS, Grade
from workflows.calendar import MOST_DAYS, UNITS_A_DAY
from workflows.definition import Form
from workflows.errors import FormInvalid
from workflows.forms import fill_in

WHOLE = N_("A whole number, please.")
TOO_LONG = N_("This is too long.")
AT_LEAST_ONE = N_("Please choose at least one.")
NOTE = Annotated[str, StringConstraints(max_length=500)]
DAY = Annotated[date, Field(ge=EARLIEST, le=LATEST)] | None


class When(Form):
    """From when on, and why."""

    valid_from: DAY = Field(
        default=None,
        title=N_("Effective from"),
        description=N_("Empty: effective immediately"),
        json_schema_extra={"kind": "date"},
    )
    note: NOTE = Field(default="", title=N_("Note"), json_schema_extra={"kind": "textarea"})


class NewVersion(When):
    """What every new version says besides its value."""

    source: Annotated[str, StringConstraints(min_length=1, max_length=300)] = Field(
        title=N_("Source"), description=N_("The law with its clause, or who decided it")
    )


AROUND = tuple(NewVersion.model_fields)
"""Fields that belong to no value."""


def form_of(kind: PolicyKind) -> type[NewVersion]:
    """The form in which a new version of that policy is set."""
    fields: dict[str, Any] = {}
    for key, part in kind.default.value.items():
        fields |= _fields(key, part, kind.bounds.get(key, Bounds()))
    return create_model(f"PolicyOf_{kind.name.replace('.', '_')}", __base__=NewVersion, **fields)


def typed(kind: PolicyKind, value: Mapping[str, Any]) -> dict[str, str]:
    """A value as it stands in the form."""
    found: dict[str, str] = {}
    for key, part in as_it_holds(value).items():
        if isinstance(part, list):
            found |= {f"{key}_{one}": "true" for one in part}
        else:
            found[key] = ("true" if part else "") if isinstance(part, bool) else str(part)
    return {name: text for name, text in found.items() if name in form_of(kind).model_fields}


def read(kind: PolicyKind, data: Mapping[str, Any]) -> tuple[NewVersion, dict[str, Any]]:
    """The filled-in form and the value in it; raises `FormInvalid`."""
    form = fill_in(form_of(kind), data)
    value = {key: _value(form, key, part) for key, part in kind.default.value.items()}
    _check(value)
    return form, value


def _fields(key: str, part: Any, bounds: Bounds) -> dict[str, Any]:
    """The fields for one part of a value: more than one for a list."""
    title = KEY_LABELS[key]
    if isinstance(part, bool):
        return {key: (bool, Field(default=False, title=title))}
    if isinstance(part, list):
        return {
            f"{key}_{one}": (bool, Field(default=False, title=label)) for one, label in CHOICES[key].items()
        }
    if key == "amount":
        return _amount(title, bounds)
    if key == "unit":
        return {}
    if isinstance(part, int):
        return {key: (int, Field(title=title, ge=bounds.least, le=bounds.most))}
    return {key: _select(title, SELECTS[key]) if key in SELECTS else _grade(title)}


def _grade(title: str) -> tuple[Any, Any]:
    grades: dict[str, Any] = {"kind": "select", "labels": dict(GRADE_LABELS)}
    return Grade, Field(title=title, json_schema_extra=grades)


def _select(title: str, labels: Mapping[str, str]) -> tuple[Any, Any]:
    values = StrEnum("Values", [(value, value) for value in labels])  # type: ignore[misc] # of this policy
    extra: dict[str, Any] = {"kind": "select", "labels": dict(labels)}
    return values, Field(title=title, json_schema_extra=extra)


def _amount(title: str, bounds: Bounds) -> dict[str, Any]:
    number = Field(title=title, ge=bounds.least, le=bounds.most, max_digits=12, decimal_places=2)
    fields: dict[str, Any] = {"amount": (Decimal, number)}
    if bounds.units:
        labels = {unit: UNIT_LABELS[unit] for unit in bounds.units}
        units = StrEnum("Units", [(unit, unit) for unit in bounds.units])  # type: ignore[misc] # of this policy
        extra: dict[str, Any] = {"kind": "select", "labels": labels}
        fields["unit"] = (units, Field(title=KEY_LABELS["unit"], json_schema_extra=extra))
    return fields


def _value(form: NewVersion, key: str, part: Any) -> Any:
    """One part of the value as it is stored."""
    if isinstance(part, list):
        return [str(one) for one in CHOICES[key] if getattr(form, f"{key}_{one}")]
    given = getattr(form, key, part)  # a unit that stays is not asked for
    if isinstance(given, Decimal):
        return int(given) if given == int(given) else float(given)
    return str(given) if isinstance(given, str) else given


def _check(value: Mapping[str, Any]) -> None:
    """What no single field can tell: raises `FormInvalid`."""
    if value.get("grades") == []:
        raise FormInvalid({f"grades_{next(iter(CHOICES['grades']))}": (AT_LEAST_ONE, {})})
    unit, amount = value.get("unit"), value.get("amount", 0)
    if unit in ("calendar_days", "working_days", "years") and amount != int(amount):
        raise FormInvalid({"amount": (WHOLE, {})})
    if unit in UNITS_A_DAY and amount > MOST_DAYS * UNITS_A_DAY[unit]:
        raise FormInvalid({"amount": (TOO_LONG, {})})
