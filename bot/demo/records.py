"""Writes the plain records of the demo: organisations, people, accounts, devices. All in the caller's transaction."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.demo.channels import EMAIL, SMS, TELEGRAM, VOICE, WECOM, ChannelAccount
from bot.demo.data import Organisation
from bot.demo.devices import Device
from bot.demo.people import Person
from storage.channel_accounts import seal_context
from storage.database import Connection
from storage.sealing import Sealer

Ids = Mapping[str, int]

ORGANISATION = """
WITH new AS (SELECT nextval(pg_get_serial_sequence('organisation', 'id')) AS id)
INSERT INTO organisation (id, parent_id, kind, name, code, path)
SELECT new.id, $1, $2, $3, $4, coalesce((SELECT path FROM organisation WHERE id = $1), '') || new.id || '.' FROM new
RETURNING id
"""
PERSON = """
INSERT INTO person (organisation_id, name, title, username, password_hash, active, failed_sign_ins)
VALUES ($1, $2, $3, $4, $5, true, 0) RETURNING id
"""
ACCOUNT = """
INSERT INTO channel_account (organisation_id, kind, name, public_key, settings, sealed, active)
VALUES ($1, $2, $3, $4, $5, $6, true) RETURNING id
"""
DEVICE = """
INSERT INTO device (organisation_id, number, type, name, maker, model, serial, location, status, licence_number,
                    installed_on, category, brand, purchased_on, warranty_until, price, supplier, service_vendor,
                    asset_number)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'in_use', $9, $10, $11, $5, $12, $13, $14, $5, $5,
        'ZC-' || $2::varchar)
RETURNING id
"""


async def add_organisations(tx: Connection, tree: Iterable[Organisation]) -> dict[str, int]:
    """Their ids by key."""
    ids: dict[str, int] = {}
    for o in tree:
        parent = ids[o.parent] if o.parent else None
        ids[o.key] = await tx.fetchval(ORGANISATION, parent, o.kind, o.name, o.code)
    return ids


async def add_people(
    tx: Connection, people: Iterable[Person], organisations: Ids, password_hash: str, since: datetime
) -> dict[str, int]:
    """Everybody with their post; ids by user name."""
    ids: dict[str, int] = {}
    for p in people:
        place = organisations[p.organisation]
        ids[p.username] = await tx.fetchval(PERSON, place, p.name, p.title, p.username, password_hash)
        await tx.execute(
            "INSERT INTO post (person_id, organisation_id, role, starts_at) VALUES ($1, $2, $3, $4)",
            ids[p.username],
            place,
            p.role,
            since,
        )
    return ids


async def add_accounts(
    tx: Connection, accounts: Iterable[ChannelAccount], organisations: Ids, sealer: Sealer
) -> dict[str, int]:
    """The channel accounts with their secrets sealed; ids by public key."""
    ids: dict[str, int] = {}
    for a in accounts:
        sealed = sealer.seal(a.secrets, seal_context(a.public_key)) if a.secrets else None
        ids[a.public_key] = await tx.fetchval(
            ACCOUNT, organisations[a.organisation], a.kind, a.name, a.public_key, dict(a.settings), sealed
        )
    return ids


async def add_contact_points(tx: Connection, people: Iterable[Person], ids: Ids) -> None:
    """Each way at the nearest account upward, the first one tried first."""
    for p in people:
        for rank, (kind, address) in enumerate(_ways(p), start=1):
            await tx.execute(
                "INSERT INTO contact_point (person_id, account_id, address, rank) "
                "SELECT p.id, a.id, $3, $4 FROM person p JOIN organisation o ON o.id = p.organisation_id "
                "JOIN channel_account a ON a.kind = $2 JOIN organisation ao ON ao.id = a.organisation_id "
                "WHERE p.id = $1 AND starts_with(o.path, ao.path) ORDER BY length(ao.path) DESC LIMIT 1",
                ids[p.username],
                kind,
                address,
                rank,
            )


def _ways(person: Person) -> list[tuple[str, str]]:
    """Kind and address of every way to a person, the first one first."""
    has_wecom = not (person.mail_only or person.telegram_first)
    ways = [(WECOM, person.username if has_wecom else ""), (EMAIL, person.mail), (SMS, person.mobile)]
    ways.insert(0 if person.telegram_first else len(ways), (TELEGRAM, str(person.telegram or "")))
    ways.append((VOICE, person.calls))
    return [(kind, address) for kind, address in ways if address]


async def add_devices(
    tx: Connection, devices: Iterable[Device], organisations: Ids, tokens: Mapping[str, str]
) -> None:
    """The devices, each with a label; `tokens` by device number."""
    for d in devices:
        device_id = await tx.fetchval(
            DEVICE,
            organisations[d.organisation],
            d.number,
            d.type,
            d.name,
            d.maker,
            d.model,
            d.serial,
            d.location,
            d.licence_number,
            d.installed_on,
            d.category,
            d.purchased_on,
            d.warranty_until,
            d.price,
        )
        await tx.execute(
            "INSERT INTO device_label (token, device_id, generation) VALUES ($1, $2, 1)",
            tokens[d.number],
            device_id,
        )


async def point_accounts_at(tx: Connection, accounts: Iterable[ChannelAccount]) -> None:
    """The sandbox may listen elsewhere at the next start: take over the settings, where they differ."""
    for a in accounts:
        await tx.execute(
            "UPDATE channel_account SET settings = settings || $2 WHERE public_key = $1 AND NOT settings @> $2",
            a.public_key,
            dict(a.settings),
        )


async def add_policy(
    tx: Connection, organisation_id: int, name: str, value: Mapping[str, object], valid_from: datetime
) -> None:
    """A rule of one's own at an organisation."""
    await tx.execute(
        "INSERT INTO policy (organisation_id, name, value, source, version, valid_from) "
        "VALUES ($1, $2, $3, '演示数据', 1, $4)",
        organisation_id,
        name,
        dict(value),
        valid_from,
    )
