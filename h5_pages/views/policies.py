"""Policies on pages: what holds where, one of them with its history, a new version with what it would change."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from h5_pages import error_pages, policy_desk
from h5_pages.forms import Input, data_of, plain_inputs
from h5_pages.intake import PressBroken
from h5_pages.params_house import Seen
from h5_pages.params_policies import AtUnit, OfPolicy
from h5_pages.people_desk import ADMIN, faults, named
from h5_pages.policy_desk import PATH
from h5_pages.views.people import check_administers_any
from h5_pages.visit import Visit
from storage.access import organisations
from storage.access import policies as access
from storage.access.organisations import OrganisationRecord
from storage.access.policies import Holding, Version
from workflows.administration import policies
from workflows.administration.organisation_kinds import KIND_LABELS
from workflows.administration.policies import kind_of, may_be_set_at
from workflows.administration.policy_catalogue import PolicyKind
from workflows.administration.policy_forms import AROUND, When, form_of, read, typed
from workflows.administration.policy_preview import Plan, Preview, preview
from workflows.administration.policy_words import in_short
from workflows.errors import WorkflowError
from workflows.forms import fill_in

GOES_BACK = "inherit"


@dataclass(frozen=True)
class At:
    """One policy at one organisation, with what holds there and above it, and what was set there.

    `of_own_house`: the viewer administers the whole hospital that it belongs to, if it belongs to one.
    """

    kind: PolicyKind
    place: OrganisationRecord
    held: Holding | None
    above: Holding | None
    history: list[Version]
    of_own_house: bool

    @property
    def seen(self) -> int:
        """The newest version that was set there, 0 for none."""
        return max((version.version for version in self.history), default=0)

    @property
    def value(self) -> Mapping[str, Any]:
        return self.held.value if self.held else self.kind.default.value

    @property
    def inherited(self) -> Mapping[str, Any]:
        return self.above.value if self.above else self.kind.default.value

    @property
    def url(self) -> str:
        return f"{PATH}/{self.kind.name}?unit={self.place.id}"

    @property
    def may_set(self) -> bool:
        return self.place.active and self.of_own_house and may_be_set_at(self.kind, self.place.kind)

    @property
    def goes_back(self) -> bool:
        """Is there anything of its own, now or planned, to go back from?"""
        return bool(self.history) and not self.history[0].inherits


async def listed(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Every policy, and what holds at an organisation."""
    check_administers_any(visit)
    db, viewer = visit.services.db, visit.person
    places = await organisations.choices(db, viewer, ADMIN)
    unit = AtUnit.of(request).unit or (await organisations.tops(db, viewer, ADMIN))[0].id
    place = await organisations.record(db, viewer, ADMIN, unit)
    holding = await access.holding(db, viewer, ADMIN, unit, visit.now)
    return visit.page(
        "policies.html",
        place=place,
        places=named(places),
        groups=policy_desk.groups(visit, unit, holding),
    )


async def page(request: web.Request, visit: Visit) -> web.StreamResponse:
    """One policy at an organisation, with its history there."""
    return await _page(visit, await _at(request, visit))


async def form(request: web.Request, visit: Visit) -> web.StreamResponse:
    """The form of a new version."""
    return await _form(visit, await _at(request, visit))


async def look_ahead(request: web.Request, visit: Visit) -> web.StreamResponse:
    """What would change, before it is saved; or the form again with what is wrong."""
    at = await _at(request, visit)
    try:
        value, when = _wanted(visit, at)
        begins = policies.begins_at(when, visit.now)
    except WorkflowError as error:
        return await _again(visit, at, error)
    plan = Plan(at.place.id, at.kind, value)
    found = await preview(visit.services.db, visit.services.clocks, visit.person, plan)
    return _ahead(visit, at, value, found, begins if begins > visit.now else None)


