"""The work of imports, done in the background: checking, bringing in, taking back. Survives being killed.

Each piece of work is one transaction, so that a killed process leaves nothing of it, and the next one begins
it anew. After `MOST_TRIES` beginnings without an end the batch fails, and says so.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NoReturn, Protocol, runtime_checkable

import structlog

from storage import imports as rows
from storage.database import AWAY_ERRORS, Database, DatabaseAway
from storage.directory import viewer_of
from storage.files import Files
from storage.imports import Batch, RowMade
from storage.texts import N_, Gettext
from workflows.actor import Door
from workflows.administration.import_outcome import Outcome
from workflows.administration.imports import (
    CHECKING,
    DONE,
    FAILED,
    KIND,
    PREVIEW,
    RUNNING,
    UNDOING,
    UNDONE,
    At,
    Existing,
    ImportKind,
    Imports,
)
from workflows.administration.many_rows import putting_off
from workflows.administration.office import By, Change, Desk, Office
from workflows.administration.sheets import Sheet, SheetRow, read_sheet
from workflows.administration.unreachable import Mute
from workflows.definition import Form
from workflows.errors import ActorUnknown, FormInvalid, WorkflowError
from workflows.forms import fill_in

MOST_TRIES = 3
SHOWN_BARS = 200
EVERY = 100  # rows between two notes of how far it is
BROKEN = N_("Something went wrong on our side, and nothing was imported. Please contact the administrator.")
GAVE_UP = N_(
    "The import was interrupted repeatedly and was cancelled. Nothing was imported. Please try again."
)
MOVED_ON = N_("The records changed since the preview, so nothing was imported. This is the current preview.")

log = structlog.get_logger()


class TwoRows(WorkflowError):
    """Two rows of a file change the same thing."""

    text = N_("Row {row} already changes the same. Please keep only one of them.")


@runtime_checkable
class Warns(Protocol):
    """A kind that knows what to look at before its rows are brought in."""

    async def warnings(self, desk: Desk, at: At) -> list[Mute]:
        """Posts whose holders nothing reaches once they are."""


class RolledBack(Exception):
    """The transaction has served its purpose and is undone: a preview, or rows that are wrong."""


class ImportRunner:
    """Does what waits to be done, one batch at a time; several processes may run one each."""

    def __init__(self, office: Office, imports: Imports, files: Files, languages: Sequence[Gettext]) -> None:
        self._office, self._imports, self._files, self._languages = office, imports, files, languages
        self._piece: Callable[[], None] = lambda: None

    async def run_due(self, piece: Callable[[], None] = lambda: None) -> None:
        """Work on every batch that waits, calling `piece` now and then on the way; raises `DatabaseAway`."""
        self._piece = piece
        for batch in await rows.due(self._db):
            await self._one(batch)

    @property
    def _db(self) -> Database:
        return self._office.db

    async def _one(self, batch: Batch) -> None:
        work = {CHECKING: self._bring_in, RUNNING: self._bring_in, UNDOING: self._take_back}[batch.state]
        async with self._db.transaction() as connection:  # holds the batch, and nothing else
            if not await rows.try_lock(connection, batch.id):
                return
            if await rows.state_of(connection, batch.id) != batch.state:
                return
            try:
                if await rows.count_try(self._db, batch.id) > MOST_TRIES:
                    await self._fail(batch, GAVE_UP)
                    return
                await work(batch)
            except (DatabaseAway, *AWAY_ERRORS):
                raise
            except WorkflowError as error:
                await self._fail(batch, error.text, error.params)
            except Exception:
                log.exception("import_failed", batch=batch.id)
                await self._fail(batch, BROKEN)

    async def _bring_in(self, batch: Batch) -> None:
        kind, content = self._imports.kinds[batch.kind], await self._files.get(batch.file_id or "")
        sheet, forms, outcome = await asyncio.to_thread(_filled, content, kind, self._languages)
        try:
            async with self._office.writing(await self._by(batch)) as desk:
                await self._rows(desk, batch, kind, forms, outcome)
                if isinstance(kind, Warns):
                    at = At(batch.organisation_id, batch.organisation_name, batch.path)
                    outcome.mute = await kind.warnings(desk, at)
                report, unsound = outcome.report(sheet), bool(outcome.counts["wrong"])
                if batch.state == CHECKING or unsound or report["plan"] != batch.report.get("plan"):
                    _roll_back()
                await self._record(desk, batch, DONE, {"counts": dict(outcome.counts)})
                await rows.finish(desk.connection, batch.id, DONE, report, desk.clocks.real.now())
        except RolledBack:
            moved = {"moved_on": batch.state == RUNNING}
            await self._finish(batch, PREVIEW, {**outcome.report(sheet), **moved})

    async def _rows(
        self, desk: Desk, batch: Batch, kind: ImportKind, forms: Mapping[int, Form], outcome: Outcome
    ) -> None:
        at = At(batch.organisation_id, batch.organisation_name, batch.path)
        known = await kind.match(desk, at, forms)
        async with putting_off(desk) as (later, rows_desk):
            for nth, (number, form) in enumerate(forms.items()):
                if nth % EVERY == 0:
                    await later.send(desk.connection)
                    await self._progress(batch, nth, len(forms))
                try:
                    await _row(rows_desk, batch.id, kind, at, (number, form, known.get(number)), outcome)
                except WorkflowError as error:
                    outcome.wrong(number, error)
        await self._progress(batch, len(forms), len(forms))

    async def _progress(self, batch: Batch, done: int, total: int) -> None:
        self._piece()
        await rows.progress(self._db, batch.id, done, total)

    async def _take_back(self, batch: Batch) -> None:
        kind, bars = self._imports.kinds[batch.kind], []
        try:
            async with self._office.writing(await self._by(batch)) as desk:
                made = await rows.rows_made(desk.connection, batch.id)
                async with putting_off(desk) as (_, rows_desk):
                    for nth, row in enumerate(made):
                        if nth % EVERY == 0:
                            await self._progress(batch, nth, len(made))
                        if (bar := await _back(rows_desk, kind, row)) is not None:
                            bars.append((row.row_number, bar))
                if bars:
                    _roll_back()
                await self._record(desk, batch, UNDONE, {"rows": len(made)})
                await rows.finish(desk.connection, batch.id, UNDONE, {}, desk.clocks.real.now())
        except RolledBack:
            await self._finish(batch, DONE, {"bars": sorted(bars)[:SHOWN_BARS]})

    async def _by(self, batch: Batch) -> By:
        """Whoever pressed the button, with the rights they have now; raises `ActorUnknown`."""
        async with self._db.connection() as connection:
            at = self._office.clocks.business.now()
            viewer = await viewer_of(connection, batch.person_id, at)
        if viewer is None:
            raise ActorUnknown
        return By(viewer, Door.SYSTEM)

    async def _record(self, desk: Desk, batch: Batch, action: str, after: Mapping[str, Any]) -> None:
        change = Change(f"import.{action}", batch.organisation_id, KIND, batch.id, batch.name, after=after)
        await desk.record(change)

    async def _finish(self, batch: Batch, state: str, report: Mapping[str, Any]) -> None:
        async with self._db.transaction() as connection:
            await rows.finish(connection, batch.id, state, report, self._office.clocks.real.now())

    async def _fail(self, batch: Batch, text: str, params: Mapping[str, Any] | None = None) -> None:
        """A batch that was brought in stays so when taking it back fails."""
        state = DONE if batch.state == UNDOING else FAILED
        await self._finish(batch, state, {"error": [text, dict(params or {})]})


async def _row(
    desk: Desk,
    batch_id: int,
    kind: ImportKind,
    at: At,
    row: tuple[int, Form, Existing | None],
    outcome: Outcome,
) -> None:
    number, form, found = row
    if found is None:
        made = await kind.create(desk, at, form)
        outcome.news.append((number, made.name))
        outcome.will("new", number, None)
    elif differs := _differing(found.values, form):
        if found.id in outcome.changed_by:
            raise TwoRows(row=outcome.changed_by[found.id])
        made = await kind.change(desk, at, found, form)
        outcome.changes.append((number, made.name, differs))
        outcome.will("changed", number, found)
        outcome.changed_by[found.id] = number
    else:
        outcome.will("same", number, found)
        return
    before = None if found is None else found.values
    await rows.add_row(desk.writes, batch_id, RowMade(number, kind.name, made.id, made.version, before))


async def _back(desk: Desk, kind: ImportKind, row: RowMade) -> str | None:
    if row.before is None:
        return await kind.remove(desk, row.subject_id, row.made_version)
    return await kind.restore(desk, row.subject_id, row.made_version, row.before)


def _filled(
    content: bytes, kind: ImportKind, languages: Sequence[Gettext]
) -> tuple[Sheet, dict[int, Form], Outcome]:
    """The rows as forms, and those that are none as faults; raises `SheetUnreadable`."""
    sheet, forms, outcome = read_sheet(content, kind.form, languages), {}, Outcome()
    for row in sheet.rows:
        try:
            forms[row.number] = _form(kind, row)
        except FormInvalid as error:
            outcome.wrong(row.number, error)
    return sheet, forms, outcome


def _form(kind: ImportKind, row: SheetRow) -> Form:
    if row.faults:
        raise FormInvalid({name: (text, {}) for name, text in row.faults.items()})
    return fill_in(kind.form, row.cells)


def _roll_back() -> NoReturn:
    raise RolledBack


def _differing(values: Mapping[str, Any], form: Form) -> dict[str, list[str]]:
    """What a row changes: the fields of its form that are not so yet, before and after."""
    new = form.model_dump()
    return {
        name: [_shown(values.get(name)), _shown(value)]
        for name, value in new.items()
        if name in form.model_fields_set and _shown(values.get(name)) != _shown(value)
    }


def _shown(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:.2f}".removesuffix(".00")
    return "" if value is None else str(value)
