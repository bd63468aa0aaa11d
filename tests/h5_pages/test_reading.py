"""Whoever opens the page of a case has read what they were told of it."""

from datetime import timedelta

import pytest

from storage.database import Database, DatabaseAway
from storage.sealing import MasterKey, new_master_key
from tests.support.pages import Pages
from tests.support.world import add_account, add_card
from workflows.engine import Outcome


async def told(pages: Pages) -> Outcome:
    """A case of which the engineer had a message that was accepted."""
    case = await pages.report(pages.world.reporter)
    account = await add_account(
        pages.db, pages.world.hospital, "wecom", "wecom", {}, {}, MasterKey(new_master_key())
    )
    await add_card(pages.db, case.case_id, pages.world.engineer, account, "engineer")
    return case


async def opened(pages: Pages) -> object:
    (row,) = await pages.db.fetch("SELECT opened_at FROM delivery")
    return row["opened_at"]


async def test_own_message_is_read_once_by_opening_its_case(pages: Pages) -> None:
    case = await told(pages)
    first = pages.clock.now()
    engineer = await pages.person(pages.world.engineer)
    await engineer.get(f"/cases/{case.number}")
    pages.clock.forward(timedelta(minutes=1))
    await engineer.get(f"/cases/{case.number}")
    assert await opened(pages) == first


@pytest.mark.parametrize(("reader", "state"), [("second_engineer", "accepted"), ("engineer", "refused")])
async def test_nobody_reads_for_others_or_what_never_arrived(pages: Pages, reader: str, state: str) -> None:
    case = await told(pages)
    await pages.db.execute("UPDATE delivery SET state = $1", state)
    visitor = await pages.person(getattr(pages.world, reader))
    assert (await visitor.get(f"/cases/{case.number}")).status == 200
    assert await opened(pages) is None


async def test_page_is_shown_although_reading_cannot_be_noted(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await told(pages)
    engineer = await pages.person(pages.world.engineer)
    execute = Database.execute

    async def away(self: Database, query: str, *args: object) -> str:
        if "SET opened_at" in query:
            raise DatabaseAway
        return await execute(self, query, *args)

    monkeypatch.setattr(Database, "execute", away)
    assert (await engineer.get(f"/cases/{case.number}")).status == 200
    assert await opened(pages) is None


async def test_one_day_is_called_tomorrow(pages: Pages) -> None:
    case = await told(pages)
    page = await (await pages.person(pages.world.engineer)).get(f"/me/notices/cases/{case.number}")
    assert "Tomorrow" in page.text
    assert "In 1 days" not in page.text
    assert "In 3 days" in page.text
