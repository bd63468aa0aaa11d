"""Forms of the administration: one page for all of them, with what was typed and what was wrong with it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from aiohttp import web
from pydantic import ValidationError

from h5_pages import error_pages
from h5_pages.forms import Input
from h5_pages.intake import PressBroken
from h5_pages.visit import Visit
from storage.texts import N_
from workflows.administration.office import ChangedMeanwhile
from workflows.errors import WorkflowError

SAVED_NOW = N_("Saved now: {value}")
Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Asking:
    """A form as its page shows it. Texts are in the reader's language; `version` is that of what is changed."""

    title: str
    button: str
    url: str
    back: str
    inputs: Sequence[Input] = ()
    lead: str = ""
    version: int | None = None


def ask(visit: Visit, asking: Asking, error: WorkflowError | None = None) -> web.Response:
    """The page with the form, and why it was not taken, if it was not."""
    status = error_pages.status_of(error) if error else 200
    return visit.page("admin_form.html", status, asking=asking, error=error)


def with_choices(inputs: Sequence[Input], choices: Mapping[str, Choices]) -> list[Input]:
    """The fields with what may be chosen in some of them."""
    return [replace(i, choices=choices.get(i.spec.name, i.choices)) for i in inputs]


def only_if_asked(inputs: Sequence[Input], names: frozenset[str]) -> list[Input]:
    """The fields without those that let something odd through, unless something is odd."""
    return [i for i in inputs if i.spec.name not in names or i.error or i.value]


def beside(
    visit: Visit, inputs: Sequence[Input], saved: Mapping[str, str], error: WorkflowError | None
) -> Sequence[Input]:
    """The fields, each with what somebody else saved meanwhile beside what was typed."""
    if not isinstance(error, ChangedMeanwhile):
        return inputs
    return [_beside(visit, i, saved.get(i.spec.name, "")) for i in inputs]


def _beside(visit: Visit, field: Input, saved: str) -> Input:
    if saved == field.value:
        return field
    shown = dict(field.choices).get(saved, saved) or "–"
    return replace(field, hint=f"{field.hint} {visit.gettext(SAVED_NOW).format(value=shown)}".strip())


def go_to(url: str) -> web.Response:
    """On to a page of ours."""
    return web.Response(status=303, headers={"Location": url})


async def done_or_asked_again(
    do: Callable[[], Awaitable[str]], again: Callable[[WorkflowError], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Do it and go where it leads; if it is refused, the form again with the reason. Raises `NotVisible`."""
    try:
        return go_to(await do())
    except ValidationError:
        return await again(PressBroken())
    except WorkflowError as error:
        return await again(error)
