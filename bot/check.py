"""`yishe check`: configured, reachable, migrated, and which roles have nobody who could be told."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import aiohttp

from bot.catalogues import DEFAULT_LANGUAGE, SOURCE_LANGUAGE, Catalogues, CataloguesMissing
from bot.machines import broker_of
from bot.master_key import master_key
from bot.rotation import told
from bot.settings import Settings, SettingsWrong
from notifier.channel import Channel
from notifier.channels import as_account
from notifier.preview import Preview, Sample
from notifier.providers import build_channels
from notifier.providers.accounts import faults_of
from notifier.rendering import Renderer
from storage import business_time, misses, quarantine, rotation, unreachable
from storage.channel_accounts import OpenedAccount, StoredChannelAccounts
from storage.clock import BusinessClock, RealClock
from storage.database import Database, DatabaseAway, DatabaseUnusable
from storage.links import Links
from storage.migrate import missing_migrations
from storage.partition_locks import lock_room
from storage.roles import SERVICE_ROLE, standing
from storage.sealing import MasterKey, SealBroken
from telemetry.mqtt import BrokerAway, MqttLink
from telemetry.topics import SUBSCRIPTION
from workflows.administration.unreachable import told_instead, told_roles
from workflows.identity.roles import Role
from workflows.registry import all_workflows

LANGUAGES = (DEFAULT_LANGUAGE, SOURCE_LANGUAGE)
ACCOUNTS = "SELECT id, name, kind, public_key FROM channel_account WHERE active ORDER BY id"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `fine` False makes the command fail."""

    subject: str
    fine: bool
    words: str


async def check(settings: Settings, dsn: str) -> AsyncIterator[Finding]:
    """Look at everything; one finding after the other, the database's ones only when it answers."""
    yield _catalogues()
    if settings.mqtt_url:
        yield await _broker(settings)
    try:
        key = master_key(settings)
        yield Finding("master key", True, _ids(key))
    except SettingsWrong as wrong:
        yield Finding("master key", False, str(wrong))
        return
    try:
        async with Database.open(dsn, max_size=2) as db:
            yield Finding("database", True, await db_version(db))
            missing = await missing_migrations(dsn)
            yield Finding(
                "migrations", not missing, f"missing: {', '.join(missing)}" if missing else "complete"
            )
            yield await _audit(db)
            if not missing:
                yield await _locks(db)
                async for finding in _complete(db, key, settings):
                    yield finding
    except (DatabaseAway, DatabaseUnusable) as wrong:
        yield Finding("database", False, str(wrong))


async def _complete(db: Database, key: MasterKey, settings: Settings) -> AsyncIterator[Finding]:
    """What can be looked at in a database of this version."""
    async for finding in _people_and_accounts(db, key):
        yield finding
    if settings.mqtt_url:
        yield await _not_taken(db)
    if settings.alarm_url is None:
        async for finding in _deaf_to_the_auditor(db):
            yield finding


async def db_version(db: Database) -> str:
    """PostgreSQL's version."""
    row = await db.fetchrow("SHOW server_version")
    return f"PostgreSQL {row[0]}" if row else "unknown"


async def _audit(db: Database) -> Finding:
    who = await standing(db)
    if not who.may_change_audit:
        return Finding("audit", True, f"cannot be changed by the service (login {who.login})")
    words = f"{who.login} could change or delete audit rows: give the service a login in {SERVICE_ROLE}"
    return Finding("audit", False, words)


async def _locks(db: Database) -> Finding:
    """Is there room for statements that look through every month there is?"""
    room = await lock_room(db)
    words = (
        f"max_locks_per_transaction is {room.per_session}, enough for {room.relations} partitions and indexes"
    )
    if not room.is_enough:
        words = (
            f"max_locks_per_transaction is {room.per_session} and should be {room.needed} at least, since one "
            f"statement may lock {room.relations} partitions and indexes: set it in postgresql.conf and restart"
        )
    return Finding("locks", room.is_enough, words)


async def _broker(settings: Settings) -> Finding:
    """Does the broker let us in, and listen? Under a name of its own, so that the running service keeps its session."""
    try:
        broker = broker_of(settings)
        if broker is None:
            return Finding("broker", True, "none")
        asking = replace(broker, client_id=f"{broker.client_id}-check", session_s=0)
        link = MqttLink(asking, SUBSCRIPTION, lambda _: None)
        await link.connect()
        link.disconnect()
    except (BrokerAway, SettingsWrong) as wrong:
        return Finding("broker", False, str(wrong))
    return Finding("broker", True, f"{broker.host}:{broker.port}")


async def _not_taken(db: Database) -> Finding:
    """What came to the broker within a day and was not taken. It does not fail: somebody else may use the broker."""
    counted = await quarantine.counted(db, RealClock().now() - timedelta(days=1))
    words = ", ".join(f"{fault} {messages}" for fault, messages in counted.items())
    return Finding("messages of sensors not taken, within a day", True, words or "none")


