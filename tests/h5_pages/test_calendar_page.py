"""The calendar of working days: kept at the top, read by all, and counted with at once."""

from datetime import UTC, date, datetime

import pytest

from storage.calendar_days import known
from tests.support.house import House, make_house
from tests.support.pages import Answer, Pages, Visitor
from workflows.administration.calendar_keeping import asks_for, parse
from workflows.calendar import Calendar, ChineseWorkingDays, follow_changes
from workflows.errors import FormInvalid

PAGE = "/admin/calendar"
WRONG = [
    ("", "Please fill this in."),
    ("next week", "Line 1 is not valid"),
    ("2027-02-06 work\n2027-13-01 off", "Line 2 is not valid"),
    ("2027-02-06 perhaps", "Line 1 is not valid"),
    ("2027-02-06 work\n2027/2/6 off", "Line 2: 2027-02-06 appears twice."),
    ("1027-02-06 work", "Line 1: please check the year."),
    ("2027-02-06 work " + "x" * 201, "Line 1: the note has more than 200 characters."),
    ("x" * 20_001, "At most 20000 characters."),
]


@pytest.fixture
async def house(pages: Pages) -> House:
    return await make_house(pages.db, pages.world, pages.clock)


@pytest.fixture
async def keeper(pages: Pages, house: House) -> Visitor:
    visitor = await pages.person(house.province_admin)
    await visitor.get(PAGE)
    return visitor


async def enter(visitor: Visitor, lines: str) -> Answer:
    return await visitor.post(PAGE, {"lines": lines})


async def test_days_are_pasted_shown_and_on_record(pages: Pages, house: House, keeper: Visitor) -> None:
    answer = await enter(keeper, "2027-02-06 work Spring Festival\n2027/2/8，休，春节")
    assert answer.location == f"{PAGE}?year=2027"
    shown = (await keeper.get(answer.location)).text
    assert all(words in shown for words in ("2027-02-06", "Spring Festival", "2027-02-08", "春节", "Day off"))
    rows = await pages.db.fetch(
        "SELECT subject, after FROM audit WHERE action = 'calendar.enter' ORDER BY subject"
    )
    assert [row["subject"] for row in rows] == ["2027-02-06", "2027-02-08"]
    assert rows[0]["after"] == {"is_workday": True, "note": "Spring Festival"}


async def test_the_same_days_again_change_nothing(pages: Pages, keeper: Visitor) -> None:
    for _ in range(2):
        await enter(keeper, "2027-02-06 work")
    rows = await pages.db.fetch("SELECT id FROM audit WHERE action = 'calendar.enter'")
    assert len(rows) == 1


@pytest.mark.parametrize(("lines", "words"), WRONG)
async def test_a_wrong_line_is_named_and_nothing_is_saved(
    pages: Pages, keeper: Visitor, lines: str, words: str
) -> None:
    answer = await enter(keeper, lines)
    assert answer.status == 422
    assert words in answer.text
    assert (await known(pages.db)).overrides == {}


async def test_a_hospitals_administrator_reads_and_does_not_write(
    pages: Pages, house: House, keeper: Visitor
) -> None:
    await enter(keeper, "2027-02-06 work")
    reader = await pages.person(house.hospital_admin)
    shown = (await reader.get(f"{PAGE}?year=2027")).text
    assert "2027-02-06" in shown
    assert "Admin of the Province" not in shown
    assert (await enter(reader, "2027-02-07 work")).status == 403
    assert (await reader.post(f"{PAGE}/2027-02-06/remove", {})).status == 403
    assert (await reader.post(f"{PAGE}/years/2027", {"complete": "true"})).status == 403
    assert (await known(pages.db)).overrides == {date(2027, 2, 6): True}


async def test_a_day_is_taken_back(pages: Pages, keeper: Visitor) -> None:
    await enter(keeper, "2027-02-06 work")
    assert (await keeper.post(f"{PAGE}/2027-02-06/remove", {})).location == f"{PAGE}?year=2027"
    assert (await known(pages.db)).overrides == {}


async def test_a_year_is_final_when_it_is_said_to_be(pages: Pages, keeper: Visitor) -> None:
    days = ChineseWorkingDays({}, 2026)
    await keeper.post(f"{PAGE}/years/2027", {"complete": "true"})
    await follow_changes(pages.db, days)
    assert not days.is_provisional(date(2027, 1, 4))
    await keeper.post(f"{PAGE}/years/2027", {"complete": "false"})
    await follow_changes(pages.db, days)
    assert days.is_provisional(date(2027, 1, 4))


async def test_what_is_entered_counts_in_every_process_without_a_restart(
    pages: Pages, keeper: Visitor
) -> None:
    days = ChineseWorkingDays({}, 2026)
    saturday = date(2027, 2, 6)
    assert not days.is_workday(saturday)
    await enter(keeper, "2027-02-06 work")
    await follow_changes(pages.db, days)
    assert days.is_workday(saturday)


@pytest.mark.parametrize(
    ("today", "asked"), [("2026-10-31", None), ("2026-11-01", 2027), ("2027-01-05", 2027)]
)
def test_next_years_days_are_asked_for_from_november_on(today: str, asked: int | None) -> None:
    now = datetime.fromisoformat(today).replace(tzinfo=UTC)
    assert asks_for(Calendar(ChineseWorkingDays({}, 2026)), now) == asked
    assert asks_for(Calendar(ChineseWorkingDays({}, 2026, {2027})), now) is None


def test_lines_from_a_spreadsheet_are_understood() -> None:
    assert [d.is_workday for d in parse("2027-02-06\t班\t调休\n\n2027.2.8,off")] == [True, False]
    with pytest.raises(FormInvalid):
        parse("2027-02-06")
