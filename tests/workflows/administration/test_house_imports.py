"""Organisations and people from spreadsheets: found again, entered with everything, and taken back."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.importing import ImportDesk, import_desk, viewer
from tests.support.spreadsheets import spreadsheet
from tests.support.world import add_person
from workflows.actor import Door
from workflows.administration.office import By
from workflows.administration.organisation_import import USED_SINCE as ORGANISATION_USED
from workflows.administration.person_import import USED_SINCE as PERSON_USED
from workflows.identity.roles import Role

PLACES = ("Belongs to", "Kind", "Name", "Code")
PEOPLE = ("Staff number", "Full name", "Organisation", "Role", "User name", "E-mail", "SMS")
NURSE = ("N-1", "Nurse", "Radiology", "Medical staff", "nurse1", "nurse@demo.example", "138 0000 0001")


async def opened(desk: ImportDesk) -> ImportDesk:
    admin = await add_person(desk.db, desk.world.hospital, "Admin", Role.ADMINISTRATOR)
    await desk.db.execute(
        "INSERT INTO channel_account (organisation_id, kind, name, public_key, settings, active) VALUES "
        "($1, 'email', 'Mail', 'mail-x', '{}', true), ($1, 'sms', 'SMS', 'sms-x', '{}', true)",
        desk.world.hospital,
    )
    return replace(desk, by=By(await viewer(desk.db, admin), Door.PAGE))


@pytest.fixture
async def places(database_url: str, tmp_path: Path) -> AsyncIterator[ImportDesk]:
    async with import_desk(database_url, tmp_path, "organisations") as desk:
        yield await opened(desk)


@pytest.fixture
async def staff(database_url: str, tmp_path: Path) -> AsyncIterator[ImportDesk]:
    async with import_desk(database_url, tmp_path, "people") as desk:
        yield await opened(desk)


async def rows(desk: ImportDesk, sql: str, *args: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await desk.db.fetch(sql, *args)]


async def counts(desk: ImportDesk, batch: int) -> dict[str, int]:
    return dict((await desk.row(batch))["report"]["counts"])


async def faults(desk: ImportDesk, batch: int) -> list[tuple[int, str]]:
    return [(row, column) for row, column, *_ in (await desk.row(batch))["report"]["faults"]]


async def test_a_row_may_stand_below_one_of_the_same_file(places: ImportDesk) -> None:
    await places.bring_in(
        spreadsheet(PLACES, ("", "Department", "Theatre"), ("Theatre", "Department", "Room 1"))
    )
    found = await rows(
        places,
        "SELECT o.name, p.name FROM organisation o JOIN organisation p ON p.id = o.parent_id "
        "WHERE o.name IN ('Theatre', 'Room 1') AND starts_with(o.path, p.path) ORDER BY o.id",
    )
    assert [name for name, _ in found] == ["Theatre", "Room 1"]
    assert found[1][1] == "Theatre"


async def test_the_same_organisations_again_change_nothing_and_codes_are_written(places: ImportDesk) -> None:
    sheet = spreadsheet(PLACES, ("", "Department", "Theatre", ""))
    await places.bring_in(sheet)
    assert await counts(places, await places.upload(sheet)) == {"same": 1}
    await places.bring_in(spreadsheet(PLACES, ("", "Department", "theatre", "T-7")))
    assert await rows(places, "SELECT code, version FROM organisation WHERE lower(name) = 'theatre'") == [
        ("T-7", 2)
    ]


async def test_wrong_places_are_named_by_row_and_column(places: ImportDesk) -> None:
    batch = await places.upload(
        spreadsheet(
            PLACES,
            ("Nowhere", "Department", "A"),
            ("", "Hospital", "B"),
            ("", "Hospital", "Radiology"),
            ("", "", "C"),
        )
    )
    assert sorted(await faults(places, batch)) == [(2, "parent"), (3, "kind"), (4, "kind"), (5, "kind")]


async def test_taken_back_organisations_are_closed_and_come_again(places: ImportDesk) -> None:
    sheet = spreadsheet(PLACES, ("", "Department", "Theatre"), ("Theatre", "Department", "Room 1"))
    batch = await places.bring_in(sheet)
    assert (await places.undo(batch))["state"] == "undone"
    assert await rows(
        places, "SELECT DISTINCT active FROM organisation WHERE name IN ('Theatre', 'Room 1')"
    ) == [(False,)]
    await places.bring_in(sheet)
    found = await rows(places, "SELECT active FROM organisation WHERE name IN ('Theatre', 'Room 1')")
    assert found == [(True,), (True,)]


async def test_an_organisation_in_use_stays(places: ImportDesk) -> None:
    batch = await places.bring_in(spreadsheet(PLACES, ("", "Department", "Theatre")))
    ((theatre,),) = await rows(places, "SELECT id FROM organisation WHERE name = 'Theatre'")
    await add_person(places.db, theatre, "Surgeon", Role.MEDICAL_STAFF)
    undone = await places.undo(batch)
    assert (undone["state"], undone["report"]["bars"]) == ("done", [[2, ORGANISATION_USED]])


async def test_people_come_with_role_and_addresses(staff: ImportDesk) -> None:
    await staff.bring_in(spreadsheet(PEOPLE, NURSE))
    found = await rows(
        staff,
        "SELECT p.username, o.name, post.role, array_agg(cp.address ORDER BY cp.rank) FROM person p "
        "JOIN organisation o ON o.id = p.organisation_id JOIN post ON post.person_id = p.id "
        "JOIN contact_point cp ON cp.person_id = p.id WHERE p.staff_number = 'N-1' GROUP BY 1, 2, 3",
    )
    assert found == [("nurse1", "Radiology", "medical_staff", ["nurse@demo.example", "13800000001"])]


async def test_the_same_people_again_change_nothing(staff: ImportDesk) -> None:
    await staff.bring_in(spreadsheet(PEOPLE, NURSE))
    assert await counts(staff, await staff.upload(spreadsheet(PEOPLE, NURSE))) == {"same": 1}


@pytest.mark.parametrize(
    "again", [("N-1", "Nurse"), ("", "Nurse", "Radiology"), ("", "X", "Radiology", "", "nurse1")]
)
async def test_somebody_is_found_by_number_user_name_or_name(
    staff: ImportDesk, again: tuple[str, ...]
) -> None:
    await staff.bring_in(spreadsheet(PEOPLE, NURSE))
    report = await counts(staff, await staff.upload(spreadsheet(PEOPLE, again)))
    assert report.get("new", 0) == 0
    assert "wrong" not in report


async def test_wrong_people_are_named_by_row_and_column(staff: ImportDesk) -> None:
    batch = await staff.upload(
        spreadsheet(
            PEOPLE,
            ("1", "A", "Nowhere"),
            ("2", "B", "", "City health officer"),
            ("3", "C", "", "King"),
            ("4", "D", "", "", "x y"),
            ("5", "E", "", "", "", "no mail"),
            ("6", "F", "", "", "", "", "12345"),
        )
    )
    assert sorted(await faults(staff, batch)) == [
        (2, "organisation"), (3, "role"), (4, "role"), (5, "username"), (6, "email"), (7, "mobile")
    ]  # fmt: skip


async def test_a_change_is_taken_back_with_its_role_and_addresses(staff: ImportDesk) -> None:
    await staff.bring_in(spreadsheet(PEOPLE, NURSE))
    batch = await staff.bring_in(
        spreadsheet(PEOPLE, ("N-1", "Nurse Two", "Radiology", "Head of department", "", "two@demo.example"))
    )
    assert (await staff.undo(batch))["state"] == "undone"
    assert await rows(staff, "SELECT name FROM person WHERE staff_number = 'N-1'") == [("Nurse",)]
    assert await rows(staff, "SELECT address FROM contact_point WHERE ended_at IS NOT NULL") == [
        ("two@demo.example",)
    ]
    ended = await rows(staff, "SELECT role FROM post WHERE ends_at IS NOT NULL")
    assert ended == [("department_head",)]


async def test_people_who_did_nothing_yet_are_deleted_and_others_stay(staff: ImportDesk) -> None:
    first = await staff.bring_in(spreadsheet(PEOPLE, NURSE))
    assert (await staff.undo(first))["state"] == "undone"
    assert await rows(staff, "SELECT id FROM person WHERE staff_number = 'N-1'") == []
    second = await staff.bring_in(spreadsheet(PEOPLE, NURSE))
    await staff.db.execute(
        "INSERT INTO audit (at, person_id, door, client, action, subject, data) "
        "SELECT now(), id, 'page', '', 'session.begin', '', '{}' FROM person WHERE staff_number = 'N-1'"
    )
    undone = await staff.undo(second)
    assert (undone["state"], undone["report"]["bars"]) == ("done", [[2, PERSON_USED]])


async def test_the_preview_warns_of_posts_whose_holders_nothing_reaches(staff: ImportDesk) -> None:
    engineer = ("E-1", "Engineer X", "Radiology", "Engineer", "engineer.x", "", "")
    batch = await staff.upload(spreadsheet(PEOPLE, engineer))
    assert await faults(staff, batch) == []
    warned = [m for m in (await staff.row(batch))["report"]["mute"] if m[2]["place"] == "Radiology"]
    assert ("engineer", "Engineer X") in [(role, params["names"]) for role, _, params in warned]
    reached = ("E-1", "Engineer X", "Radiology", "Engineer", "engineer.x", "x@demo.example", "")
    batch = await staff.upload(spreadsheet(PEOPLE, reached))
    assert "Engineer X" not in str((await staff.row(batch))["report"]["mute"])
