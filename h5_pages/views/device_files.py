"""Photos and documents of a device: shown, added and taken out."""

from aiohttp import web
from pydantic import ValidationError

from h5_pages import error_pages
from h5_pages.params import OfId
from h5_pages.params_devices import OfDeviceFile, PaperPress, RemovalPress
from h5_pages.uploads import MAX_PHOTOS
from h5_pages.views.files import send_content
from h5_pages.visit import Visit
from storage.access import device_files, devices
from storage.database import DatabaseAway
from storage.texts import N_
from workflows.administration import device_papers
from workflows.administration.device_forms import RIGHTS, Right
from workflows.administration.device_papers import PAPER_LABELS, Filed, Paper
from workflows.errors import FormInvalid, WorkflowError

KEEPERS = RIGHTS[Right.FILES]


class NothingChosen(WorkflowError):
    """The form came without a file."""

    text = N_("Please choose a file. Nothing was saved.")


async def show(request: web.Request, visit: Visit) -> web.StreamResponse:
    """All files of a device."""
    return await _page(visit, OfId.of(request).id)


async def add(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Put files into the record, or say why not."""
    if visit.typed.photos_lost:
        raise DatabaseAway
    device_id = OfId.of(request).id
    try:
        kind = PaperPress.model_validate(visit.typed.fields).kind
        if visit.typed.refused or not visit.typed.photos:
            return await _page(visit, device_id, None if visit.typed.refused else NothingChosen())
        files = [Filed(photo.sha256, photo.name) for photo in visit.typed.photos]
        await device_papers.add(visit.services.office, visit.by, device_id, kind, files)
    except ValidationError:
        return await _page(visit, device_id, FormInvalid.choice("kind"))
    except WorkflowError as error:
        return await _page(visit, device_id, error)
    return _to(device_id)


async def remove(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Take a file out of the record."""
    device_id = OfId.of(request).id
    wanted = RemovalPress.model_validate(visit.typed.fields)
    try:
        await device_papers.remove(visit.services.office, visit.by, device_id, wanted.file)
    except WorkflowError as error:
        return await _page(visit, device_id, error)
    return _to(device_id)


async def file(request: web.Request, visit: Visit) -> web.StreamResponse:
    """One of them."""
    wanted = OfDeviceFile.of(request)
    found = await device_files.file(visit.services.db, visit.person, wanted.key, KEEPERS)
    return await send_content(visit, found, small=wanted.small)


async def _page(visit: Visit, device_id: int, error: WorkflowError | None = None) -> web.Response:
    db, viewer = visit.services.db, visit.person
    device = await devices.record(db, viewer, device_id)
    worst = max(
        (error_pages.status_of(e) for e in (*([error] if error else []), *visit.typed.refused)), default=200
    )
    return visit.page(
        "device_files.html",
        worst,
        device=device,
        files=await device_files.listed(db, viewer, device_id, KEEPERS),
        labels={str(kind): label for kind, label in PAPER_LABELS.items()},
        chosen=visit.typed.text("kind") or Paper.PHOTO,
        may_keep=viewer.holds(KEEPERS, device.path),
        most=MAX_PHOTOS,
        typed=visit.typed,
        error=error,
    )


def _to(device_id: int) -> web.Response:
    return web.Response(status=303, headers={"Location": f"/devices/{device_id}/files"})
