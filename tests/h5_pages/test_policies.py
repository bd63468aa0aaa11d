"""Administrators see what holds where, look ahead, and set versions of policies on pages."""

from datetime import timedelta

import pytest

from storage.clock import BusinessClock
from tests.support.house import House, make_house
from tests.support.pages import Answer, Pages, Visitor
from tests.support.world import add_person
from workflows.identity.roles import Role
from workflows.policy_changes import PolicyChanges
from workflows.registry import all_workflows

TRIAGE, DEATH, AUDIENCE = "repair.triage", "adverse_event.clock_death", "adverse_event.alarm"
FIVE_HOURS = {"amount": "5", "unit": "hours", "source": "House rule 7"}


@pytest.fixture
async def house(pages: Pages) -> House:
    return await make_house(pages.db, pages.world, pages.clock)


def url(name: str, unit: int, what: str = "") -> str:
    return f"/admin/policies/{name}{what}?unit={unit}"


async def look_ahead(visitor: Visitor, name: str, place: int, **fields: str) -> Answer:
    """Fill in the form and look at what would change."""
    await visitor.get(url(name, place, "/new"))
    return await visitor.post(url(name, place, "/preview"), fields)


async def set_version(visitor: Visitor, name: str, place: int, **fields: str) -> Answer:
    await visitor.get(url(name, place, "/new"))
    return await visitor.post(url(name, place), fields)


async def follow(pages: Pages, house: House) -> int:
    """Let running deadlines follow; how many were moved."""
    changes = PolicyChanges(pages.db, all_workflows(), house.office.clocks, BusinessClock(pages.clock))
    return await changes.run_due()


async def versions(pages: Pages) -> int:
    row = await pages.db.fetchrow("SELECT count(*) FROM policy")
    return int(row[0]) if row else 0


async def test_the_list_says_what_holds_and_where_it_comes_from(pages: Pages, house: House) -> None:
    admin, hospital = await pages.person(house.province_admin), pages.world.hospital
    assert (await set_version(admin, TRIAGE, house.city, **FIVE_HOURS)).status == 303
    page = (await (await pages.person(house.hospital_admin)).get("/admin/policies")).text
    assert "<b>5 hours</b>" in page
    assert "Demo City · version 1 · House rule 7" in page
    assert "default" in page
    assert "Second Demo" not in page
    own = await set_version(await pages.person(house.hospital_admin), TRIAGE, hospital, **FIVE_HOURS)
    assert own.status == 303


async def test_looking_ahead_saves_nothing_and_tells_what_then_happens(pages: Pages, house: House) -> None:
    await pages.report(pages.world.reporter, "one")
    await pages.report(pages.world.reporter, "two")
    visitor, hospital = await pages.person(house.province_admin), pages.world.hospital
    ahead = await look_ahead(visitor, TRIAGE, house.province, **FIVE_HOURS)
    assert "Running deadlines in the state “Reported” that would end later: 2, by 4 h 30 min." in ahead.text
    assert "Organisations below that inherit it: 4." in ahead.text
    assert await versions(pages) == 0
    assert await follow(pages, house) == 0
    assert (await set_version(visitor, TRIAGE, hospital, **FIVE_HOURS)).status == 303
    assert await follow(pages, house) == 2
    again = await look_ahead(visitor, TRIAGE, house.province, amount="1", unit="hours", source="x")
    assert "No running deadline would change." in again.text
    assert "Have their own value, which is kept: 1." in again.text


async def test_what_would_be_due_at_once_is_said(pages: Pages, house: House) -> None:
    await pages.report(pages.world.reporter)
    pages.clock.forward(timedelta(minutes=20))
    visitor = await pages.person(house.hospital_admin)
    fields = {"amount": "10", "unit": "minutes", "source": "x"}
    ahead = await look_ahead(visitor, TRIAGE, pages.world.hospital, **fields)
    assert "that would end earlier: 1, by 20 min" in ahead.text
    assert "Due at once of these: 1." in ahead.text


