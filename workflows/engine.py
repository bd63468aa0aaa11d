"""The only writer of a case's state.

`act` and `open` each do everything in ONE transaction: lock the case, refuse what is stale or not
allowed, write state, history, timers and outbox rows. The same idempotency key again returns the
first answer. What is not allowed is a typed error (`workflows.errors`), and then nothing was changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import asyncpg

from storage import case_opening, case_writer, directory
from storage.case_opening import NewCase
from storage.case_writer import NewAttachment, NewPart, Written
from storage.clock import Clock
from storage.database import Connection, Database
from storage.directory import Viewer
from storage.facts import Facts, load_facts
from storage.failpoints import FailPoints, NoFailPoints
from storage.numbers import mobile
from storage.one_transaction import OneTransaction
from storage.sealing import RecordSealer
from storage.spans import Span
from workflows.actor import Actor, Reporter
from workflows.asked import Asked, Taking, Token, fingerprint, sealed_fields, step_row
from workflows.calendar import Calendar
from workflows.definition import Form, Move, Part, Workflow
from workflows.errors import ActorUnknown, CaseNotFound, FormInvalid, KeyReused, WorkflowError
from workflows.outcome import Outcome, acting_viewer, first_answer, stale
from workflows.parts import appoint
from workflows.plan import facts_after, messages_for, timers_armed
from workflows.recipients import holders_for
from workflows.registry import Registry
from workflows.rules import check_opening, choose, choose_opening, has_seen
from workflows.step_messages import step_told

__all__ = ["Clocks", "Engine", "Outcome", "Place"]


@dataclass(frozen=True)
class Place:
    """Where a case is opened: the organisation, the device if it is about one, the case that it comes from."""

    organisation_id: int
    device_id: int | None = None
    parent_id: int | None = None


@dataclass(frozen=True)
class Clocks:
    """Both clocks and the calendar, as every writer needs them."""

    business: Clock
    real: Clock
    calendar: Calendar


class Engine:
    """Opens cases and acts on them, for every front door alike."""

    def __init__(
        self,
        db: Database,
        registry: Registry,
        clocks: Clocks,
        fail: FailPoints,
        sealer: RecordSealer | None = None,
    ) -> None:
        """`sealer` is needed where a workflow's forms have sealed fields."""
        self._db = db
        self._registry = registry
        self._clocks = clocks
        self._fail = fail
        self._sealer = sealer

    def within(self, tx: Connection) -> "Engine":
        """The engine in the caller's transaction: what it writes is committed with all else, or not at all."""
        return Engine(OneTransaction(tx), self._registry, self._clocks, NoFailPoints(), self._sealer)

    async def act(  # noqa: PLR0913 - all but four are named by the caller
        self,
        case_id: int,
        action: str,
        actor: Actor,
        data: Mapping[str, Any],
        *,
        seen_version: int,
        idempotency_key: str,
        attachments: Sequence[NewAttachment] = (),
        joining: Reporter | None = None,
    ) -> Outcome:
        """Do `action` on a case. Raises a kind of `WorkflowError`, or `DatabaseAway`.

        `joining` is somebody without an account who takes part in the case from now on.

        `seen_version` is the version that the actor was shown. It is stale when the state was entered
        anew since then; a remark that somebody added meanwhile does not make it so.
        """
        token = Token(idempotency_key, fingerprint(actor, str(case_id), action))
        asked = Asked(action, actor, data, token, attachments, joining)
        try:
            async with self._db.transaction() as tx:
                outcome = await self._act(tx, case_id, asked, seen_version)
                self._fail.hit("engine.before_commit")
        except asyncpg.UniqueViolationError as error:
            return await self._first_answer(token, error)
        except WorkflowError as refused:
            return await self._given_before(token, refused)
        self._fail.hit("engine.after_commit")
        return outcome

    async def _act(self, tx: Connection, case_id: int, asked: Asked, seen_version: int) -> Outcome:
        locked = await case_writer.lock_case_for(
            tx, case_id, asked.actor.person_id, self._clocks.business.now()
        )
        if locked is None:
            raise CaseNotFound
        workflow = self._registry.named(locked.workflow)
        facts = await self._facts(tx, workflow, case_id, locked.span)
        viewer = acting_viewer(asked, locked.person, facts)
        if seen_version < facts.entered_version:
            raise stale(workflow, facts)
        move, form = choose(workflow, facts, viewer, asked.actor, asked.action, asked.data)
        if not has_seen(facts, move, seen_version):
            raise stale(workflow, facts)
        return await self._take(tx, Taking(workflow, facts, viewer, move, form, asked))

    async def open(  # noqa: PLR0913 - all but four are named by the caller
        self,
        workflow_name: str,
        action: str,
        actor: Actor,
        data: Mapping[str, Any],
        *,
        place: Place,
        idempotency_key: str,
        reporter: Reporter | None = None,
        attachments: Sequence[NewAttachment] = (),
    ) -> Outcome:
        """Open a case. `reporter` is somebody without an account. Raises as `act` does."""
        token = Token(idempotency_key, fingerprint(actor, workflow_name, action))
        asked = Asked(action, actor, data, token, attachments)
        workflow = self._registry.named(workflow_name)
        try:
            async with self._db.transaction() as tx:
                move, form = choose_opening(workflow, actor, action, data)
                facts, viewer = await self._new_case(tx, workflow, move, form, actor, place, reporter)
                move = check_opening(workflow, facts, viewer, actor, move, form)
                facts = await _numbered(tx, workflow, facts, token)
                outcome = await self._take(tx, Taking(workflow, facts, viewer, move, form, asked))
                self._fail.hit("engine.before_commit")
        except asyncpg.UniqueViolationError as error:
            return await self._first_answer(token, error)
        except WorkflowError as refused:
            return await self._given_before(token, refused)
        self._fail.hit("engine.after_commit")
        return outcome

    async def _new_case(
        self,
        tx: Connection,
        workflow: Workflow,
        move: Move,
        form: Form,
        actor: Actor,
        place: Place,
        reporter: Reporter | None,
    ) -> tuple[Facts, Viewer]:
        """Insert the case at version 0 and make whoever opens it its reporter."""
        now = self._clocks.business.now()
        new = NewCase(
            workflow=workflow.name,
            definition_version=workflow.version,
            state=str(move.target),
            organisation_id=place.organisation_id,
            device_id=place.device_id,
            title=workflow.title(form),
            at=now,
            parent_id=place.parent_id,
        )
        if reporter is not None:
            phone = mobile(reporter.phone) or reporter.phone
            part = NewPart(Part.REPORTER, None, reporter.name, phone, reporter.email, reporter.language)
            case_id, participant_id = await case_opening.new_case(tx, new, part)
            viewer = Viewer(reporter.name, participant_id=participant_id, case_id=case_id)
        elif actor.is_system:
            viewer = Viewer("")
            case_id, _ = await case_opening.new_case(tx, new, None)
        else:
            viewer = await self._person(tx, actor)
            part = NewPart(Part.REPORTER, viewer.person_id, viewer.name)
            case_id, _ = await case_opening.new_case(tx, new, part)
        return await self._facts(tx, workflow, case_id, Span(since=self._clocks.real.now())), viewer

    async def _take(self, tx: Connection, step: Taking) -> Outcome:
        """Take the chosen move: appoint, write everything, answer."""
        workflow, move = step.workflow, step.move
        step = await appoint(tx, step)
        facts = step.facts
        changes = {
            **(move.writes(facts, step.form) if move.writes else {}),
            **sealed_fields(step, self._sealer),
        }
        entered = move.target is not None
        target = str(move.target or facts.state)
        after = facts_after(facts, target, changes, facts.version + 1, entered)
        holders = await holders_for(tx, workflow, move.tells, after, self._clocks.real)
        outcome = Outcome(facts.case_id, facts.number, target, after.version, step.viewer.participant_id)
        await case_writer.write(
            tx,
            Written(
                case_id=facts.case_id,
                version=after.version,
                entered=entered,
                closed=target in workflow.final,
                at=facts.now,
                recorded_at=self._clocks.real.now(),
                step=step_row(step, target),
                detail_table=workflow.detail_table,
                detail=changes,
                timers=timers_armed(workflow, after, move, self._clocks.calendar),
                messages=messages_for(
                    workflow,
                    after,
                    move.tells,
                    holders,
                    step.viewer.person_id,
                    self._clocks.calendar,
                    step.asked.attachments,
                ),
                attachments=step.asked.attachments,
                answer=(step.asked.token.key, step.asked.token.fingerprint, asdict(outcome)),
                heard=step_told(workflow, after, step.asked.action, move.source),
                number=facts.number,
            ),
        )
        return outcome

    async def _facts(self, tx: Connection, workflow: Workflow, case_id: int, span: Span) -> Facts:
        defaults = {name: policy.value for name, policy in workflow.policies.items()}
        now = self._clocks.business.now()
        facts = await load_facts(tx, case_id, workflow.detail_table, defaults, now, span)
        if facts is None:
            raise CaseNotFound
        return facts

    async def _person(self, tx: Connection, actor: Actor) -> Viewer:
        if actor.person_id is None:
            raise ActorUnknown
        viewer = await directory.viewer_of(tx, actor.person_id, self._clocks.business.now())
        if viewer is None:
            raise ActorUnknown
        return viewer

    async def _given_before(self, token: Token, refused: WorkflowError) -> Outcome:
        """The first answer to the same key, else the refusal. A key is looked up only where it can matter."""
        async with self._db.connection() as connection:
            known = await first_answer(connection, token)
        if known is None:
            raise refused
        return known

    async def _first_answer(self, token: Token, error: asyncpg.UniqueViolationError) -> Outcome:
        """Another request with the same key was faster: its answer. Or a field holds what another case has."""
        async with self._db.connection() as connection:
            known = await first_answer(connection, token)
            if known is not None:
                return known
            field = await case_writer.column_of(connection, error.table_name, error.constraint_name)
        raise FormInvalid.taken(field) if field else KeyReused


async def _numbered(tx: Connection, workflow: Workflow, facts: Facts, token: Token) -> Facts:
    """The new case with its number; raises `KeyReused` when the key was answered before."""
    number = await case_opening.new_number(tx, workflow.prefix, facts.opened_at, token.key)
    if number is None:
        raise KeyReused
    return replace(facts, number=number)
