"""Hospital A with one of everything, and people elsewhere who hold every role there is and must see none of it.

Everything that A wrote or is called carries `MARK`; `rows_of_a` are all rows that belong to A.
"""

import json
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from h5_pages.app import SITE
from storage.database import Database, Record
from storage.sealing import MasterKey, new_master_key
from tests.support.events import REPORT
from tests.support.licences import ORIGINAL
from tests.support.pages import Answer, Pages, Visitor, picture
from tests.support.world import LABEL, LONG_AGO, add_account, add_contact, add_organisation, add_person
from workflows.actor import Actor, Door, Reporter
from workflows.engine import Place
from workflows.identity.roles import Role

MARK = "Quetzal"
MARKS = """
UPDATE organisation SET name = 'Quetzal ' || name, address = 'Quetzal Road';
UPDATE person SET name = 'Quetzal ' || name, phone = '4711-Quetzal', staff_number = 'Quetzal-' || id;
UPDATE device SET name = 'Quetzal ' || name, maker = 'Quetzal', model = 'Quetzal', serial = 'Quetzal',
                  location = 'Quetzal', number = 'Quetzal-1';
"""
UNDER = "UPDATE organisation SET path = $1 || path WHERE path LIKE $2 || '%'"
EVERY_ROW = """
SELECT table_name FROM information_schema.tables
 WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name !~ '_p?[0-9]{4}_?[0-9]{2}$'
"""
# What a visit alone writes, in nobody's name or its own visitor's.
BY_VISITS = frozenset({"rate_window", "tortoise_migrations", "audit", "audit_default"})
OWNERS = {
    "organisation": ("organisation_id", "unit_id"),
    "person": ("person_id", "deputy_id", "added_by_id", "issued_by_id"),
    "device": ("device_id",),
    "work_case": ("case_id",),
    "channel_account": ("account_id",),
    "import_batch": ("batch_id",),
}


@dataclass(frozen=True)
class House:
    """Hospital A: `ids` names what the addresses of routes are filled with, `people` who holds which role there."""

    pages: Pages
    ids: dict[str, str]
    people: dict[Role, int]
    inside: frozenset[tuple[str, int]]


async def house_with_everything(pages: Pages) -> House:
    """Province 1 with city A and hospital A, where one of everything was made."""
    db, world = pages.db, pages.world
    province = await add_organisation(db, "province", "Province 1")
    city = await add_organisation(db, "city", "City A", province)
    above = (await _row(db, "SELECT path FROM organisation WHERE id = $1", city))["path"]
    await db.execute(UNDER, above, f"{world.hospital}.")
    await db.execute("UPDATE organisation SET parent_id = $1 WHERE id = $2", city, world.hospital)
    people = {role: await add_person(db, world.hospital, str(role), role) for role in Role}
    await db.execute(MARKS)
    inside = {
        (kind, row["id"])
        for kind in ("organisation", "person", "device")
        for row in await db.fetch(f"SELECT id FROM {kind}")
    }
    ids = await _cases(pages, people) | await _belongings(pages, people)
    for kind in ("work_case", "channel_account", "import_batch"):
        inside |= {(kind, row["id"]) for row in await db.fetch(f"SELECT id FROM {kind}")}
    return House(pages, ids, people, frozenset(inside))


