"""The engine on a real database with a small hospital: people act by their id, clocks stand still until moved."""

import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from storage import business_time
from storage.clock import BusinessClock
from storage.database import Database
from storage.directory import Viewer, viewer_of
from storage.failpoints import NoFailPoints
from storage.sealing import Envelopes, MasterKey, new_master_key
from tests.support.clocks import FixedClock
from tests.support.world import LONG_AGO, World, add_organisation, add_person, make_world
from workflows.actor import Actor, Door, Reporter
from workflows.calendar import Calendar, ChineseWorkingDays
from workflows.cases import Cases
from workflows.deadlines import Deadlines
from workflows.engine import Clocks, Engine, Outcome, Place
from workflows.identity.roles import Role
from workflows.registry import all_workflows

TRIAGE = {"diagnosis": "tube", "estimate": "1200"}
LARGE = "60000"
SEALER = Envelopes(MasterKey(new_master_key()))


@dataclass
class Desk:
    """Everything that acts on cases; `administrator` and `stranger` (head of another hospital) beside the world."""

    db: Database
    world: World
    administrator: int
    stranger: int
    real: FixedClock
    business: BusinessClock
    clocks: Clocks
    engine: Engine
    cases: Cases
    deadlines: Deadlines
    keys: Any = field(default_factory=lambda: itertools.count(1))

    async def report(self, by: int | None = None, *, key: str | None = None) -> Outcome:
        """A fault that somebody with an account has reported, the reporter unless told."""
        return await self.engine.open(
            "repair",
            "report",
            Actor(Door.PAGE, self.world.reporter if by is None else by),
            {"fault": "No image"},
            place=self.place,
            idempotency_key=key or self.new_key(),
        )

    async def report_without_account(
        self, name: str = "A nurse", email: str = "", *, key: str | None = None
    ) -> Outcome:
        return await self.engine.open(
            "repair",
            "report",
            Actor(Door.LINK),
            {"fault": "No image"},
            place=self.place,
            idempotency_key=key or self.new_key(),
            reporter=Reporter(name, "", email),
        )

    async def act(
        self,
        case: Outcome,
        action: str,
        by: int | Actor,
        data: Mapping[str, Any] | None = None,
        *,
        key: str | None = None,
    ) -> Outcome:
        """Somebody acts on what they saw of the case: `case` is the outcome of the step that they saw last."""
        return await self.engine.act(
            case.case_id,
            action,
            Actor(Door.PAGE, by) if isinstance(by, int) else by,
            data or {},
            seen_version=case.version,
            idempotency_key=key or self.new_key(),
        )

    async def triaged(self, estimate: str = "1200") -> Outcome:
        """A repair that the engineer assessed, who will also do it."""
        data = {**TRIAGE, "estimate": estimate}
        return await self.act(await self.report(), "triage", self.world.engineer, data)

    async def repaired(self, case: Outcome | None = None) -> Outcome:
        """A repair that only waits for confirmation."""
        case = case or await self.report()
        case = await self.act(case, "triage", self.world.engineer, TRIAGE)
        case = await self.act(case, "start", self.world.engineer)
        return await self.act(case, "finish", self.world.engineer, {"work_done": "new tube", "cost": "900"})

    async def closed(self) -> Outcome:
        return await self.act(await self.repaired(), "confirm", self.world.reporter)

    async def steps(self, case: Outcome) -> list[tuple[str, str]]:
        """The history: what was done, by whom."""
        return [
            (row["action"], row["actor_name"])
            for row in await self.db.fetch(
                "SELECT action, actor_name FROM step WHERE case_id = $1 ORDER BY id", case.case_id
            )
        ]

    async def told(self, case: Outcome, version: int | None = None) -> list[tuple[str, int | None]]:
        """Messages of one step (the last one seen unless told): kind without the workflow's name, and to whom."""
        rows = await self.db.fetch(
            "SELECT kind, person_id FROM message WHERE case_id = $1 AND case_version = $2 ORDER BY id",
            case.case_id,
            case.version if version is None else version,
        )
        return [(row["kind"].partition(".")[2], row["person_id"]) for row in rows]

    async def value(self, sql: str, *args: Any) -> Any:
        row = await self.db.fetchrow(sql, *args)
        return row[0] if row else None

    async def viewer(self, person: int) -> Viewer:
        async with self.db.connection() as connection:
            viewer = await viewer_of(connection, person, self.business.now())
        assert viewer is not None
        return viewer

    async def offers(self, case: Outcome, person: int) -> list[str]:
        """The actions that this person is shown."""
        view = await self.cases.view(await self.viewer(person), case.number)
        return [offer.action for offer in view.offers]

    async def set_policy(
        self, organisation: int, name: str, value: Mapping[str, Any], version: int = 1
    ) -> None:
        await self.db.execute(
            "INSERT INTO policy (organisation_id, name, value, source, version, valid_from) "
            "VALUES ($1, $2, $3, 'a test', $4, $5)",
            organisation,
            name,
            dict(value),
            version,
            LONG_AGO,
        )

    async def move_clock(self, by: timedelta) -> int:
        """Move business time forward and let the deadlines fire on the way; how many did."""
        async with self.db.connection() as connection:
            await business_time.advance(connection, by.total_seconds())
        return await self.deadlines.run_due()

    async def reminders(self, case: Outcome) -> list[tuple[str, int, datetime]]:
        """Rule, rung and business time of every reminder, in order."""
        rows = await self.db.fetch(
            "SELECT data->>'rule' AS rule, (data->>'rung')::int AS rung, at FROM step "
            "WHERE case_id = $1 AND action = 'remind' ORDER BY id",
            case.case_id,
        )
        return [(row["rule"], row["rung"], row["at"]) for row in rows]

    @property
    def place(self) -> Place:
        return Place(self.world.department, self.world.device)

    def new_key(self) -> str:
        return f"key-{next(self.keys)}"


@asynccontextmanager
async def open_desk(dsn: str, real: FixedClock | None = None) -> AsyncIterator[Desk]:
    """A desk on a fresh database."""
    async with Database.open(dsn, max_size=6) as db:
        world = await make_world(db)
        administrator = await add_person(db, world.hospital, "Administrator", Role.ADMINISTRATOR)
        other = await add_organisation(db, "hospital", "Second Demo Hospital")
        stranger = await add_person(db, other, "Head of another hospital", Role.EQUIPMENT_HEAD)
        yield desk_on(db, world, administrator, stranger, real or FixedClock())


def desk_on(db: Database, world: World, administrator: int, stranger: int, real: FixedClock) -> Desk:
    """Engine, deadlines and cases as one more process would have them."""
    business, registry = BusinessClock(real), all_workflows()
    clocks = Clocks(business, real, Calendar(ChineseWorkingDays({}, 2026)))
    fail = NoFailPoints()
    return Desk(
        db=db,
        world=world,
        administrator=administrator,
        stranger=stranger,
        real=real,
        business=business,
        clocks=clocks,
        engine=Engine(db, registry, clocks, fail, SEALER),
        cases=Cases(db, registry, business),
        deadlines=Deadlines(db, registry, clocks, business, fail),
    )
