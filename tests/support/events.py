"""Adverse events for tests: what is reported, who has to do with it, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from storage.clock import SHANGHAI
from storage.database import Database
from tests.support.desk import Desk
from tests.support.world import add_organisation, add_person
from workflows.actor import Actor, Door
from workflows.engine import Outcome, Place
from workflows.identity.roles import Role

CANARY = "Canary Patient Zhang"
PATIENT = {
    "patient_name": CANARY,
    "patient_age": "61 years canary",
    "patient_sex": "female",
    "patient_phone": "+86 139 0000 4711",
    "patient_record": "canary-record-0815",
}
REPORT = {
    "outcome": "other",
    "happened_on": "2026-03-02",
    "known_at": "2026-03-02T09:00",
    "manifestation": "The table moved on its own",
    "used_by": "professional",
}
HANDLED = {"cause": "worn spindle", "handling": "spindle replaced, all tables checked"}


@dataclass(frozen=True)
class Officials:
    """Those who have to do with an event beside the people of the world."""

    safety: int
    director: int
    city: int
    province: int
    foreign_safety: int


async def add_officials(db: Database, hospital: int) -> Officials:
    """The hospital is put below a province and a city, whose officers stand at the top of the ladder."""
    province = await add_organisation(db, "province", "Demo Province")
    city = await add_organisation(db, "city", "Demo City", province)
    await db.execute(
        "UPDATE organisation o SET path = c.path || o.path FROM organisation c "
        "WHERE c.id = $1 AND o.path LIKE $2 || '.%'",
        city,
        str(hospital),
    )
    other = await add_organisation(db, "hospital", "Third Demo Hospital", city)
    return Officials(
        safety=await add_person(db, hospital, "Safety Officer", Role.SAFETY_OFFICER),
        director=await add_person(db, hospital, "Vice-Director", Role.VICE_DIRECTOR),
        city=await add_person(db, city, "City Officer", Role.CITY_OFFICER),
        province=await add_person(db, province, "Province Officer", Role.PROVINCE_OFFICER),
        foreign_safety=await add_person(db, other, "Foreign Safety Officer", Role.SAFETY_OFFICER),
    )


@dataclass
class Events:
    """A desk at which adverse events are reported and handled."""

    desk: Desk
    who: Officials

    async def report(
        self,
        outcome: str = "other",
        by: int | None = None,
        patient: Mapping[str, str] | None = None,
        **data: Any,
    ) -> Outcome:
        """An event, known now unless told."""
        now = self.desk.business.now().astimezone(SHANGHAI)
        known = {"known_at": now.isoformat(), "happened_on": str(now.date())}
        return await self.desk.engine.open(
            "adverse_event",
            "report",
            Actor(Door.PAGE, self.desk.world.reporter if by is None else by),
            {**REPORT, **known, "outcome": outcome, **(patient or {}), **data},
            place=Place(self.desk.world.department, self.desk.world.device),
            idempotency_key=self.desk.new_key(),
        )

    async def act(
        self, case: Outcome, action: str, by: int | None = None, data: Mapping[str, Any] | None = None
    ) -> Outcome:
        """The safety officer, unless told, acts on what the case is now."""
        version = await self.desk.value("SELECT version FROM work_case WHERE id = $1", case.case_id)
        seen = Outcome(case.case_id, case.number, case.state, int(version))
        return await self.desk.act(seen, action, self.who.safety if by is None else by, data)

    async def graded(self, case: Outcome, grade: str = "III") -> Outcome:
        await self.act(case, "check", data={"causality": "possible"})
        return await self.act(case, "grade", data={"grade": grade})

    async def actions(self, case: Outcome) -> list[str]:
        """What was done to the case, in order."""
        return [action for action, _ in await self.desk.steps(case)]

    async def detail(self, case: Outcome, column: str) -> Any:
        return await self.desk.value(f"SELECT {column} FROM adverse_event WHERE case_id = $1", case.case_id)

    async def at(self, moment: datetime) -> None:
        """Let real time pass until then, and fire what is due."""
        self.desk.real.forward(moment - self.desk.real.now())
        await self.desk.deadlines.run_due()

    async def later(self, by: timedelta) -> None:
        await self.at(self.desk.real.now() + by)

    async def told(self, case: Outcome, kind: str) -> list[tuple[int, str | None]]:
        """Who was told a kind of message, by how many of their channels (None: as for any message)."""
        rows = await self.desk.db.fetch(
            "SELECT person_id, variables->'spread'->>'ways' AS ways FROM message "
            "WHERE case_id = $1 AND kind = $2 ORDER BY id",
            case.case_id,
            f"adverse_event.{kind}",
        )
        return [(row["person_id"], row["ways"]) for row in rows]


def shanghai(text: str) -> datetime:
    """An instant as the clock on the wall shows it."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
