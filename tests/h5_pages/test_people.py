"""Administrators see to people on pages: the list, records, posts and ways to be reached."""

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest

from storage.sealing import MasterKey, new_master_key
from tests.support.house import House, make_house
from tests.support.pages import Answer, Pages, Visitor
from tests.support.world import add_account, add_contact, add_person
from workflows.identity.roles import Role

PEOPLE = "/admin/people"


@pytest.fixture
async def house(pages: Pages) -> House:
    return await make_house(pages.db, pages.world, pages.clock)


async def accounts(pages: Pages, house: House) -> dict[str, int]:
    sealer = MasterKey(new_master_key())
    wanted = {"wecom": pages.world.hospital, "email": house.province, "sms": house.city}
    return {
        kind: await add_account(pages.db, at, kind, f"{kind}-1", {}, {}, sealer)
        for kind, at in wanted.items()
    }


async def fill_in(visitor: Visitor, path: str, **fields: str) -> Answer:
    await visitor.get(path)
    return await visitor.post(path, fields)


async def press(visitor: Visitor, person: int, what: str, **fields: str) -> Answer:
    await visitor.get(f"{PEOPLE}/{person}")
    return await visitor.post(f"{PEOPLE}/{person}/{what}", fields)


async def value(pages: Pages, statement: str, *values: object) -> object:
    row = await pages.db.fetchrow(statement, *values)
    return row[0] if row else None


async def test_somebody_is_entered_with_a_first_post(pages: Pages, house: House) -> None:
    visitor = await pages.person(house.hospital_admin)
    fields = {"name": "New Engineer", "organisation": str(pages.world.hospital), "role": "engineer"}
    answer = await fill_in(
        visitor, f"{PEOPLE}/new", **fields, username="new.one", staff_number="G-7", language="en"
    )
    assert answer.status == 303
    page = (await visitor.get(answer.location)).text
    assert all(text in page for text in ("New Engineer", "Clinical engineer", "G-7", "new.one"))
    trail = await pages.db.fetch("SELECT action FROM audit ORDER BY id")
    assert [row["action"] for row in trail][-2:] == ["person.create", "post.give"]


WRONG = [
    ({"name": ""}, "Please fill this in."),
    ({"name": "x" * 101}, "At most 100 characters."),
    ({"organisation": ""}, "Please fill this in."),
    ({"organisation": "999999"}, "Please choose one of the options."),
    ({"organisation": "99999999999999999999"}, "At most"),
    ({"organisation": "other"}, "Please choose one of the options."),
    ({"title": "x" * 101}, "At most 100 characters."),
    ({"staff_number": "x" * 65}, "At most 64 characters."),
    ({"staff_number": "G-1"}, "already has this staff number"),
    ({"phone": "x" * 33}, "At most 32 characters."),
    ({"phone": "call me"}, "A phone number has digits"),
    ({"username": "a b"}, "A user name has 2 to 64"),
    ({"username": "TAKEN"}, "This user name is taken."),
    ({"language": "fr"}, "Please"),
    ({"role": "king"}, "Please choose one of the options."),
    ({"role": "city_officer"}, "cannot be assigned at an organisation of this kind"),
    ({"name": "Engineer"}, "already somebody with this name there"),
]


async def test_what_is_wrong_with_a_person_is_said_and_nobody_is_entered(pages: Pages, house: House) -> None:
    await pages.db.execute("UPDATE person SET username = 'taken' WHERE id = $1", house.other_admin)
    await pages.db.execute("UPDATE person SET staff_number = 'G-1' WHERE id = $1", pages.world.reporter)
    visitor = await pages.person(house.hospital_admin)
    before = await value(pages, "SELECT count(*) FROM person")
    for fields, said in WRONG:
        given = {"name": "Somebody", "organisation": str(pages.world.hospital), **fields}
        given["organisation"] = (
            str(house.other) if given["organisation"] == "other" else given["organisation"]
        )
        answer = await fill_in(visitor, f"{PEOPLE}/new", **given)
        assert answer.status == 422, fields
        assert said in answer.text, fields
    assert await value(pages, "SELECT count(*) FROM person") == before


async def test_a_namesake_is_entered_when_told_to_be_somebody_else(pages: Pages, house: House) -> None:
    visitor = await pages.person(house.hospital_admin)
    fields = {"name": "Engineer", "organisation": str(pages.world.hospital), "another": "true"}
    assert (await fill_in(visitor, f"{PEOPLE}/new", **fields)).status == 303


async def test_no_place_of_another_hospital_is_offered_nor_shown(pages: Pages, house: House) -> None:
    visitor = await pages.person(house.hospital_admin)
    person = pages.world.engineer
    for path in (
        PEOPLE,
        f"{PEOPLE}/new",
        *(f"{PEOPLE}/{person}{p}" for p in ("", "/edit", "/posts", "/ways")),
    ):
        page = await visitor.get(path)
        assert page.status == 200, path
        assert "Second" not in page.text.replace("Second Engineer", ""), path


