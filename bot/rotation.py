"""`yishe rotate-key`: what older master keys have sealed is sealed anew with the newest, and that is checked."""

from collections import Counter
from collections.abc import Callable, Mapping

from bot.master_key import master_key
from bot.settings import Settings
from storage import audit, kept_keys, rotation
from storage.audit import AuditRow
from storage.clock import Clock
from storage.database import Connection, Database
from storage.rotation import Left
from storage.sealing import MasterKey
from workflows.actor import Door

TOP = "SELECT id FROM organisation WHERE parent_id IS NULL ORDER BY id LIMIT 1"
Say = Callable[[str], object]


async def rotate_key(settings: Settings, dsn: str, real: Clock, say: Say, *, end_links: bool) -> int:
    """Seal everything anew; the exit code. 0: the newest key opens everything. May be run again at any time.

    `end_links`: keys for follow-up links, forms and codes are made anew as well, so that old ones end.
    """
    key = master_key(settings)
    async with Database.open(dsn, max_size=2) as db:
        await kept_keys.kept_keys(db, key, real.now())
        if end_links:
            async with db.transaction() as tx:
                await kept_keys.replace_all(tx, key, real.now())
                await _note(tx, real, key, "link.revoke", {})
            say("follow-up links, open forms and codes that were given out before do not count any more")
        done: Counter[str] = Counter()
        async for progress in rotation.rotate(db, key):
            done[progress.kind] += progress.resealed
            say(f"{progress.kind}: {progress.seen} looked at, {progress.resealed} sealed anew")
        if done.total():
            async with db.transaction() as tx:
                await _note(tx, real, key, "master_key.rotate", {"count": dict(done)})
        found = await rotation.left(db, key)
    for line in told(found, key):
        say(line)
    return 0 if found.nothing else 1


def told(found: Left, key: MasterKey) -> list[str]:
    """What is left to do, in words."""
    lines = [
        f"{kind}: {n} cannot be opened with any key that is set" for kind, n in found.broken.items() if n
    ]
    lines += [f"{kind}: {n} still need an older key; run it again" for kind, n in found.older.items() if n]
    if found.nothing:
        old = ", ".join(sorted(key_id.hex() for key_id in key.old_ids))
        end = (
            f"; {old} can be taken out of YISHE_OLD_MASTER_KEYS once every process knows the newest"
            if old
            else ""
        )
        lines.append(f"key {key.key_id.hex()} opens everything{end}")
    return lines


async def _note(
    connection: Connection, real: Clock, key: MasterKey, action: str, data: Mapping[str, object]
) -> None:
    row = AuditRow(
        at=real.now(),
        person_id=None,
        case_id=None,
        door=Door.SYSTEM,
        client="yishe rotate-key",
        action=action,
        subject=key.key_id.hex(),
        data=data,
        organisation_id=await connection.fetchval(TOP),
        subject_kind="master_key",
    )
    await audit.append(connection, row)