def _catalogues() -> Finding:
    try:
        Catalogues.load()
    except CataloguesMissing as missing:
        return Finding("catalogues", False, str(missing))
    return Finding("catalogues", True, "zh_CN, en")


async def _people_and_accounts(db: Database, key: MasterKey) -> AsyncIterator[Finding]:
    yield await _sealed(db, key)
    accounts = StoredChannelAccounts(db, key)
    async with aiohttp.ClientSession() as http:
        preview = preview_of(build_channels(http, RealClock()), Catalogues.load())
        yield texts_found(preview)
        for row in await db.fetch(ACCOUNTS):
            subject = f"channel account {row['public_key']}: {row['name']} ({row['kind']})"
            try:
                yield _usable(subject, await accounts.by_id(row["id"]), preview)
            except SealBroken as broken:
                yield Finding(subject, False, str(broken))
    async for finding in _unreachable(db):
        yield finding


async def _unreachable(db: Database) -> AsyncIterator[Finding]:
    """Roles that nobody holds whom anything reaches, and posts whose holders nothing reaches."""
    roles, now = told_roles(all_workflows()), await _now(db)
    async with db.connection() as connection:
        for hospital, role in await unreachable.unfilled(connection, roles, *now):
            yield Finding(f"{hospital}: {role}", False, "nobody who could be told")
        for post in await unreachable.mute_posts(connection, roles, *now):
            instead = await told_instead(connection, post, *now)
            told = f"told instead: {', '.join(instead)}" if instead else "nobody is told instead"
            words = f"reaches only {', '.join(post.names)}, who has no channel that works; {told}"
            yield Finding(f"{post.organisation}: {post.role}", False, words)


async def _now(db: Database) -> tuple[datetime, datetime]:
    """Business time and real time."""
    return await business_time.current(db, BusinessClock(RealClock())), RealClock().now()


async def _deaf_to_the_auditor(db: Database) -> AsyncIterator[Finding]:
    """Hospitals where no administrator can be reached: what the auditor finds would stand in the log alone."""
    for row in await db.fetch("SELECT name, path FROM organisation WHERE kind = 'hospital' ORDER BY name"):
        now = await _now(db)
        if not await misses.hearers(db, row["path"], Role.ADMINISTRATOR, *now):
            words = "no administrator can be reached, and YISHE_ALARM_URL is not set"
            yield Finding(f"{row['name']}: auditor's alarm", False, words)


def _ids(key: MasterKey) -> str:
    old = ", ".join(sorted(key_id.hex() for key_id in key.old_ids))
    return f"id {key.key_id.hex()}" + (f", older ones {old}" if old else "")


async def _sealed(db: Database, key: MasterKey) -> Finding:
    """Does the newest key open everything? As long as older ones are set, that is all right too."""
    found = await rotation.left(db, key)
    words = "; ".join(told(found, key))
    return Finding(
        "sealed values", not any(found.broken.values()), words.replace("run it again", "see rotate-key")
    )


def _usable(subject: str, account: OpenedAccount | None, preview: Preview) -> Finding:
    """By the models with which its channel reads it, and by every message that it may have to send."""
    if account is None:
        return Finding(subject, True, "not active any more")
    if wrong := sorted(faults_of(account.kind, account.settings, account.secrets)):
        return Finding(subject, False, f"missing or wrong: {', '.join(wrong)}")
    samples = _samples(account, preview, "")
    if faulty := [sample for sample in samples if sample.fault]:
        named = sorted({f"{sample.kind} ({sample.language})" for sample in faulty})
        return Finding(subject, False, f"texts that do not fit or have no template: {', '.join(named)}")
    words = f"secrets can be opened, settings are complete, {len(samples)} texts fit"
    if any(sample.fault for sample in _samples(account, preview, account.name)):
        words += ", the account's name is too long for some and is cut"
    return Finding(subject, True, words)


def _samples(account: OpenedAccount, preview: Preview, sender: str) -> list[Sample]:
    """Every message in every language; a sender's name that is cut takes nothing from what is said."""
    return [
        sample
        for language in LANGUAGES
        for sample in preview.samples(account.kind, as_account(account), sender, language)
    ]


def preview_of(channels: Mapping[str, Channel], texts: Catalogues) -> Preview:
    """Samples of every message; links in them lead nowhere."""
    vocabulary = all_workflows().vocabulary()
    renderer = Renderer(vocabulary, texts, Links(bytes(32)), "https://yishe.example")
    return Preview(channels, renderer, vocabulary)


def texts_found(preview: Preview) -> Finding:
    """Can every message be rendered in every language?"""
    broken = [f"{sample.kind} ({sample.language}): {sample.detail}" for sample in preview.broken(LANGUAGES)]
    return Finding("texts", not broken, "; ".join(broken) or "every message renders in every language")
