"""How a test of scopes reads accounts: everything that `storage.access.accounts` tells of one person."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Protocol

from storage.access import accounts, address_books, leaving
from storage.database import Database
from storage.directory import Viewer
from storage.sealing import MasterKey, new_master_key
from tests.support.desk import Desk
from tests.support.world import LONG_AGO, add_absence, add_account
from workflows.identity.roles import Role

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
MAKE_SESSION = """
INSERT INTO web_session (id, person_id, created_at, seen_at, client) VALUES ('session', $1, now(), now(), '')
"""


class Place(Protocol):
    """Where a reader looks: a database with the people of a desk."""

    @property
    def db(self) -> Database: ...
    @property
    def desk(self) -> Desk: ...


async def make_account(desk: Desk) -> None:
    """Let the engineer be away, with the administrator as deputy, and be signed in."""
    await add_absence(desk.db, desk.world.engineer, desk.administrator, NOW, datetime(2026, 3, 9, tzinfo=UTC))
    await desk.db.execute(MAKE_SESSION, desk.world.engineer)
    sealer = MasterKey(new_master_key())
    await add_account(desk.db, desk.world.hospital, "wecom", "wecom-of-accounts", {}, {}, sealer)


def _of(place: Place) -> tuple[Role, int]:
    return Role.ADMINISTRATOR, place.desk.world.engineer


async def wecom_account(place: Place, viewer: Viewer) -> object:
    row = await place.db.fetchrow("SELECT id FROM channel_account WHERE kind = 'wecom'")
    assert row is not None
    return await address_books.account(place.db, viewer, Role.ADMINISTRATOR, row["id"])


async def wecom_known(place: Place, viewer: Viewer) -> object:
    row = await place.db.fetchrow("SELECT id FROM channel_account WHERE kind = 'wecom'")
    assert row is not None
    return await address_books.known(place.db, viewer, Role.ADMINISTRATOR, row["id"])


ACCOUNT_READS: dict[Callable[..., Any], Callable[[Any, Viewer], Awaitable[object]]] = {
    accounts.account: lambda t, v: accounts.account(t.db, v, *_of(t)),
    accounts.posts: lambda t, v: accounts.posts(t.db, v, *_of(t), NOW),
    accounts.absences: lambda t, v: accounts.absences(t.db, v, *_of(t), NOW),
    accounts.deputising: lambda t, v: accounts.deputising(t.db, v, NOW),
    accounts.colleagues: lambda t, v: accounts.colleagues(t.db, v, *_of(t), NOW),
    leaving.closing: lambda t, v: leaving.closing(t.db, v, *_of(t), leaving.Instants(NOW, NOW, NOW, NOW)),
    leaving.cases_of: lambda t, v: leaving.cases_of(t.db, v, Role.ADMINISTRATOR, t.desk.world.reporter),
    address_books.accounts: lambda t, v: address_books.accounts(t.db, v, Role.ADMINISTRATOR),
    address_books.account: wecom_account,
    address_books.known: wecom_known,
    accounts.sessions: lambda t, v: accounts.sessions(t.db, v, *_of(t), LONG_AGO, LONG_AGO),
}
WITHOUT_SIGN_IN = {
    "ways_in.only": "names the account by which anybody may sign in, where it is the only one",
    "ways_in.there_are": "says whether there is any",
    "ways_in.serving": "names those that serve an organisation whose name one knows",
    "ways_in.way": "names one of them",
    "ways_in.person": "makes the viewer from a provider's word",
}
