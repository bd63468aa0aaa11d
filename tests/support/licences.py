"""Licences on a desk: the people who look after them, and a licence brought to any state."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from storage.clock import SHANGHAI
from storage.database import Database
from tests.support.desk import Desk
from tests.support.world import add_organisation, add_person
from workflows.actor import Actor, Door
from workflows.engine import Outcome, Place
from workflows.identity.roles import Role

ORIGINAL = {
    "licence_number": "乙1001100001",
    "unit_name": "First Demo Hospital",
    "legal_representative": "Demo Head",
    "ownership": "state",
    "device_address": "1 Demo Road",
    "credit_code": "12320000466000002A",
    "device_name": "PET/CT",
    "issuing_authority": "Demo Health Commission",
    "issued_on": "2025-03-02",
}
NATIONAL = "甲1002100001"
"""A number of category A, which the nation issues."""
PURCHASE = {"purchased_on": "2026-03-01", "contract": "Demo contract 1"}
DUPLICATE = {
    "maker": "Demo Medical",
    "model": "Demo 64",
    "serial": "DEMO-1",
    "installed_on": "2026-03-01",
    "reported_on": "2026-03-02",
}
COLOURS = ("blue", "yellow", "orange", "red")
ROLES_TOLD = ("", "_issue", "_overseen")
KINDS = [f"licence.{colour}{told}" for colour in COLOURS for told in ROLES_TOLD]
TOLD = """
SELECT m.case_id, m.kind, m.person_id, s.at FROM message m
  JOIN step s ON s.case_id = m.case_id AND s.version = m.case_version
 WHERE m.kind = ANY($1) ORDER BY s.at, m.id
"""


@dataclass(frozen=True)
class Told:
    """One reminder to one person. `at` is business time in Shanghai; `whose`: "", "issue" or "overseen"."""

    case_id: int
    colour: str
    whose: str
    person: int
    at: datetime


@dataclass
class Licences:
    """Who looks after licences at the desk's hospital and above."""

    desk: Desk
    contact: int
    director: int
    city: int
    province: int
    nation: int
    places: Mapping[str, int]
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    @property
    def head(self) -> int:
        return self.desk.world.head

    async def register(
        self, issued_on: str = "2025-03-02", by: int | None = None, place: int | None = None, **changes: Any
    ) -> Outcome:
        """An original of the hospital, whose limit is two years after its issue."""
        number = {"licence_number": f"乙10011{next(self.numbers):05d}", "issued_on": issued_on}
        return await self.desk.engine.open(
            "licence",
            "register",
            Actor(Door.PAGE, self.contact if by is None else by),
            {**ORIGINAL, **number, **changes},
            place=Place(place or self.desk.world.hospital),
            idempotency_key=self.desk.new_key(),
        )

    async def purchased(self, case: Outcome) -> Outcome:
        return await self.desk.act(case, "purchase", self.contact, PURCHASE)

    async def applied(self, case: Outcome) -> Outcome:
        return await self.desk.act(await self.purchased(case), "apply", self.contact, DUPLICATE)

    async def issued(self, case: Outcome) -> Outcome:
        return await self.desk.act(await self.applied(case), "issue", self.province)

    async def also(self, person: int, organisation: int, role: str) -> None:
        """A further post."""
        await self.desk.db.execute(
            "INSERT INTO post (person_id, organisation_id, role, starts_at) VALUES ($1, $2, $3, '2020-01-01')",
            person,
            organisation,
            role,
        )

    async def extend(self, case: Outcome, limit: str) -> Outcome:
        data = {"limit_on": limit, "reason": "delivery is late"}
        return await self.desk.act(case, "extend", self.province, data)

    async def original(self, case: Outcome) -> dict[str, str]:
        """The original's fields as a form sends them."""
        detail = await self.detail(case)
        return {name: str(detail[name]) for name in ORIGINAL}

    async def be(self, moment: datetime) -> None:
        """Let business time jump, as it does over an outage: nothing fires on the way."""
        ahead = (moment - self.desk.real.now()).total_seconds()
        await self.desk.db.execute("UPDATE business_time SET offset_s = $1, target_s = $1", ahead)
        self.desk.business.moved_to(ahead)

    async def live_until(self, moment: datetime) -> None:
        """Let business time pass with the service up: every timer fires at its own time."""
        await self.desk.move_clock(moment - self.desk.business.now())

    async def told(self) -> list[Told]:
        """All reminders, in order."""
        rows = await self.desk.db.fetch(TOLD, KINDS)
        return [
            Told(
                row["case_id"],
                row["kind"].partition(".")[2].partition("_")[0],
                row["kind"].partition("_")[2],
                row["person_id"],
                row["at"].astimezone(SHANGHAI),
            )
            for row in rows
        ]

    async def told_on(self) -> list[tuple[str, str]]:
        """Colour and time of the contact's reminders."""
        return [
            (f"{told.at:%Y-%m-%d %H:%M}", told.colour)
            for told in await self.told()
            if told.person == self.contact
        ]

    async def detail(self, case: Outcome) -> Mapping[str, Any]:
        row = await self.desk.db.fetchrow("SELECT * FROM licence WHERE case_id = $1", case.case_id)
        assert row is not None
        return dict(row)


async def licences_at(desk: Desk) -> Licences:
    """The people of licences, with the desk's hospital below a city, a province and the nation."""
    hospital, db = desk.world.hospital, desk.db
    nation = await add_organisation(db, "nation", "国家卫生健康委员会")
    province = await add_organisation(db, "province", "Demo Province", nation)
    city = await add_organisation(db, "city", "南京市卫生健康委员会", province)
    await move_below(db, hospital, city)
    return Licences(
        desk=desk,
        contact=await add_person(db, hospital, "Licence Contact", Role.LICENCE_CONTACT),
        director=await add_person(db, hospital, "Vice-director", Role.VICE_DIRECTOR),
        city=await add_person(db, city, "City Officer", Role.CITY_OFFICER),
        province=await add_person(db, province, "Province Officer", Role.PROVINCE_OFFICER),
        nation=await add_person(db, nation, "National Officer", Role.PROVINCE_OFFICER),
        places={"nation": nation, "province": province, "city": city},
    )


async def move_below(db: Database, organisation: int, parent: int) -> None:
    """Let an organisation and all below it stand below another one."""
    await db.execute(
        "UPDATE organisation o SET path = top.path || o.path, parent_id = CASE WHEN o.id = $1 THEN $2::bigint "
        "ELSE o.parent_id END FROM organisation top, organisation moved "
        "WHERE top.id = $2 AND moved.id = $1 AND starts_with(o.path, moved.path)",
        organisation,
        parent,
    )


def shanghai(day: str | date, hour: float = 9) -> datetime:
    """An hour of a day in Shanghai."""
    on = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime.combine(on, time(), SHANGHAI) + timedelta(hours=hour)
