"""Keys for one purpose each – follow-up links, forms of pages, codes for chats – that outlive a master key.

Each is kept sealed with the master key. The first value is derived from it, so that a version that only derives
and this one understand each other while both run; from then on a new master key changes nothing of them
(docs/decisions/0016-rotation-of-the-master-key.md).
"""

import base64
import os
from collections.abc import Sequence
from datetime import datetime

from storage.database import Connection, Database
from storage.sealing import KEY_BYTES, MasterKey

LINKS, PAGES, CODES = "follow-up links", "pages", "link codes"
PURPOSES = (LINKS, PAGES, CODES)
KEEP = "INSERT INTO kept_key (purpose, sealed, made_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
KNOWN = "SELECT purpose, sealed FROM kept_key WHERE purpose = ANY($1)"


async def kept_keys(
    db: Database, master: MasterKey, now: datetime, purposes: Sequence[str] = PURPOSES
) -> dict[str, bytes]:
    """The key of each purpose, made where there is none yet. Raises `SealBroken`, `DatabaseAway`."""
    known = await _known(db, master, purposes)
    missing = [purpose for purpose in purposes if purpose not in known]
    if not missing:
        return known
    async with db.transaction() as tx:
        for purpose in missing:
            await _keep(tx, master, purpose, master.oldest.derive(purpose), now)
    return await _known(db, master, purposes)  # another process may have been first


async def replace_all(connection: Connection, master: MasterKey, now: datetime) -> None:
    """Fresh keys for every purpose: old follow-up links, open forms and codes do not count any more."""
    await connection.execute("DELETE FROM kept_key")
    for purpose in PURPOSES:
        await _keep(connection, master, purpose, os.urandom(KEY_BYTES), now)


def context(purpose: str) -> str:
    """What a kept key is bound to."""
    return f"kept key: {purpose}"


async def _known(db: Database, master: MasterKey, purposes: Sequence[str]) -> dict[str, bytes]:
    rows = await db.fetch(KNOWN, list(purposes))
    opened = {row["purpose"]: master.open(row["sealed"], context(row["purpose"])) for row in rows}
    return {purpose: base64.b64decode(found["key"]) for purpose, found in opened.items()}


async def _keep(connection: Connection, master: MasterKey, purpose: str, key: bytes, now: datetime) -> None:
    sealed = master.seal({"key": base64.b64encode(key).decode()}, context(purpose))
    await connection.execute(KEEP, purpose, sealed, now)
