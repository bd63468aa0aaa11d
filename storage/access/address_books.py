"""The WeCom accounts whose address book the viewer may take over, and whom they know here. `role` administers."""

from collections.abc import Sequence

from storage import address_book
from storage.access import NotVisible
from storage.address_book import ACCOUNT, BookAccount, KnownPerson
from storage.database import Database
from storage.directory import Viewer


async def accounts(db: Database, viewer: Viewer, role: str) -> Sequence[BookAccount]:
    """The accounts of the organisations that the viewer administers."""
    rows = await db.fetch(
        f"{ACCOUNT} AND o.path LIKE ANY($1::text[]) ORDER BY o.path, a.id", viewer.paths_of(role)
    )
    return [BookAccount(**dict(row)) for row in rows]


async def account(db: Database, viewer: Viewer, role: str, account_id: int) -> BookAccount:
    """One of them; raises `NotVisible`."""
    found = await address_book.account(db, account_id)
    if found is None or not viewer.holds({role}, found.path):
        raise NotVisible
    return found


async def known(db: Database, viewer: Viewer, role: str, account_id: int) -> Sequence[KnownPerson]:
    """Whom it knows, and who else belongs there; raises `NotVisible`."""
    return await address_book.known(db, await account(db, viewer, role, account_id), viewer.paths_of(role))