async def _cases(pages: Pages, people: dict[Role, int]) -> dict[str, str]:
    """A repair with a photo and a reporter by link, another case, an adverse event, a licence."""
    world = pages.world
    place = Place(world.department, world.device)
    repair = await pages.engine.open(
        "repair", "report", Actor(Door.LINK), {"fault": f"{MARK} does not turn"}, place=place,
        idempotency_key="repair", reporter=Reporter(f"{MARK} visitor", f"4711-{MARK}", ""),
    )  # fmt: skip
    other = await pages.report(world.reporter, f"{MARK} is cold")
    reporter = Actor(Door.PAGE, people[Role.SAFETY_OFFICER])
    words = {**REPORT, "manifestation": f"{MARK} burnt", "patient_name": f"{MARK} patient"}
    event = await pages.engine.open(
        "adverse_event", "report", reporter, words, place=place, idempotency_key="event"
    )
    contact = Actor(Door.PAGE, people[Role.LICENCE_CONTACT])
    original = {**ORIGINAL, "unit_name": MARK, "legal_representative": MARK, "device_address": MARK}
    licence = await pages.engine.open(
        "licence", "register", contact, original, place=Place(world.hospital), idempotency_key="licence"
    )
    key = (await _row(pages.db, "SELECT public_key FROM licence"))["public_key"]
    assert repair.participant_id is not None
    return {
        "repair": repair.number,
        "other": other.number,
        "event": event.number,
        "licence": licence.number,
        "licence key": key,
        "link": pages.links.token(repair.participant_id),
        "repair id": str(repair.case_id),
        "other id": str(other.case_id),
    }


BELONGINGS = {
    "photo": """
INSERT INTO attachment (case_id, file_id, version, name, public_key)
SELECT id, $1, 1, 'Quetzal.jpg', 'photo-key-of-quetzal' FROM work_case ORDER BY id LIMIT 1 RETURNING public_key
""",
    "document": """
INSERT INTO device_file (kind, name, public_key, added_at, added_by_id, device_id, file_id)
SELECT 'manual', 'Quetzal.pdf', 'document-of-quetzal', now(), (SELECT min(id) FROM person), id, $1
  FROM device RETURNING public_key
""",
    "message": "UPDATE message SET state = 'dead', finished_at = now() WHERE id = (SELECT min(id) FROM message) "
    "AND $1 = $1 RETURNING id",
    "post": "SELECT min(id) FROM post WHERE $1 = $1",
    "absence": """
INSERT INTO absence (person_id, deputy_id, starts_at, ends_at, note)
SELECT id, NULL, '2026-03-01', '2026-04-01', 'Quetzal' FROM person WHERE $1 = $1 ORDER BY id LIMIT 1 RETURNING id
""",
    "storm": """
WITH told AS (
  SELECT id, person_id, created_at FROM message WHERE person_id IS NOT NULL AND $1 = $1 ORDER BY id LIMIT 1),
storm AS (
  INSERT INTO storm (person_id, subject, began_at, last_at, count, message_id)
  SELECT person_id, 'alarm', created_at, created_at, 1, id FROM told RETURNING id, message_id)
UPDATE message SET lane = 'storm/' || storm.id FROM storm WHERE message.id = storm.message_id RETURNING storm.id
""",
    "duty": """
INSERT INTO duty_shift (organisation_id, person_id, starts_at, ends_at, note)
SELECT organisation_id, id, '2026-03-01', '2026-04-01', 'Quetzal' FROM person WHERE $1 = $1 ORDER BY id LIMIT 1
RETURNING id
""",
    "listener": """
INSERT INTO listener (organisation_id, account_id, name, severities, workflows)
SELECT organisation_id, id, 'Quetzal', '[]', '[]' FROM channel_account WHERE $1 = $1 ORDER BY id LIMIT 1 RETURNING id
""",
    "import": """
INSERT INTO import_batch (kind, name, state, total, report, created_at, organisation_id, person_id)
SELECT 'devices', 'Quetzal.xlsx', 'preview', 1, '{}', now(), organisation_id, id FROM person
 WHERE $1 = $1 ORDER BY id LIMIT 1 RETURNING id
""",
    "policy": """
INSERT INTO policy (organisation_id, name, value, source, version, valid_from)
SELECT min(id), 'repair.triage', '{"amount": 1, "unit": "hours"}', 'Quetzal', 1, '2020-01-01' FROM organisation
 WHERE $1 = $1 RETURNING id
""",
}


