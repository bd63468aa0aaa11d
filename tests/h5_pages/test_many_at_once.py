"""More than a hundred people use the pages at the same moment: each is answered, and with what is theirs."""

import asyncio

from tests.support.pages import Pages, Visitor
from tests.support.world import add_person
from workflows.identity.roles import Role

PEOPLE = 120


async def test_a_hundred_and_twenty_people_at_once_are_each_answered_with_their_own(pages: Pages) -> None:
    names = [f"Engineer {nth:03}" for nth in range(PEOPLE)]
    people = [await add_person(pages.db, pages.world.hospital, name, Role.ENGINEER) for name in names]
    case = await pages.report(pages.world.reporter)
    visitors: list[Visitor] = []
    for first in range(0, PEOPLE, 20):
        visitors += await asyncio.gather(*(pages.person(one) for one in people[first : first + 20]))
    for path, holds in (("/me", None), ("/todo", case.number), ("/cases", case.number)):
        answers = await asyncio.gather(*(visitor.get(path) for visitor in visitors))
        assert {answer.status for answer in answers} == {200}
        assert all((holds or name) in answer.text for name, answer in zip(names, answers, strict=True))
