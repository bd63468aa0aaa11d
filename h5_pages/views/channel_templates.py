"""The texts of an SMS or voice account: a table to submit for approval, and the approved ids brought back."""

import asyncio
from collections.abc import Sequence
from urllib.parse import quote

from aiohttp import web
from pydantic import Field

from h5_pages import error_pages
from h5_pages.admin_forms import go_to
from h5_pages.channel_forms import KIND_LABELS, UsableBy
from h5_pages.languages import DEFAULT, LANGUAGE_NAMES, LANGUAGES
from h5_pages.params import OfId
from h5_pages.params_house import Seen
from h5_pages.views.channels import ADMIN, LIST
from h5_pages.visit import Visit
from h5_pages.xlsx import MEDIA_TYPE, Sheet
from notifier.template_lines import Approved, Fault, TemplateLines
from notifier.template_table import Proposal, TemplateTable, has_templates
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

MOST_FAULTS = 50
# What the provider asks for, in the order of its form; the approved id is written beside it.
FOR_PROVIDER = (N_("Type of template"), N_("Name of the template"))
FOR_PROVIDER_TOO = (N_("Attributes of the variables"), N_("Reason and example"))
INFORMATION = (N_("Language"), N_("Parts"), N_("State"), N_("Proposal, where it differs"))
APPROVED, DIFFERS, OPEN = N_("approved"), N_("approved with other words"), N_("not approved")


class Line(Form):
    """What is read of a line; other columns are for those who submit it."""

    key: str = Field(title=N_("Kind of message"))
    text: str = Field(title=N_("Text for approval"))
    code: str = Field(default="", title=N_("Approved id"))


COLUMNS = {name: str(info.title) for name, info in Line.model_fields.items()}


class NoTable(WorkflowError):
    """The form came without a file."""

    text = N_("Please choose the table with the approved ids. Nothing was changed.")


class NothingApproved(WorkflowError):
    """No line has an id."""

    text = N_("No line of this table has an approved id. Nothing was changed.")


class NothingNew(WorkflowError):
    """Every id is known with its text."""

    text = N_("The account already has all ids of this table. Nothing was changed.")


async def page(request: web.Request, visit: Visit) -> web.StreamResponse:
    """How many are approved, and each text."""
    return await _page(visit, await _record(request, visit))


async def download(request: web.Request, visit: Visit) -> web.StreamResponse:
    """The table, one line a text; that it was taken is on record."""
    record = await _record(request, visit)
    proposals = await _proposals(visit, record)
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
        rows = await _rows(visit)
        lines = TemplateLines(record.kind, await _proposals(visit, record))
        settings, faults = lines.take_over(record.settings, [_approved(row) for row in rows])
        if faults := [*_rounded(rows), *faults]:
            return await _page(visit, record, faults=faults)
        if settings == record.settings:
            raise NothingNew
        seen = Seen.model_validate(visit.typed.fields).seen_version
        entered = Entered(record.name, settings, {}, drop_former=False)
        await visit.services.channels.change(visit.by, record.id, seen, entered, UsableBy(record.kind))
    except WorkflowError as error:
        return await _page(visit, record, error)
    return go_to(f"{LIST}/{record.id}/templates")


async def _rows(visit: Visit) -> list[SheetRow]:
    """The lines that have an id. Raises a kind of `WorkflowError`."""
    if visit.typed.refused:
        raise visit.typed.refused[0]
    if not visit.typed.photos:
        raise NoTable
    content = await visit.services.files.get(visit.typed.photos[0].sha256)
    languages = [visit.services.texts.gettext(name) for name in LANGUAGES]
    sheet = await asyncio.to_thread(read_sheet, content, Line, languages)
    rows = [row for row in sheet.rows if row.cells.get("code")]
    if not rows:
        raise NothingApproved
    return rows


def _approved(row: SheetRow) -> Approved:
    return Approved(row.number, row.cells.get("key", ""), row.cells.get("text", ""), row.cells["code"])


def _rounded(rows: Sequence[SheetRow]) -> list[Fault]:
    return [Fault(r.number, r.cells.get("key", ""), n, text) for r in rows for n, text in r.faults.items()]


async def _record(request: web.Request, visit: Visit) -> AccountRecord:
    """An account that sends by templates; raises `NotVisible`."""
    record = await access.record(visit.services.db, visit.person, ADMIN, OfId.of(request).id)
    if not has_templates(record.kind):
        raise NotVisible
    return record


async def _proposals(visit: Visit, record: AccountRecord) -> list[Proposal]:
    """In Chinese, and in what else people read whom the account serves, or it has texts in."""
    used = set(await access.languages(visit.services.db, visit.person, ADMIN, record.id))
    used |= {key.partition("@")[2] for key in record.settings.get("templates", {})}
    read = [DEFAULT, *(name for name in LANGUAGES if name in used and name != DEFAULT)]
    languages = {name: visit.services.texts.gettext(name) for name in read}
    vocabulary = visit.services.cases.registry.vocabulary()
    return TemplateTable(vocabulary, languages, record.kind).proposals(record.settings)


async def _page(
    visit: Visit,
    record: AccountRecord,
    error: WorkflowError | None = None,
    faults: Sequence[Fault] = (),
) -> web.Response:
    proposals = await _proposals(visit, record)
    status = error_pages.status_of(error) if error else 422 if faults else 200
    return visit.page(
        "channel_templates.html",
        status,
        record=record,
        kind=KIND_LABELS[record.kind],
        proposals=proposals,
        languages=LANGUAGE_NAMES,
        columns=COLUMNS,
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
    captions = (
        COLUMNS["key"],
        *FOR_PROVIDER,
        COLUMNS["text"],
        *FOR_PROVIDER_TOO,
        COLUMNS["code"],
        *INFORMATION,
    )
    sheet = Sheet([t(caption) for caption in captions])
    chinese = visit.services.texts.gettext(DEFAULT)
    sheet.add([
        (p.key, chinese(p.type), p.name, p.approved_text if p.code else p.text, p.attributes, p.remark, p.code,
         LANGUAGE_NAMES[p.language], p.parts, t(state_of(p)), p.text if p.differs else "")
        for p in proposals
    ])  # fmt: skip
    with sheet.saved() as file:
        return file.read()