async def _belongings(pages: Pages, people: dict[Role, int]) -> dict[str, str]:
    db, world = pages.db, pages.world
    sealer = MasterKey(new_master_key())
    account = await add_account(db, world.hospital, "wecom", "wecom-of-a", {"corp_id": MARK}, {}, sealer)
    ids = {
        "label": LABEL,
        "device": str(world.device),
        "department": str(world.department),
        "hospital": str(world.hospital),
        "person": str(world.engineer),
        "way": str(await add_contact(db, world.engineer, account, f"{MARK}@a.example")),
        "account": str(account),
    }
    sha256 = await pages.server.app[SITE].services.files.put(picture(), "image/jpeg")
    for name, statement in BELONGINGS.items():
        ids[name] = str((await _row(db, statement, sha256))[0])
    visitor = await pages.person(people[Role.ADMINISTRATOR])
    await visitor.get("/me")
    session = await _row(db, "SELECT id FROM web_session ORDER BY created_at DESC LIMIT 1")
    return {**ids, "session": session["id"][:16]}


@dataclass(frozen=True)
class Elsewhere:
    """Browsers of people who are not of A. The vendor's engineer has a part in A's first case."""

    visitors: dict[str, Visitor]
    vendor: Visitor


async def people_elsewhere(house: House, *roles: Role) -> Elsewhere:
    """Whoever holds all of these roles in the next city, or in another province; nobody's colleague; nobody."""
    pages = house.pages
    db = pages.db
    city = await _row(db, "SELECT parent_id AS id FROM organisation WHERE kind = 'city'")
    other_city = await add_organisation(db, "city", "City B", city["id"])
    hospital = await add_organisation(db, "hospital", "Hospital B", other_city)
    province = await add_organisation(db, "province", "Province 2")
    visitors = {}
    for where, organisation in (("B", hospital), ("city B", other_city), ("province 2", province)):
        person = await add_person(db, organisation, f"All roles of {where}")
        for role in roles:
            await db.execute(POST, person, organisation, role, LONG_AGO)
        visitors[where] = await pages.person(person)
    visitors["no post"] = await pages.person(await add_person(db, hospital, "Without a post"))
    vendor = await add_person(db, hospital, "Vendor's engineer")
    await db.execute(PART, int(house.ids["repair id"]), vendor)
    visitors["stranger"] = await pages.visitor()
    return Elsewhere(visitors, await pages.person(vendor))


POST = "INSERT INTO post (person_id, organisation_id, role, starts_at) VALUES ($1, $2, $3, $4)"
PART = "INSERT INTO participant (case_id, person_id, part, name) VALUES ($1, $2, 'technician', 'Vendor')"


async def rows_of_a(house: House) -> dict[str, list[str]]:
    """Every row of every table that is A's or points to what is A's; all tables by one query."""
    tables = [row["table_name"] for row in await house.pages.db.fetch(EVERY_ROW)]
    parts = [f"SELECT '{t}' AS t, to_jsonb(x) AS row FROM {t} x" for t in tables if t not in BY_VISITS]
    found: dict[str, list[str]] = {}
    for row in await house.pages.db.fetch(" UNION ALL ".join(parts)):
        if _is_of_a(house, row["t"], row["row"]):
            found.setdefault(row["t"], []).append(json.dumps(row["row"], sort_keys=True))
    return {table: sorted(rows) for table, rows in found.items()}


def _is_of_a(house: House, table: str, row: dict[str, Any]) -> bool:
    if (table, row.get("id")) in house.inside:
        return True
    return any((kind, row.get(c)) in house.inside for kind, columns in OWNERS.items() for c in columns)


def shows_a(answer: Answer) -> bool:
    """Does any byte of the answer speak of A, also within a spreadsheet?"""
    content = answer.body
    try:
        with ZipFile(BytesIO(content)) as packed:
            content += b"".join(packed.read(name) for name in packed.namelist())
    except (BadZipFile, zlib.error):
        pass
    return MARK.encode() in content


async def _row(db: Database, statement: str, *values: Any) -> Record:
    row = await db.fetchrow(statement, *values)
    assert row is not None, statement
    return row
