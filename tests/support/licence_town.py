"""Two cities with a hospital each, and licences registered there, for the pages of licences."""

from dataclasses import dataclass

from tests.support.licences import ORIGINAL
from tests.support.pages import Pages
from tests.support.world import add_organisation, add_person
from workflows.actor import Actor, Door
from workflows.engine import Outcome, Place
from workflows.identity.roles import Role


@dataclass(frozen=True)
class Town:
    """A province with two cities; each has a hospital with its licence contact."""

    province: int
    officer: int
    cities: tuple[int, int]
    hospitals: tuple[int, int]
    contacts: tuple[int, int]


async def town(pages: Pages) -> Town:
    province = await add_organisation(pages.db, "province", "Demo Province")
    cities, hospitals, contacts = [], [], []
    for nth in ("First", "Second"):
        cities.append(await add_organisation(pages.db, "city", f"{nth} City", province))
        hospitals.append(await add_organisation(pages.db, "hospital", f"{nth} Town Hospital", cities[-1]))
        contacts.append(await add_person(pages.db, hospitals[-1], f"{nth} Contact", Role.LICENCE_CONTACT))
    officer = await add_person(pages.db, province, "Officer", Role.PROVINCE_OFFICER)
    return Town(
        province, officer, (cities[0], cities[1]), (hospitals[0], hospitals[1]), (contacts[0], contacts[1])
    )


async def licence(pages: Pages, at: Town, place: int = 0, nth: int = 1, **changes: str) -> Outcome:
    number = f"乙10011{nth:05d}"
    return await pages.engine.open(
        "licence",
        "register",
        Actor(Door.PAGE, at.contacts[place]),
        {**ORIGINAL, "licence_number": number, **changes},
        place=Place(at.hospitals[place]),
        idempotency_key=f"licence {nth}",
    )


async def key_of(pages: Pages, case: Outcome) -> str:
    row = await pages.db.fetchrow("SELECT public_key FROM licence WHERE case_id = $1", case.case_id)
    assert row is not None
    return str(row["public_key"])