async def test_people_of_others_cannot_be_found_nor_changed(pages: Pages, house: House) -> None:
    visitor = await pages.person(house.other_admin)
    person = pages.world.engineer
    for what in ("", "/edit", "/posts", "/ways"):
        assert (await visitor.get(f"{PEOPLE}/{person}{what}")).status == 404
    fields = {"name": "Mine", "organisation": str(house.other), "seen_version": "1", "role": "engineer"}
    for what in ("edit", "posts", "ways", "posts/1/end", "ways/1", "ways/1/end", "ways/1/earlier"):
        await visitor.get("/todo")
        given = {**fields, "channel": "email", "address": "a@b.example"} if "ways" in what else fields
        answer = await visitor.post(f"{PEOPLE}/{person}/{what}", given)
        assert answer.status == 404, what
    assert (await (await pages.person(pages.world.head)).get(PEOPLE)).status == 403


async def test_a_change_is_kept_apart_from_a_simultaneous_one(pages: Pages, house: House) -> None:
    visitor, url = await pages.person(house.hospital_admin), f"{PEOPLE}/{pages.world.engineer}/edit"
    fields = {"name": "Engineer", "organisation": str(pages.world.department)}
    assert (await fill_in(visitor, url, **fields, title="Chief")).status == 303
    answer = await visitor.post(url, {**fields, "title": "Other"})
    assert answer.status == 409
    assert "Saved now: Chief" in answer.text
    elsewhere = await fill_in(visitor, url, name="Engineer", organisation=str(house.other))
    assert elsewhere.status == 422


async def test_nobody_is_moved_to_another_hospital_by_a_change(pages: Pages, house: House) -> None:
    visitor = await pages.person(house.province_admin)
    url = f"{PEOPLE}/{pages.world.engineer}/edit"
    answer = await fill_in(visitor, url, name="Engineer", organisation=str(house.other))
    assert answer.status == 422
    assert "Nobody can be moved to another hospital" in answer.text


async def test_a_post_is_given_for_a_time_and_ended(pages: Pages, house: House) -> None:
    visitor, person = await pages.person(house.hospital_admin), pages.world.reporter
    fields = {"role": "safety_officer", "organisation": str(pages.world.hospital)}
    assert (await fill_in(visitor, f"{PEOPLE}/{person}/posts", **fields, ends_on="2026-03-31")).status == 303
    post = await pages.db.fetchrow("SELECT * FROM post WHERE role = 'safety_officer'")
    assert post is not None
    assert post["starts_at"] == pages.clock.now()
    assert post["ends_at"].isoformat() == "2026-03-31T16:00:00+00:00"
    again = await fill_in(visitor, f"{PEOPLE}/{person}/posts", **fields)
    assert "already has this role there" in again.text
    pages.clock.forward(timedelta(minutes=5))
    assert (await press(visitor, person, f"posts/{post['id']}/end")).status == 303
    assert await value(pages, "SELECT ends_at FROM post WHERE id = $1", post["id"]) == pages.clock.now()
    assert (await fill_in(visitor, f"{PEOPLE}/{person}/posts", **fields)).status == 303


async def test_what_is_wrong_with_a_post_is_said(pages: Pages, house: House) -> None:
    visitor, url = await pages.person(house.hospital_admin), f"{PEOPLE}/{pages.world.reporter}/posts"
    good = {"role": "engineer", "organisation": str(pages.world.hospital)}
    for fields, said in (
        ({"role": ""}, "Please fill this in."),
        ({"role": "king"}, "Please choose one of the options."),
        ({"role": "province_officer"}, "cannot be assigned"),
        ({"role": "vice_director", "organisation": str(pages.world.department)}, "cannot be assigned"),
        ({"organisation": ""}, "Please fill this in."),
        ({"organisation": str(house.other)}, "Please choose one of the options."),
        ({"organisation": str(house.city)}, "Please choose one of the options."),
        ({"starts_on": "soon"}, "Please give a date"),
        ({"starts_on": "1999-01-01"}, "At least"),
        ({"ends_on": "2100-01-01"}, "At most"),
        ({"starts_on": "2026-04-02", "ends_on": "2026-04-01"}, "before the first"),
    ):
        answer = await fill_in(visitor, url, **{**good, **fields})
        assert answer.status == 422, fields
        assert said in answer.text, fields


async def test_the_last_administrator_of_the_top_stays(pages: Pages, house: House) -> None:
    visitor = await pages.person(house.province_admin)
    post = await value(pages, "SELECT id FROM post WHERE person_id = $1", house.province_admin)
    refused = await press(visitor, house.province_admin, f"posts/{post}/end")
    assert refused.status == 403
    assert "last administrator" in refused.text
    second = await add_person(pages.db, house.province, "Second Admin", Role.ADMINISTRATOR)
    assert second
    assert (await press(visitor, house.province_admin, f"posts/{post}/end")).status == 303


