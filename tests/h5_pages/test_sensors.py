"""What the sensors of a device say, on its page."""

from datetime import timedelta

from storage.failpoints import NoFailPoints
from telemetry.intake import Intake
from tests.support.gateways import add_band, add_gateway, said
from tests.support.pages import Pages
from tests.support.world import add_organisation, add_person
from workflows.identity.roles import Role


async def measured(pages: Pages, *values: float) -> None:
    """The room temperature, the last value now."""
    await add_gateway(pages.db, pages.world.hospital)
    await add_band(pages.db, pages.world.device, warning_high=24.0, alarm_high=28.0)
    begin = pages.clock.now() - timedelta(seconds=10 * (len(values) - 1))
    await Intake(pages.db, pages.engine, pages.clock, NoFailPoints()).take([said(begin, *values)])


async def test_value_band_and_open_alarm_stand_on_the_device_page(pages: Pages) -> None:
    await measured(pages, 21, 31.25)
    visitor = await pages.person(pages.world.engineer)
    page = await visitor.get(f"/devices/{pages.world.device}")
    for words in ("31.25 °C", "≤ 24 °C", "Alarm", "level-critical", "/cases/BJ2026-"):
        assert words in page.text, words


async def test_the_part_that_is_asked_for_again_is_the_same(pages: Pages) -> None:
    await measured(pages, 21)
    visitor = await pages.person(pages.world.engineer)
    part = await visitor.get(f"/devices/{pages.world.device}/sensors")
    page = await visitor.get(f"/devices/{pages.world.device}")
    assert part.text.strip().startswith("<section")
    assert part.text.strip() in page.text


async def test_a_device_without_sensors_shows_none(pages: Pages) -> None:
    visitor = await pages.person(pages.world.engineer)
    assert "Machine room" not in (await visitor.get(f"/devices/{pages.world.device}")).text


async def test_sensors_of_others_are_not_found(pages: Pages) -> None:
    await measured(pages, 21)
    other = await add_organisation(pages.db, "hospital", "Second Demo Hospital")
    visitor = await pages.person(await add_person(pages.db, other, "Foreigner", Role.ENGINEER))
    assert (await visitor.get(f"/devices/{pages.world.device}/sensors")).status == 404


async def test_an_open_page_keeps_nobody_signed_in(pages: Pages) -> None:
    await measured(pages, 21)
    visitor = await pages.person(pages.world.engineer)
    path = f"/devices/{pages.world.device}/sensors"
    statuses = []
    for _ in range(4):
        pages.clock.forward(timedelta(minutes=10))
        statuses.append((await visitor.get(path)).status)
    assert statuses == [200, 200, 204, 204]
    assert (await visitor.get(path)).headers["HX-Refresh"] == "true"


async def test_the_case_of_an_alarm_is_shown_on_its_page_and_the_to_do_list(pages: Pages) -> None:
    await measured(pages, 31)
    visitor = await pages.person(pages.world.engineer)
    row = await pages.db.fetchrow("SELECT number FROM work_case")
    assert row is not None
    page = await visitor.get(f"/cases/{row['number']}")
    for words in ("T 31 °C &gt; 28 °C", "Room temperature 31 °C", "too high", "I see to it"):
        assert words in page.text, words
    assert "room_temperature" not in page.text
    assert row["number"] in (await visitor.get("/todo")).text
