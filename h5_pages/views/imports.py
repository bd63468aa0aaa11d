"""Imports on pages: template, upload, preview, progress, result, and the way back."""

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from aiohttp import web
from pydantic import ValidationError

from h5_pages import error_pages
from h5_pages.documents import DocumentRefused
from h5_pages.import_template import template as spreadsheet
from h5_pages.lists import Column, ListView
from h5_pages.params_imports import ImportQuery, OfBatch, OfKind, UploadPress
from h5_pages.visit import Visit
from h5_pages.xlsx import MEDIA_TYPE
from storage.access import NotVisible, imports
from storage.database import DatabaseAway
from storage.imports import Batch
from storage.texts import N_
from workflows.administration.imports import IMPORT, ImportKind, Upload
from workflows.administration.office import By
from workflows.administration.person_forms import ROLE_CHOICES
from workflows.administration.sheets import MOST_ROWS, SheetUnreadable
from workflows.errors import NotPermitted, WorkflowError
from workflows.forms import describe

STATES = {
    "checking": N_("being checked"),
    "preview": N_("is waiting for your decision"),
    "running": N_("being imported"),
    "done": N_("imported"),
    "undoing": N_("being undone"),
    "undone": N_("undone"),
    "failed": N_("failed"),
    "dropped": N_("left"),
}
TONES = {"done": "done", "failed": "stopped", "undone": "dropped", "dropped": "dropped", "running": "active"}
NOTHING = dict.fromkeys(("error", "moved_on", "twin", "unknown", "bars", "faults", "changes", "news"))
NO_ROWS = dict.fromkeys(("new", "changed", "same", "wrong"), 0)
AT_WORK = frozenset({"checking", "running", "undoing"})
COLUMNS: list[Column[Batch]] = [
    Column(N_("File")), Column(N_("State")), Column(N_("Organisation")), Column(N_("By"))
]  # fmt: skip


class NothingChosen(WorkflowError):
    """The form came without a file, or without a place."""

    text = N_("Please choose the organisation and one file. Nothing was read.")


async def start_page(request: web.Request, visit: Visit) -> web.StreamResponse:
    """The template, the upload, and what was brought in before."""
    return await _start(request, visit)


async def template(request: web.Request, visit: Visit) -> web.StreamResponse:
    """The spreadsheet to fill in."""
    kind = _kind(visit, OfKind.of(request).kind)
    content = await asyncio.to_thread(spreadsheet, kind.form, kind.label, visit.gettext)
    name = quote(f"{visit.gettext(kind.label)}.xlsx")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return web.Response(body=content, content_type=MEDIA_TYPE, headers=headers)


async def upload(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Take a file in and have it checked."""
    if visit.typed.photos_lost:
        raise DatabaseAway
    kind = _kind(visit, OfKind.of(request).kind)
    # Which other files a record takes is of no use to whoever brings in a spreadsheet.
    visit.typed.refused = [
        SheetUnreadable() if type(e) is DocumentRefused else e for e in visit.typed.refused
    ]
    try:
        at = UploadPress.model_validate(visit.typed.fields).organisation
        file = visit.typed.photos[0]
    except (ValidationError, IndexError):
        return await _start(request, visit, None if visit.typed.refused else NothingChosen())
    wanted = Upload(kind.name, at, file.name, file.sha256)
    try:
        batch_id = await visit.services.imports.upload(visit.by, wanted)
    except WorkflowError as error:
        return await _start(request, visit, error)
    return _to(kind.name, batch_id)


async def batch(request: web.Request, visit: Visit) -> web.StreamResponse:
    """One import as it is now; the page looks again by itself while there is work going on."""
    return await _show(request, visit)


async def start(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Bring the rows in."""
    return await _step(request, visit, visit.services.imports.start)


async def drop(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Leave it."""
    return await _step(request, visit, visit.services.imports.drop)


async def undo(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Take back what was brought in."""
    return await _step(request, visit, visit.services.imports.undo)


async def _step(
    request: web.Request, visit: Visit, deed: Callable[[By, int], Awaitable[None]]
) -> web.StreamResponse:
    wanted = OfBatch.of(request)
    try:
        await deed(visit.by, wanted.id)
    except WorkflowError as error:
        return await _show(request, visit, error)
    return _to(wanted.kind, wanted.id)


async def _start(request: web.Request, visit: Visit, error: WorkflowError | None = None) -> web.Response:
    kind = _kind(visit, OfKind.of(request).kind)
    db, viewer = visit.services.db, visit.person
    query = ImportQuery.of(request)
    page = await imports.listed(db, viewer, kind.name, kind.roles, query.order())
    errors = [*([error] if error else []), *visit.typed.refused]
    return visit.page(
        "imports.html",
        max((error_pages.status_of(e) for e in errors), default=200),
        kind=kind,
        places=await imports.places(db, viewer, kind.roles),
        chosen=visit.typed.text("organisation"),
        view=ListView(visit.path, query, page, COLUMNS),
        errors=errors,
        most_rows=MOST_ROWS,
        states=STATES,
        tones=TONES,
        role_label=lambda name: ROLE_CHOICES.get(name, name),
    )


async def _show(request: web.Request, visit: Visit, error: WorkflowError | None = None) -> web.Response:
    wanted = OfBatch.of(request)
    kind = _kind(visit, wanted.kind)
    found = await imports.batch(visit.services.db, visit.person, wanted.id, kind.roles)
    if found.kind != kind.name:
        raise NotVisible
    return visit.page(
        "import.html",
        error_pages.status_of(error) if error else 200,
        kind=kind,
        batch=found,
        report={**NOTHING, **found.report},
        counts={**NO_ROWS, **found.report.get("counts", {})},
        captions={spec.name: spec.label for spec in describe(kind.form)},
        at_work=found.state in AT_WORK,
        error=error,
        states=STATES,
        tones=TONES,
        role_label=lambda name: ROLE_CHOICES.get(name, name),
    )


def _kind(visit: Visit, name: str) -> ImportKind:
    """The kind of that name, for those who may do it somewhere; raises `NotVisible`, `NotPermitted`."""
    kind = visit.services.imports.kinds.get(name)
    if kind is None:
        raise NotVisible
    if not any(grant.role in kind.roles for grant in visit.person.grants):
        raise NotPermitted(action_text=IMPORT)
    return kind


def _to(kind: str, batch_id: int) -> web.Response:
    return web.Response(status=303, headers={"Location": f"/admin/imports/{kind}/{batch_id}"})