async def test_ways_are_added_at_the_nearest_account_put_in_order_and_ended(
    pages: Pages, house: House
) -> None:
    at = await accounts(pages, house)
    visitor, person = await pages.person(house.hospital_admin), pages.world.engineer
    for channel, address in (("wecom", "zhang.san"), ("email", "z@h.example"), ("sms", "+86 138-0013-8000")):
        answer = await fill_in(visitor, f"{PEOPLE}/{person}/ways", channel=channel, address=address)
        assert answer.status == 303, channel
    rows = await pages.db.fetch("SELECT id, account_id, address FROM contact_point ORDER BY rank")
    assert [(row["account_id"], row["address"]) for row in rows] == [
        (at["wecom"], "zhang.san"),
        (at["email"], "z@h.example"),
        (at["sms"], "13800138000"),
    ]
    assert (await press(visitor, person, f"ways/{rows[2]['id']}/earlier")).status == 303
    assert (await press(visitor, person, f"ways/{rows[2]['id']}", address="13900139000")).status == 303
    assert (await press(visitor, person, f"ways/{rows[0]['id']}/end")).status == 303
    left = "SELECT address FROM contact_point WHERE ended_at IS NULL ORDER BY rank"
    assert [row["address"] for row in await pages.db.fetch(left)] == ["13900139000", "z@h.example"]


async def test_what_is_wrong_with_an_address_is_said(pages: Pages, house: House) -> None:
    at = await accounts(pages, house)
    await add_contact(pages.db, pages.world.head, at["email"], "head@h.example")
    way = await add_contact(pages.db, pages.world.engineer, at["sms"], "13800138000")
    visitor, person = await pages.person(house.hospital_admin), pages.world.engineer
    for channel, address, said in (
        ("", "x", "Please fill this in."),
        ("telegram", "5", "Please choose one of the options."),
        ("wecom", "", "Please fill this in."),
        ("wecom", "张三", "A WeCom userid has"),
        ("email", "nobody", "not a mail address"),
        ("email", "x" * 201, "At most 200 characters."),
        ("email", "HEAD@h.example", "already uses this address"),
        ("sms", "12345", "A mobile number has 11 digits"),
    ):
        answer = await fill_in(visitor, f"{PEOPLE}/{person}/ways", channel=channel, address=address)
        assert answer.status == 422, (channel, address)
        assert said in answer.text, (channel, address)
    changed = await press(visitor, person, f"ways/{way}", address="nothing")
    assert changed.status == 422
    assert "A mobile number has 11 digits" in changed.text
    assert await value(pages, "SELECT count(*) FROM contact_point WHERE ended_at IS NOT NULL") == 0


async def test_an_ended_address_goes_to_whoever_gets_it_next(pages: Pages, house: House) -> None:
    at = await accounts(pages, house)
    way = await add_contact(pages.db, pages.world.head, at["email"], "duty@h.example")
    visitor = await pages.person(house.hospital_admin)
    assert (await press(visitor, pages.world.head, f"ways/{way}/end")).status == 303
    url = f"{PEOPLE}/{pages.world.engineer}/ways"
    assert (await fill_in(visitor, url, channel="email", address="duty@h.example")).status == 303
    owner = "SELECT person_id FROM contact_point WHERE address = 'duty@h.example' AND ended_at IS NULL"
    assert await value(pages, owner) == pages.world.engineer


async def test_the_list_finds_who_cannot_be_told_or_has_left(pages: Pages, house: House) -> None:
    at = await accounts(pages, house)
    await add_contact(pages.db, pages.world.head, at["email"], "head@h.example")
    await pages.db.execute("UPDATE person SET active = false WHERE id = $1", pages.world.second_engineer)
    visitor = await pages.person(house.hospital_admin)

    async def found(query: str) -> str:
        return (await visitor.get(f"{PEOPLE}?{query}")).text

    assert "Head of Equipment" not in await found("lacks=way")
    assert "Head of Radiology" in await found("lacks=way")
    assert "Second Engineer" in await found("state=left")
    assert "Head of Radiology" not in await found("state=left")
    assert "Reporter" not in await found("role=engineer")
    assert "Head of Radiology" in await found(f"unit={pages.world.department}&q=radio+head")
    assert "Nobody found" in await found(f"unit={house.other}")
    assert (await visitor.get(f"{PEOPLE}?role=king")).status == 404


async def test_the_list_is_taken_along_as_a_spreadsheet(pages: Pages, house: House) -> None:
    visitor = await pages.person(house.hospital_admin)
    answer = await visitor.get(f"{PEOPLE}/export.xlsx?role=engineer")
    [sheet] = openpyxl.load_workbook(BytesIO(answer.body)).worksheets
    rows = list(sheet.iter_rows(values_only=True))
    assert [row[0] for row in rows] == ["Full name", "Engineer", "Second Engineer"]
    assert await value(pages, "SELECT subject FROM audit WHERE action = 'export'") == "people"


async def test_who_has_left_gets_nothing_any_more(pages: Pages, house: House) -> None:
    visitor, person = await pages.person(house.hospital_admin), pages.world.engineer
    await pages.db.execute("UPDATE person SET active = false WHERE id = $1", person)
    fields = {"role": "engineer", "organisation": str(pages.world.department)}
    answer = await fill_in(visitor, f"{PEOPLE}/{person}/posts", **fields)
    assert answer.status == 403
    assert "has left" in answer.text
