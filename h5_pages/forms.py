"""Forms of workflow actions on a page: their fields with choices, values and errors, and what comes back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from h5_pages.visit import Visit
from storage.access import people
from storage.facts import Facts
from storage.texts import N_
from workflows.cases import CaseView
from workflows.definition import Form, Move
from workflows.errors import FormInvalid
from workflows.forms import FieldSpec, describe

MYSELF = N_("I will do it myself")
CHOOSE = N_("Please choose")


@dataclass(frozen=True)
class Input:
    """One field as the page shows it: texts are in the reader's language."""

    spec: FieldSpec
    label: str
    hint: str
    value: str
    choices: Sequence[tuple[str, str]]
    error: str


async def inputs(visit: Visit, view: CaseView, action: str, error: FormInvalid | None = None) -> list[Input]:
    """The fields of an action, filled with what was typed, or else with what the case knows already."""
    move = move_of(view, action)
    if move is None:
        return []
    candidates = await _candidates(visit, move, view.page.facts)
    typed = visit.typed.fields
    known = _known(view.page.facts)
    values = [typed or ({} if spec.kind == "datetime" else known) for spec in describe(move.form)]
    return [
        _input(visit, spec, value, candidates, error)
        for spec, value in zip(describe(move.form), values, strict=True)
    ]


def plain_inputs(
    visit: Visit,
    form: type[Form],
    error: FormInvalid | None = None,
    known: Mapping[str, str] | None = None,
    people_choices: Sequence[tuple[str, str]] = (),
) -> list[Input]:
    """The fields of a form outside any case, filled with what was typed, or else with what is known.

    `people_choices` (id and name) is for fields that ask for a person.
    """
    values = visit.typed.fields or known or {}
    return [_input(visit, spec, values, people_choices, error) for spec in describe(form)]


def data_of(form: type[Form], typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed into the fields of a form, without the rest of what the page sent."""
    return {spec.name: typed[spec.name] for spec in describe(form) if spec.name in typed}


def move_of(view: CaseView, action: str) -> Move | None:
    """A move of that action from the present state; all of one action ask for the same."""
    return next((m for m in view.workflow.moves_from(view.page.facts.state) if m.action == action), None)


def form_of(view: CaseView, action: str) -> type[Form] | None:
    """What an action asks for, now or in any other state; None when the workflow has no such action."""
    move = move_of(view, action) or next((m for m in view.workflow.moves if m.action == action), None)
    return move.form if move else None


async def _candidates(visit: Visit, move: Move, facts: Facts) -> list[tuple[str, str]]:
    if move.appoints is None or visit.viewer is None:
        return []
    role = move.appoints.role
    found = await people.candidates(visit.services.db, visit.viewer, role, facts.path, visit.now)
    mine = visit.viewer.holds({role}, facts.path)
    first = ("", visit.gettext(MYSELF if mine else CHOOSE))
    others = [c for c in found if c.id != visit.viewer.person_id]
    return [first, *((str(c.id), f"{c.name} {c.title}".strip()) for c in others)]


def _known(facts: Facts) -> dict[str, str]:
    known = {name: _text(value) for name, value in facts.detail.items() if value not in (None, "")}
    # An assessment starts with what the reporter said.
    return {"diagnosis": known["fault"], **known} if "fault" in known else known


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else ""
    return f"{value:.2f}".removesuffix(".00") if isinstance(value, float) else str(value)


def _input(
    visit: Visit,
    spec: FieldSpec,
    values: Mapping[str, str],
    people_choices: Sequence[tuple[str, str]],
    error: FormInvalid | None,
) -> Input:
    gettext = visit.gettext
    text, params = error.fields.get(spec.name, ("", {})) if error else ("", {})
    choices = [(value, gettext(label)) for value, label in spec.choices]
    return Input(
        spec=spec,
        label=gettext(spec.label),
        hint=gettext(spec.hint) if spec.hint else "",
        value=values.get(spec.name, "" if spec.default is None else _text(spec.default)),
        choices=people_choices if spec.kind == "person" else choices,
        error=gettext(text).format(**params) if text else "",
    )
