"""A small hospital in the database, and single organisations, people, devices, accounts and cards."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from storage.channel_accounts import seal_context
from storage.database import Database
from storage.sealing import Sealer
from workflows.identity.roles import Role

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
DEVICE_NUMBER = "CT-0001"
LABEL = "label-of-the-ct-scanner"


@dataclass(frozen=True)
class World:
    """Ids of what `make_world` made. Roles of the engineers and the head are held at the hospital."""

    hospital: int
    department: int
    reporter: int
    engineer: int
    second_engineer: int
    head: int
    department_head: int
    device: int


async def make_world(db: Database) -> World:
    """A hospital with one department, the people of a repair, and a CT with a valid label."""
    hospital = await add_organisation(db, "hospital", "First Demo Hospital")
    department = await add_organisation(db, "department", "Radiology", hospital)
    return World(
        hospital=hospital,
        department=department,
        reporter=await add_person(db, department, "Reporter", Role.MEDICAL_STAFF),
        engineer=await add_person(db, hospital, "Engineer", Role.ENGINEER),
        second_engineer=await add_person(db, hospital, "Second Engineer", Role.ENGINEER),
        head=await add_person(db, hospital, "Head of Equipment", Role.EQUIPMENT_HEAD),
        department_head=await add_person(db, department, "Head of Radiology", Role.DEPARTMENT_HEAD),
        device=await add_device(db, department, DEVICE_NUMBER, label=LABEL),
    )


async def add_organisation(db: Database, kind: str, name: str, parent: int | None = None) -> int:
    return await _inserted(
        db,
        "WITH new AS (SELECT nextval('organisation_id_seq') AS id) "
        "INSERT INTO organisation (id, parent_id, kind, name, path) SELECT new.id, $1, $2, $3, "
        "coalesce((SELECT path FROM organisation WHERE id = $1), '') || new.id || '.' FROM new RETURNING id",
        parent,
        kind,
        name,
    )


async def add_person(
    db: Database, organisation: int, name: str, role: str | None = None, language: str | None = None
) -> int:
    """Somebody who holds `role` at the organisation."""
    person = await _inserted(
        db,
        "INSERT INTO person (organisation_id, name, title, active, failed_sign_ins, language) "
        "VALUES ($1, $2, '', true, 0, $3) RETURNING id",
        organisation,
        name,
        language,
    )
    if role is not None:
        await db.execute(
            "INSERT INTO post (person_id, organisation_id, role, starts_at) VALUES ($1, $2, $3, $4)",
            person,
            organisation,
            role,
            LONG_AGO,
        )
    return person


async def add_device(
    db: Database, organisation: int, number: str, name: str = "CT scanner", label: str | None = None
) -> int:
    device = await _inserted(
        db,
        "INSERT INTO device (organisation_id, number, type, name, maker, model, serial, location, status) "
        "VALUES ($1, $2, 'ct', $3, 'Demo Medical', 'Demo 64', $2, 'Room 1', 'in_use') RETURNING id",
        organisation,
        number,
        name,
    )
    if label is not None:
        await db.execute(
            "INSERT INTO device_label (token, device_id, generation) VALUES ($1, $2, 1)", label, device
        )
    return device


async def add_account(
    db: Database,
    organisation: int,
    kind: str,
    public_key: str,
    settings: Mapping[str, Any],
    secrets: Mapping[str, str],
    sealer: Sealer,
) -> int:
    return await _inserted(
        db,
        "INSERT INTO channel_account (organisation_id, kind, name, public_key, settings, sealed, active) "
        "VALUES ($1, $2, $3, $3, $4, $5, true) RETURNING id",
        organisation,
        kind,
        public_key,
        dict(settings),
        sealer.seal(secrets, seal_context(public_key)),
    )


async def add_contact(db: Database, person: int, account: int, address: str, rank: int = 1) -> int:
    return await _inserted(
        db,
        "INSERT INTO contact_point (person_id, account_id, address, rank) VALUES ($1, $2, $3, $4) RETURNING id",
        person,
        account,
        address,
        rank,
    )


async def add_absence(
    db: Database, person: int, deputy: int | None, starts_at: datetime, ends_at: datetime
) -> int:
    """Somebody is away from and until an instant of business time."""
    return await _inserted(
        db,
        "INSERT INTO absence (person_id, deputy_id, starts_at, ends_at) VALUES ($1, $2, $3, $4) RETURNING id",
        person,
        deputy,
        starts_at,
        ends_at,
    )


CARD = """
INSERT INTO delivery (created_at, message_id, message_created_at, case_id, account_id, channel, address, unique_id,
                      payload, state, tried_at, provider_id, update_code)
SELECT m.created_at, m.id, m.created_at, m.case_id, a.id, a.kind, $4, 'card-' || m.id || '-' || a.id, '{}',
       'accepted', m.created_at, 'msg-' || m.id, 'rc-' || m.id
  FROM message m, channel_account a
 WHERE m.case_id = $1 AND m.person_id = $2 AND a.id = $3 ORDER BY m.id DESC LIMIT 1
RETURNING unique_id
"""


async def add_card(db: Database, case: int, person: int, account: int, address: str) -> str:
    """Let the newest message of the case to that person be a card on their phone; the card's unique id."""
    row = await db.fetchrow(CARD, case, person, account, address)
    assert row is not None, "the case has no message to that person"
    return str(row["unique_id"])


async def _inserted(db: Database, statement: str, *values: Any) -> int:
    row = await db.fetchrow(statement, *values)
    assert row is not None  # INSERT … RETURNING has a row or raises
    return int(row["id"])