async def save(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Set the new version, or go back to what stands above."""
    at = await _at(request, visit)
    write: Callable[..., Awaitable[int]] = policies.go_back if _goes_back(visit) else policies.set_version
    try:
        seen = Seen.model_validate(visit.typed.fields).seen_version
        data = data_of(When if _goes_back(visit) else form_of(at.kind), visit.typed.fields)
        await write(visit.services.office, visit.by, at.place.id, at.kind.name, seen, data)
    except ValidationError:
        return await _again(visit, at, PressBroken())
    except WorkflowError as error:
        return await _again(visit, at, error)
    return web.Response(status=303, headers={"Location": at.url})


async def _at(request: web.Request, visit: Visit) -> At:
    """Raises `NotVisible`."""
    asked, db, viewer = OfPolicy.of(request), visit.services.db, visit.person
    kind = kind_of(asked.name)
    place = await organisations.record(db, viewer, ADMIN, asked.unit)
    held = await access.holding(db, viewer, ADMIN, asked.unit, visit.now)
    above = await access.holding(db, viewer, ADMIN, asked.unit, visit.now, above=True)
    history = await access.history(db, viewer, ADMIN, asked.unit, kind.name, visit.now)
    house = await organisations.hospital_path(db, viewer, ADMIN, asked.unit)
    mine = viewer.holds({ADMIN}, house)
    return At(kind, place, held.get(kind.name), above.get(kind.name), list(history), mine)


def _goes_back(visit: Visit) -> bool:
    return bool(visit.typed.text(GOES_BACK))


def _wanted(visit: Visit, at: At) -> tuple[Mapping[str, Any], When]:
    """The value that would hold, and from when; raises `FormInvalid`."""
    if _goes_back(visit):
        return at.inherited, fill_in(When, data_of(When, visit.typed.fields))
    filled, value = read(at.kind, data_of(form_of(at.kind), visit.typed.fields))
    return value, filled


async def _again(visit: Visit, at: At, error: WorkflowError) -> web.Response:
    return await (_page if _goes_back(visit) else _form)(visit, at, error)


async def _page(visit: Visit, at: At, error: WorkflowError | None = None) -> web.Response:
    t = visit.gettext
    return visit.page(
        "policy.html",
        error_pages.status_of(error) if error else 200,
        at=at,
        line=policy_desk.line(visit, at.kind, at.place.id, at.held),
        value=policy_desk.parts(at.value, t),
        shipped=in_short(at.kind.default.value, t),
        short=lambda value: in_short(value, t),
        tier_label=KIND_LABELS[at.kind.tier] if at.kind.tier else "",
        back=plain_inputs(visit, When, faults(error)) if at.may_set and at.goes_back else (),
        error=error,
    )


async def _form(visit: Visit, at: At, error: WorkflowError | None = None) -> web.Response:
    shown = plain_inputs(visit, form_of(at.kind), faults(error), typed(at.kind, at.value))
    return visit.page(
        "policy_form.html",
        error_pages.status_of(error) if error else 200,
        at=at,
        inputs=[i for i in shown if i.spec.name not in AROUND],
        around=[i for i in sorted(shown, key=_place) if i.spec.name in AROUND],
        short=in_short(at.value, visit.gettext),
        shipped=in_short(at.kind.default.value, visit.gettext),
        error=error,
    )


def _place(field: Input) -> int:
    """The source first, then the day, then the note."""
    return ("source", "valid_from", "note").index(field.spec.name) if field.spec.name in AROUND else -1


def _ahead(visit: Visit, at: At, value: Mapping[str, Any], found: Preview, begins: object) -> web.Response:
    workflow = visit.services.cases.workflow(at.kind.workflow) if at.kind.workflow else None
    kept = {name: text for name, text in visit.typed.fields.items() if name != "csrf"}
    return visit.page(
        "policy_preview.html",
        at=at,
        before=in_short(at.value, visit.gettext),
        after=in_short(value, visit.gettext),
        found=found,
        workflow=workflow,
        begins=begins,
        kept=kept,
        length=lambda span: policy_desk.length(span, visit.gettext),
        planned=[v for v in at.history if policy_desk.is_planned(v.valid_from, visit.now)],
    )