async def test_the_preview_leads_to_the_version_that_was_looked_at(pages: Pages, house: House) -> None:
    visitor, hospital = await pages.person(house.hospital_admin), pages.world.hospital
    ahead = await look_ahead(visitor, TRIAGE, hospital, **FIVE_HOURS, note="agreed", valid_from="2026-03-20")
    names = ("csrf", "seen_version", "amount", "unit", "source", "note", "valid_from")
    saved = await visitor.post(url(TRIAGE, hospital), {name: ahead.hidden(name) for name in names})
    assert saved.status == 303
    row = await pages.db.fetchrow("SELECT * FROM policy")
    assert row is not None
    assert row["value"] == {"amount": 5, "unit": "hours"}
    assert (row["version"], row["set_by_id"], row["note"]) == (1, house.hospital_admin, "agreed")
    assert row["valid_from"].isoformat() == "2026-03-19T16:00:00+00:00"
    page = (await visitor.get(saved.location)).text
    assert "planned" in page
    assert "Admin of the First" in page
    trail = await pages.db.fetchrow("SELECT before, after FROM audit WHERE action = 'policy.set'")
    assert trail is not None
    assert trail["before"]["value"] == {"amount": 30, "unit": "minutes"}


async def test_a_new_version_leaves_the_old_one_and_one_can_go_back(pages: Pages, house: House) -> None:
    visitor, hospital = await pages.person(house.hospital_admin), pages.world.hospital
    await set_version(visitor, TRIAGE, hospital, **FIVE_HOURS)
    await set_version(visitor, TRIAGE, hospital, amount="6", unit="hours", source="x")
    page = await visitor.get(url(TRIAGE, hospital))
    ahead = await visitor.post(url(TRIAGE, hospital, "/preview"), {"inherit": "true"})
    assert "30 minutes" in ahead.text
    assert (await visitor.post(url(TRIAGE, hospital), {"inherit": "true"})).status == 303
    rows = await pages.db.fetch("SELECT version, value, inherits FROM policy ORDER BY version")
    assert [(r["version"], r["value"]["amount"], r["inherits"]) for r in rows] == [
        (1, 5, False),
        (2, 6, False),
        (3, 30, True),
    ]
    page = await visitor.get(url(TRIAGE, hospital))
    assert "reverted to the inherited value" in page.text
    assert "Revert to the inherited value" not in page.text


async def test_a_form_that_somebody_overtook_sets_nothing(pages: Pages, house: House) -> None:
    slow, quick = await pages.person(house.hospital_admin), await pages.person(house.province_admin)
    hospital = pages.world.hospital
    await slow.get(url(TRIAGE, hospital, "/new"))
    await set_version(quick, TRIAGE, hospital, **FIVE_HOURS)
    answer = await slow.post(url(TRIAGE, hospital), {"amount": "9", "unit": "hours", "source": "x"})
    assert answer.status == 409
    assert 'value="9"' in answer.text
    assert await versions(pages) == 1


WRONG = [
    (TRIAGE, {"amount": ""}, "Please fill this in."),
    (TRIAGE, {"amount": "soon"}, "Please give a number"),
    (TRIAGE, {"amount": "-1"}, "At least 0"),
    (TRIAGE, {"amount": "99999999", "unit": "working_days"}, "too long"),
    (TRIAGE, {"amount": "1.5", "unit": "working_days"}, "A whole number"),
    (TRIAGE, {"unit": ""}, "Please fill this in."),
    (TRIAGE, {"unit": "years"}, "Please choose one of the options."),
    (TRIAGE, {"source": ""}, "Please fill this in."),
    (TRIAGE, {"source": "x" * 301}, "At most 300 characters."),
    (TRIAGE, {"note": "x" * 501}, "At most 500 characters."),
    (TRIAGE, {"valid_from": "2026-03-01"}, "a date in the past"),
    (TRIAGE, {"valid_from": "soon"}, "Please give a date"),
    (DEATH, {"unit": "working_days"}, "Please choose one of the options."),
    ("licence.red_again", {"amount": "0"}, "At least 1"),
    ("licence.reminder_hour", {"hour": "24"}, "At most 23"),
    ("licence.reminder_hour", {"hour": ""}, "Please fill this in."),
    (AUDIENCE, {"roles_engineer": "perhaps"}, "Please choose one of the options."),
    (AUDIENCE, {"roles_engineer": "true"}, "Please fill this in."),
    (AUDIENCE, {"ways": "some"}, "Please choose one of the options."),
    ("adverse_event.grades", {"death": "V"}, "Please choose one of the options."),
    ("adverse_event.high_grades", {}, "Please choose at least one."),
    ("password", {"least_length": "7"}, "At least 8"),
    ("password", {"most_age_days": "4000"}, "At most 3650"),
]


