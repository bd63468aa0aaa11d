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
    for words in (
        "Room temperature 31 °C &gt; 28 °C",
        "Room temperature 31 °C",
        "room too warm",
        "Acknowledge alarm",
    ):
        assert words in page.text, words
    assert "room_temperature" not in page.text
    for path in ("/todo", "/cases"):
        listed = (await visitor.get(path)).text
        assert row["number"] in listed
        assert "Room temperature 31 °C &gt; 28 °C" in listed


async def number_of(pages: Pages) -> str:
    row = await pages.db.fetchrow("SELECT number FROM work_case ORDER BY id DESC")
    assert row is not None
    return str(row["number"])


async def test_the_live_value_stands_on_the_page_of_its_alarm_and_is_asked_for_again(pages: Pages) -> None:
    await measured(pages, 21, 31)
    visitor, number = await pages.person(pages.world.engineer), await number_of(pages)
    page = await visitor.get(f"/cases/{number}")
    for words in (
        "Measured now",
        "31 °C",
        "Allowed: ≤ 24 °C",
        "outside since",
        f'hx-get="/cases/{number}/sensors"',
    ):
        assert words in page.text, words
    pages.clock.forward(timedelta(seconds=10))
    await Intake(pages.db, pages.engine, pages.clock, NoFailPoints()).take([said(pages.clock.now(), 33.5)])
    part = await visitor.get(f"/cases/{number}/sensors")
    assert part.text.strip().startswith("<section")
    assert "33.5 °C" in part.text
    assert part.text.strip() in (await visitor.get(f"/cases/{number}")).text


async def test_the_page_of_an_alarm_says_what_to_do_first_and_whom_to_call(pages: Pages) -> None:
    await pages.db.execute("UPDATE device SET service_vendor = 'Demo Service', service_phone = '025-1234'")
    await add_gateway(pages.db, pages.world.hospital)
    await add_band(pages.db, pages.world.device, "oxygen", alarm_low=19.5)
    said_low = said(pages.clock.now(), 18.4, metric="oxygen")
    await Intake(pages.db, pages.engine, pages.clock, NoFailPoints()).take([said_low])
    page = await (await pages.person(pages.world.engineer)).get(f"/cases/{await number_of(pages)}")
    for words in ("Do not enter.", "lack of oxygen, keep out", "119", "Demo Service", 'href="tel:025-1234"'):
        assert words in page.text, words


async def test_live_values_of_an_alarm_are_for_those_who_see_it(pages: Pages) -> None:
    await measured(pages, 31)
    path = f"/cases/{await number_of(pages)}/sensors"
    other = await add_organisation(pages.db, "hospital", "Second Demo Hospital")
    visitor = await pages.person(await add_person(pages.db, other, "Foreigner", Role.ENGINEER))
    assert (await visitor.get(path)).status == 404
    pages.clock.forward(timedelta(minutes=40))
    assert (await visitor.get(path)).status == 204


async def test_a_case_that_is_no_alarm_shows_no_live_values(pages: Pages) -> None:
    case = await pages.report(pages.world.reporter, "No image")
    visitor = await pages.person(pages.world.engineer)
    assert "Measured now" not in (await visitor.get(f"/cases/{case.number}")).text
    assert (await visitor.get(f"/cases/{case.number}/sensors")).status == 404


async def test_a_value_just_outside_is_not_shown_as_its_limit(pages: Pages) -> None:
    await measured(pages, 21, 24.0004)
    visitor = await pages.person(pages.world.engineer)
    assert "24.0004 °C" in (await visitor.get(f"/devices/{pages.world.device}")).text


async def test_a_sensor_that_never_spoke_is_shown_as_silent(pages: Pages) -> None:
    await pages.db.execute(
        "INSERT INTO sensor_rule (device_id, metric, no_data) VALUES ($1, 'oxygen', true)", pages.world.device
    )
    visitor = await pages.person(pages.world.engineer)
    page = await visitor.get(f"/devices/{pages.world.device}")
    assert "has not sent anything yet" in page.text


async def test_a_value_that_is_outside_but_not_yet_raised_again_is_not_called_fine(pages: Pages) -> None:
    await measured(pages, 31, 21)
    await pages.db.execute("UPDATE band SET hold_s = 60")
    pages.clock.forward(timedelta(seconds=10))
    await Intake(pages.db, pages.engine, pages.clock, NoFailPoints()).take([said(pages.clock.now(), 30)])
    visitor = await pages.person(pages.world.engineer)
    part = (await visitor.get(f"/cases/{await number_of(pages)}/sensors")).text
    assert ("outside its limits" in part, "within its limits" in part) == (True, False)
