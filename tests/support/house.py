"""A province with a city and two hospitals in the database, and who administers what."""

from dataclasses import dataclass

from storage.database import Database
from storage.directory import Viewer, viewer_of
from tests.support.clocks import FixedClock
from tests.support.world import World, add_organisation, add_person
from workflows.actor import Door
from workflows.administration.office import By, Office
from workflows.calendar import Calendar, ChineseWorkingDays
from workflows.engine import Clocks
from workflows.identity.roles import Role


@dataclass(frozen=True)
class House:
    """Ids: the world's hospital stands in `city`, beside `other`; each administrator is named by their place."""

    db: Database
    office: Office
    province: int
    city: int
    other: int
    province_admin: int
    hospital_admin: int
    other_admin: int

    async def by(self, person_id: int) -> By:
        """That person, administering on a page."""
        async with self.db.connection() as connection:
            viewer = await viewer_of(connection, person_id, self.office.clocks.business.now())
        return By(viewer or Viewer(""), Door.PAGE, "10.0.0.1")

    async def path(self, organisation_id: int) -> str:
        row = await self.db.fetchrow("SELECT path FROM organisation WHERE id = $1", organisation_id)
        assert row is not None
        return str(row["path"])


async def make_house(db: Database, world: World, clock: FixedClock) -> House:
    """Put the world's hospital into a city of a province, and a second hospital beside it."""
    province = await add_organisation(db, "province", "Demo Province")
    city = await add_organisation(db, "city", "Demo City", province)
    await db.execute("UPDATE organisation SET code = '320000' WHERE id = $1", province)
    await db.execute(
        "UPDATE organisation o SET path = (SELECT path FROM organisation WHERE id = $1) || o.path, "
        "parent_id = coalesce(o.parent_id, $1) WHERE starts_with(o.path, $2)",
        city,
        f"{world.hospital}.",
    )
    other = await add_organisation(db, "hospital", "Second Demo Hospital", city)
    return House(
        db,
        Office(db, Clocks(clock, clock, Calendar(ChineseWorkingDays({}, 2026)))),
        province,
        city,
        other,
        province_admin=await add_person(db, province, "Admin of the Province", Role.ADMINISTRATOR),
        hospital_admin=await add_person(db, world.hospital, "Admin of the First", Role.ADMINISTRATOR),
        other_admin=await add_person(db, other, "Admin of the Second", Role.ADMINISTRATOR),
    )
