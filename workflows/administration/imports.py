"""Imports from spreadsheets: a preview first, then all rows or none, and a way back.

A kind of import is one class with the shape of `ImportKind`, handed to `Imports` by the composition root
(`workflows/administration/import_kinds.py` lists them). Everything else is the same for all kinds: the template
(columns, notes and drop-downs come from the kind's pydantic form), reading with limits, faults by row and column,
preview, progress, audit of the batch, undo. A kind says:

- which form a row fills in: titles are the captions of the columns, `labels` its drop-downs;
- who may do it (`roles`, held for the organisation at which the file is brought in);
- how a row finds what it is about: `match` gives what is there already, for all rows at once;
- `create` and `change`: within the batch's transaction, with the audit row of the subject, raising `FormInvalid`
  (or another `WorkflowError`) with what is wrong; nothing is left of the batch if any row raises;
- `remove` and `restore`: the way back of one row, or why there is none (a source text): somebody changed or used
  what the import made. `restore` gets what `match` gave as `values` before.

The preview is the import itself, rolled back: what it shows is what happens. A row whose values are all there
already is left alone. Nothing of a kind may commit, or do what a rollback does not take back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from storage import imports as rows
from storage.access import NotVisible
from storage.imports import Batch
from storage.texts import N_
from workflows.administration.office import By, Change, Desk, Office
from workflows.definition import Form
from workflows.errors import NotPermitted, WorkflowError
from workflows.identity.roles import Role

KIND = "import"
CHECKING, PREVIEW, RUNNING, DONE, UNDOING, UNDONE, FAILED, DROPPED = (
    "checking", "preview", "running", "done", "undoing", "undone", "failed", "dropped",
)  # fmt: skip
IMPORT = N_("import here")


@dataclass(frozen=True)
class At:
    """The organisation at which a file is brought in; rows may name organisations below it.

    `notes`: what a kind has found out for one row and need not ask the database again for the others.
    """

    id: int
    name: str
    path: str
    notes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Existing:
    """What a row is about and is there already. `values` by field of the form; empty ones may be left out."""

    id: int
    version: int
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Made:
    """What a row made or changed, with the version that it has now; `name` says it to people."""

    id: int
    version: int
    name: str


class ImportKind(Protocol):
    """One kind of import; see the top of this file."""

    @property
    def name(self) -> str:
        """Names it in addresses and rows: devices, people, organisations (at most 16 letters)."""
        ...

    @property
    def label(self) -> str:
        """What it is called (a source text)."""
        ...

    @property
    def form(self) -> type[Form]:
        """What a row fills in."""
        ...

    @property
    def roles(self) -> frozenset[Role]:
        """Who may do it."""
        ...

    async def match(self, desk: Desk, at: At, forms: Mapping[int, Form]) -> Mapping[int, Existing]:
        """What is there already, by row number; rows that make something new are left out."""
        ...

    async def create(self, desk: Desk, at: At, form: Form) -> Made:
        """Enter it; raises `WorkflowError`."""
        ...

    async def change(self, desk: Desk, at: At, found: Existing, form: Form) -> Made:
        """Change it; raises `WorkflowError`."""
        ...

    async def remove(self, desk: Desk, subject_id: int, version: int) -> str | None:
        """Take back what was entered, or say why not (a source text)."""
        ...

    async def restore(
        self, desk: Desk, subject_id: int, version: int, before: Mapping[str, Any]
    ) -> str | None:
        """Take back what was changed (`before` came through JSON), or say why not (a source text)."""
        ...


class ImportNotInThisState(WorkflowError):
    """The batch has gone on since its page was opened."""

    text = N_("This import has changed in the meantime. Please check again.")


class ImportFaulty(WorkflowError):
    """Rows are wrong, and all or none are brought in."""

    text = N_(
        "Some rows are wrong. Please correct the file and upload it again: either all rows are imported or none."
    )


@dataclass(frozen=True)
class Upload:
    """A file to be brought in."""

    kind: str
    organisation_id: int
    name: str
    sha256: str


class Imports:
    """What people do with imports on pages; the work itself is done by `ImportRunner`, in the background."""

    def __init__(self, office: Office, kinds: Sequence[ImportKind]) -> None:
        self._office = office
        self.kinds: Mapping[str, ImportKind] = {kind.name: kind for kind in kinds}

    async def upload(self, by: By, upload: Upload) -> int:
        """Have a stored file checked; the batch's id. Raises `NotVisible`, `NotPermitted`, `DatabaseAway`."""
        kind = self.kinds.get(upload.kind)
        async with self._office.writing(by) as desk:
            at = await rows.organisation(desk.connection, upload.organisation_id, by.viewer.paths)
            if kind is None or at is None:
                raise NotVisible
            _check(by, kind, at.path)
            twin = await rows.twin(desk.connection, upload.kind, at.id, upload.sha256)
            batch_id = await rows.add(
                desk.connection, upload, by.viewer.person_id, desk.clocks.real.now(), {"twin": twin}
            )
            await self._note(desk, "import.upload", at.id, batch_id, upload.name, {"kind": kind.name})
            return batch_id

    async def start(self, by: By, batch_id: int) -> None:
        """Bring the rows in as the preview shows; raises `ImportFaulty` and as `drop` does."""
        await self._go_on(by, batch_id, PREVIEW, RUNNING)

    async def drop(self, by: By, batch_id: int) -> None:
        """Leave it; raises `NotVisible`, `NotPermitted`, `ImportNotInThisState`, `DatabaseAway`."""
        await self._go_on(by, batch_id, PREVIEW, DROPPED)

    async def undo(self, by: By, batch_id: int) -> None:
        """Take back what it made and changed; raises as `drop` does."""
        await self._go_on(by, batch_id, DONE, UNDOING)

    async def _go_on(self, by: By, batch_id: int, source: str, target: str) -> None:
        async with self._office.writing(by) as desk:
            batch = await rows.locked(desk.connection, batch_id, by.viewer.paths)
            kind = self.kinds.get(batch.kind) if batch else None
            if batch is None or kind is None:
                raise NotVisible
            _check(by, kind, batch.path)
            if batch.state != source:
                raise ImportNotInThisState
            if target == RUNNING and _is_faulty(batch):
                raise ImportFaulty
            await rows.enter(desk.connection, batch_id, target, by.viewer.person_id)
            await self._note(desk, f"import.{target}", batch.organisation_id, batch_id, batch.name, {})

    async def _note(
        self,
        desk: Desk,
        action: str,
        organisation_id: int,
        batch_id: int,
        name: str,
        after: Mapping[str, Any],
    ) -> None:
        await desk.record(Change(action, organisation_id, KIND, batch_id, name, after=after))


def _check(by: By, kind: ImportKind, path: str) -> None:
    if not by.viewer.holds(kind.roles, path):
        raise NotPermitted(action_text=IMPORT)


def _is_faulty(batch: Batch) -> bool:
    counts = batch.report.get("counts", {})
    return bool(counts.get("wrong")) or not counts.get("new", 0) + counts.get("changed", 0)
