"""Presses as rows: a form that comes again, by a second press or after a broken connection, counts once."""

from dataclasses import dataclass
from datetime import datetime

from storage.database import Connection, Database

# A second one at the same moment waits here until the first is committed or undone.
NOTE = "INSERT INTO press (key, request, pressed_at) VALUES ($1, $2, $3) ON CONFLICT (key) DO NOTHING"


@dataclass(frozen=True)
class Press:
    """One sending of a form: `key` is the same for the same form of the same page, `request` is never the same."""

    key: str
    request: str


async def is_first(connection: Connection, press: Press, at: datetime) -> bool:
    """Note the press in the transaction that it opens; False when another request with its key has written."""
    if await connection.execute(NOTE, press.key, press.request, at) == "INSERT 0 1":
        return True
    mine = await connection.fetchval("SELECT request FROM press WHERE key = $1", press.key)
    return bool(mine == press.request)


async def note_end(db: Database, press: Press, led_to: str) -> None:
    """Where the answer led. One that led nowhere is forgotten: what its page showed is shown only there."""
    await db.execute(
        "UPDATE press SET led_to = $3 WHERE key = $1 AND request = $2"
        if led_to
        else "DELETE FROM press WHERE key = $1 AND request = $2 AND $3 = ''",
        press.key,
        press.request,
        led_to,
    )


async def led_to(db: Database, key: str) -> str | None:
    """Where the first answer led: nothing when there was none, and empty while its page is being made."""
    row = await db.fetchrow("SELECT coalesce(led_to, '') AS led_to FROM press WHERE key = $1", key)
    return str(row["led_to"]) if row else None
