"""The texts of an SMS or voice account: a table to submit for approval, and the approved ids brought back."""

import asyncio
from collections.abc import Sequence
from urllib.parse import quote

from aiohttp import web
from pydantic import Field

from h5_pages import error_pages
from h5_pages.admin_forms import go_to
from h5_pages.channel_forms import KIND_LABELS, UsableBy
from h5_pages.params import OfId
from h5_pages.params_house import Seen
from h5_pages.views.channels import ADMIN, LIST
from h5_pages.visit import Visit
from h5_pages.xlsx import MEDIA_TYPE, Sheet
from notifier.template_table import Approved, Fault, Proposal, TemplateTable, has_templates
from storage.access import NotVisible
from storage.access import channel_accounts as access
from storage.access.channel_accounts import AccountRecord
from storage.database import DatabaseAway
from storage.texts import N_
from workflows.administration.channel_accounts import Entered
from workflows.administration.exports import Export, note
from workflows.administration.sheets import SheetRow, read_sheet
from workflows.definition import Form
from workflows.errors import WorkflowError

LANGUAGE_OF_CARRIERS = "zh_CN"
MOST_FAULTS = 50
INFORMATION = (
    N_("What it is for"), N_("Places and their longest values"), N_("Example"), N_("Parts"), N_("State"),
)  # fmt: skip
APPROVED, DIFFERS, OPEN = N_("approved"), N_("approved with other words"), N_("not approved")


class Line(Form):
    """What is read of a line; other columns are for those who submit it."""

    kind: str = Field(title=N_("Kind of message"))
    text: str = Field(title=N_("Text for approval"))
    code: str = Field(default="", title=N_("Approved id"))


class NoTable(WorkflowError):
    """The form came without a file."""

    text = N_("Please choose the table with the approved ids. Nothing was changed.")


class NothingApproved(WorkflowError):
    """No line has an id."""

    text = N_("No line of this table has an approved id. Nothing was changed.")


async def page(request: web.Request, visit: Visit) -> web.StreamResponse:
    """How many are approved, and each text."""
    return await _page(visit, await _record(request, visit))


async def download(request: web.Request, visit: Visit) -> web.StreamResponse:
    """The table, one line a kind; that it was taken is on record."""
    record = await _record(request, visit)
    proposals = _table(visit, record).proposals(record.settings)
    content = await asyncio.to_thread(_written, visit, proposals)
    await note(visit.services.office, visit.by, Export("templates", {"account": record.name}, len(proposals)))
    name = quote(f"{record.name}-{visit.gettext(N_('texts for approval'))}.xlsx")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-store"}
    return web.Response(body=content, content_type=MEDIA_TYPE, headers=headers)


async def upload(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Take over every approved id of a filled-in table, or none."""
    record = await _record(request, visit)
    if visit.typed.photos_lost:
        raise DatabaseAway
    try:
        lines = await _lines(visit)
        settings, faults = _table(visit, record).take_over(record.settings, lines)
        if faults:
            return await _page(visit, record, faults=faults)
        seen = Seen.model_validate(visit.typed.fields).seen_version
        entered = Entered(record.name, settings, {}, drop_former=False)
        await visit.services.channels.change(visit.by, record.id, seen, entered, UsableBy(record.kind))
    except WorkflowError as error:
        return await _page(visit, record, error)
    return go_to(f"{LIST}/{record.id}/templates")


async def _lines(visit: Visit) -> list[Approved]:
    """The lines that have an id. Raises a kind of `WorkflowError`."""
    if not visit.typed.photos:
        raise NoTable
    content = await visit.services.files.get(visit.typed.photos[0].sha256)
    languages = [visit.services.texts.gettext(name) for name in (LANGUAGE_OF_CARRIERS, "en")]
    sheet = await asyncio.to_thread(read_sheet, content, Line, languages)
    lines = [_approved(row) for row in sheet.rows if row.cells.get("code")]
    if not lines:
        raise NothingApproved
    return lines


def _approved(row: SheetRow) -> Approved:
    return Approved(row.number, row.cells.get("kind", ""), row.cells.get("text", ""), row.cells["code"])


async def _record(request: web.Request, visit: Visit) -> AccountRecord:
    """An account that sends by templates; raises `NotVisible`."""
    record = await access.record(visit.services.db, visit.person, ADMIN, OfId.of(request).id)
    if not has_templates(record.kind):
        raise NotVisible
    return record


def _table(visit: Visit, record: AccountRecord) -> TemplateTable:
    gettext = visit.services.texts.gettext(LANGUAGE_OF_CARRIERS)
    return TemplateTable(visit.services.cases.registry.vocabulary(), gettext, record.kind)


async def _page(
    visit: Visit,
    record: AccountRecord,
    error: WorkflowError | None = None,
    faults: Sequence[Fault] = (),
) -> web.Response:
    proposals = _table(visit, record).proposals(record.settings)
    status = error_pages.status_of(error) if error else 422 if faults else 200
    return visit.page(
        "channel_templates.html",
        status,
        record=record,
        kind=KIND_LABELS[record.kind],
        proposals=proposals,
        approved=sum(bool(proposal.code) for proposal in proposals),
        state_of=state_of,
        faults=faults[:MOST_FAULTS],
        fault_count=len(faults),
        error=error,
    )


def state_of(proposal: Proposal) -> str:
    """How it stands: a source text."""
    return DIFFERS if proposal.differs else APPROVED if proposal.code else OPEN


def _written(visit: Visit, proposals: Sequence[Proposal]) -> bytes:
    """The table as a file. Takes time: call it in a thread."""
    t = visit.gettext
    captions = [str(field.title) for field in Line.model_fields.values()]
    sheet = Sheet([t(caption) for caption in (*captions, *INFORMATION)])
    sheet.add([
        (p.kind, p.approved_text if p.code else p.text, p.code, p.title, _places(p), p.example, p.parts, t(state_of(p)))
        for p in proposals
    ])  # fmt: skip
    with sheet.saved() as file:
        return file.read()


def _places(proposal: Proposal) -> str:
    return "; ".join(f"{name}: {v['source']} ≤ {v['length']}" for name, v in proposal.variables.items())
