"""A hospital with people of every sort, who ask the engine for things from outside its event loop."""

import asyncio
import itertools
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypeVar

from hypothesis import assume, note
from hypothesis.stateful import RuleBasedStateMachine

from storage.access import NotVisible
from storage.access.cases import by_link
from storage.directory import Viewer, viewer_of
from tests.support import ledger
from tests.support.desk import Desk, open_desk
from workflows.actor import SYSTEM_ACTOR, Actor, Door
from workflows.engine import Outcome
from workflows.errors import WorkflowError
from workflows.repair.machine import REPAIR

T = TypeVar("T")
NewDatabase = Callable[[], AbstractAsyncContextManager[str]]
STAFF = ("reporter", "engineer", "second_engineer", "head", "department_head", "stranger")
PEOPLE = (*STAFF, "leaver", "nobody")
LEAVER = """
WITH p AS (INSERT INTO person (organisation_id, name, title, active, failed_sign_ins)
           VALUES ($1, 'Leaver', '', false, 0) RETURNING id)
INSERT INTO post (person_id, organisation_id, role, starts_at)
SELECT id, $1, 'engineer', '2020-01-01T00:00:00Z' FROM p RETURNING person_id
"""


@dataclass(frozen=True)
class Request:
    """An action as it was asked for; `case` is what the page showed of it."""

    case: Outcome
    action: str
    actor: Actor
    data: Mapping[str, Any]
    key: str


class Hospital(RuleBasedStateMachine):
    """What rules need: the desk on a database of this example alone, people by name, requests and their answers."""

    new_database: ClassVar[NewDatabase]
    done: ClassVar[set[str]]

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.cases: list[Outcome] = []
        self.links: list[int] = []
        self.accepted: list[tuple[Request, Outcome]] = []
        self.in_turn = itertools.cycle(STAFF)

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run on the loop that the database's connections belong to."""
        return self.runner.run(work)

    async def open(self) -> None:
        """Make the database and its people."""
        dsn = await self.stack.enter_async_context(type(self).new_database())
        self.desk: Desk = await self.stack.enter_async_context(open_desk(dsn))
        world = self.desk.world
        leaver = await self.desk.value(LEAVER, world.hospital)
        self.people = {name: getattr(world, name) for name in STAFF if name != "stranger"}
        self.people |= {"stranger": self.desk.stranger, "leaver": leaver, "nobody": 10**9}

    def teardown(self) -> None:
        self.do(self.stack.aclose())
        self.runner.close()

    def case(self, nth: int) -> Outcome:
        return self.cases[nth % len(self.cases)]

    def actor(self, name: str) -> Actor:
        if name == "system":
            return SYSTEM_ACTOR
        if name.startswith("link"):
            assume(self.links)
            return Actor(Door.LINK, participant_id=self.links[int(name[-1]) % len(self.links)])
        return Actor(Door.PAGE, self.people[name])

    def filled(self, action: str, form: Mapping[str, Any]) -> dict[str, Any]:
        """The right fields for an action."""
        fields = next(m.form for m in REPAIR.moves if m.action == action).model_fields
        values = {
            name: form["words"] for name in fields if name in ("diagnosis", "reason", "remark", "work_done")
        }
        values |= {name: form["estimate"] for name in fields if name in ("estimate", "cost")}
        if "technician" in fields and "technician" in form:
            values["technician"] = self.people[form["technician"]]
        return values

    def ask(self, request: Request) -> Outcome | WorkflowError:
        """Send; a refusal must have changed nothing."""
        before = self.do(ledger.everything(self.desk.db))
        try:
            answer = self.do(self.send(request))
        except WorkflowError as refused:
            note(f"{request.action} refused: {type(refused).__name__} {refused}")
            assert self.do(ledger.changed(self.desk.db, before)) == set()
            return refused
        self.remember(request, answer)
        self.refresh(request.case.case_id)
        return answer

    def remember(self, request: Request, answer: Outcome) -> None:
        note(f"{request.action} done: {answer}")
        assert not answer.repeated
        self.accepted.append((request, answer))
        self.done.add(request.action)

    async def send(self, request: Request) -> Outcome:
        return await self.desk.act(request.case, request.action, request.actor, request.data, key=request.key)

    async def send_at_once(self, requests: list[Request]) -> list[Outcome | BaseException]:
        return await asyncio.gather(*(self.send(request) for request in requests), return_exceptions=True)

    async def offers(self, case: Outcome, actor: Actor) -> list[str]:
        """What that actor is shown of the case; nothing when they may not even see it."""
        viewer = await self.viewer(actor)
        if viewer is None:
            return []
        try:
            view = await self.desk.cases.view(viewer, case.number)
        except NotVisible:
            return []
        return [offer.action for offer in view.offers]

    async def viewer(self, actor: Actor) -> Viewer | None:
        if actor.participant_id is not None:
            return (await by_link(self.desk.db, actor.participant_id))[0]
        if actor.person_id is None:
            return Viewer("")
        async with self.desk.db.connection() as connection:
            return await viewer_of(connection, actor.person_id, self.desk.business.now())

    def refresh(self, case_id: int) -> None:
        """Look at the case again, as a page that is opened anew does."""
        row = self.do(self.desk.db.fetchrow("SELECT state, version FROM work_case WHERE id = $1", case_id))
        assert row is not None
        for nth, case in enumerate(self.cases):
            if case.case_id == case_id:
                self.cases[nth] = replace(case, state=row["state"], version=row["version"])

    def refresh_all(self) -> None:
        for case in self.cases:
            self.refresh(case.case_id)