async def test_what_is_wrong_is_said_and_nothing_is_set(pages: Pages, house: House) -> None:
    visitor = await pages.person(house.province_admin)
    good = {
        "amount": "5",
        "unit": "hours",
        "source": "x",
        "hour": "8",
        "least_length": "9",
        "most_age_days": "0",
    }
    for name, fields, said in WRONG:
        for send in (look_ahead, set_version):
            answer = await send(visitor, name, house.province, **{**good, **fields})
            assert answer.status == 422, (name, fields)
            assert said in answer.text, (name, fields)
    assert await versions(pages) == 0


async def test_an_audience_and_a_toggle_are_set(pages: Pages, house: House) -> None:
    visitor = await pages.person(house.province_admin)
    ticked = {"roles_vice_director": "true", "ways": "two", "call": "true", "source": "x"}
    assert (await set_version(visitor, AUDIENCE, house.province, **ticked)).status == 303
    lapse = {"automatic": "true", "amount": "60", "unit": "calendar_days", "source": "x"}
    assert (await set_version(visitor, "licence.lapse_b", house.province, **lapse)).status == 303
    rows = await pages.db.fetch("SELECT value FROM policy ORDER BY id")
    assert [row["value"] for row in rows] == [
        {"roles": ["vice_director"], "ways": "two", "call": True, "chat": False},
        {"automatic": True, "amount": 60, "unit": "calendar_days"},
    ]
    form = await visitor.get(url(AUDIENCE, house.province, "/new"))
    assert form.text.count(" checked") == 2


async def test_what_binds_hospitals_is_set_by_their_authority(pages: Pages, house: House) -> None:
    visitor, hospital = await pages.person(house.hospital_admin), pages.world.hospital
    page = await visitor.get(url(DEATH, hospital))
    assert "so their authority sets it" in page.text
    refused = await set_version(visitor, DEATH, hospital, amount="70", unit="calendar_days", source="x")
    assert refused.status == 403
    assert await versions(pages) == 0


async def test_what_holds_in_a_department_is_set_by_who_administers_its_hospital(
    pages: Pages, house: House
) -> None:
    department = pages.world.department
    of_department = await add_person(pages.db, department, "Admin of Radiology", Role.ADMINISTRATOR)
    limit = {"amount": "1000000", "source": "Our own rule"}
    there = await pages.person(of_department)
    assert "/new" not in (await there.get(url("repair.approval_limit", department))).text
    refused = await set_version(there, "repair.approval_limit", department, **limit)
    assert (refused.status, await versions(pages)) == (403, 0)
    admin = await pages.person(house.hospital_admin)
    assert (await set_version(admin, "repair.approval_limit", department, **limit)).status == 303


async def test_others_policies_cannot_be_seen_nor_set(pages: Pages, house: House) -> None:
    visitor, hospital = await pages.person(house.other_admin), pages.world.hospital
    for what in ("", "/new"):
        assert (await visitor.get(url(TRIAGE, hospital, what))).status == 404
    assert (await visitor.get(f"/admin/policies?unit={hospital}")).status == 404
    assert (await visitor.get(url("no.such", house.other))).status == 404
    await visitor.get(url(TRIAGE, house.other, "/new"))
    for what in ("", "/preview"):
        assert (await visitor.post(url(TRIAGE, hospital, what), FIVE_HOURS)).status == 404
    assert (await (await pages.person(pages.world.head)).get("/admin/policies")).status == 403
    assert await versions(pages) == 0


async def test_a_city_does_not_set_what_the_issuing_authority_sets(pages: Pages, house: House) -> None:
    visitor = await pages.person(house.province_admin)
    years = {"amount": "5", "source": "x"}
    lapse = {"automatic": "true", "amount": "60", "unit": "calendar_days", "source": "x"}
    for name, place, fields, status in (
        ("licence.time_limit_b", house.city, years, 403),
        ("licence.lapse_b", house.city, lapse, 403),
        ("licence.time_limit_a", house.province, years, 403),
        ("licence.time_limit_b", house.province, years, 303),
    ):
        assert (await set_version(visitor, name, place, **fields)).status == status, (name, place)
    page = (await visitor.get(url("licence.time_limit_b", house.city))).text
    assert "issues licences of this category sets it" in page
