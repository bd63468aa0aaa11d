"""Channels for people whom no notifier of the test tells anything: so that they count as reachable."""

from storage.database import Database
from storage.sealing import MasterKey, new_master_key
from tests.support.world import add_account, add_contact


async def give_channels(db: Database) -> None:
    """A mailbox for everybody there is, at an account of the first organisation."""
    top = await db.fetchrow("SELECT min(id) AS id FROM organisation")
    assert top is not None
    account = await add_account(db, top["id"], "email", "boxes", {}, {}, MasterKey(new_master_key()))
    for row in await db.fetch("SELECT id FROM person"):
        await add_contact(db, row["id"], account, f"{row['id']}@people.example")
