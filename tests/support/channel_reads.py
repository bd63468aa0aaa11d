"""How a test of scopes reads channel accounts: everything that `storage.access.channel_accounts` tells of one."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from storage.access import channel_accounts
from storage.directory import Viewer
from storage.sealing import MasterKey, new_master_key
from tests.support.account_reads import Place
from tests.support.desk import Desk
from tests.support.world import LONG_AGO, add_account, add_contact
from workflows.identity.roles import Role

ADMIN = Role.ADMINISTRATOR
KEY = "read-by-scope"
FAILED = """
INSERT INTO delivery (created_at, message_id, message_created_at, case_id, account_id, channel, address, unique_id,
                      payload, state, tried_at, error_code, error)
SELECT now(), id, created_at, case_id, $1, 'email', 'x', 'u', '{}', 'refused', now(), '550', 'refused'
  FROM message LIMIT 1
"""
NOTED = """
INSERT INTO audit (at, door, client, action, subject, subject_kind, subject_id, organisation_id, after)
VALUES (now(), 'page', '', 'channel_account.create', '', 'channel_account', $1, $2, '{"secrets": ["password"]}')
"""


async def make_channel(desk: Desk) -> None:
    """An account of the hospital that has failed once, and at which everybody here is known."""
    sealer = MasterKey(new_master_key())
    account = await add_account(desk.db, desk.world.hospital, "email", KEY, {}, {"password": "p"}, sealer)
    await desk.db.execute(FAILED, account)
    await desk.db.execute(NOTED, account, desk.world.hospital)
    await add_contact(desk.db, desk.administrator, account, "administrator@mail.example", rank=9)
    await desk.db.execute("UPDATE person SET language = 'en' WHERE id = $1", desk.administrator)


async def _account(place: Place) -> int:
    row = await place.db.fetchrow("SELECT id FROM channel_account WHERE public_key = $1", KEY)
    return int(row["id"]) if row else 0


def _here_only(place: Any, viewer: Viewer) -> Viewer:
    """Whoever reaches the department, as somebody of the department alone."""
    grants = [grant for grant in viewer.grants if grant.covers(place.path)]
    return replace(viewer, grants=tuple(replace(grant, path=place.path) for grant in grants))


async def _own(place: Any, viewer: Viewer) -> object:
    found = await channel_accounts.own(place.db, viewer, ADMIN, LONG_AGO)
    return [line for line in found if line.name == KEY]


CHANNEL_READS: dict[Callable[..., Any], Callable[[Any, Viewer], Awaitable[object]]] = {
    channel_accounts.own: _own,
    channel_accounts.inherited: lambda t, v: channel_accounts.inherited(t.db, _here_only(t, v), ADMIN),
}


def _of_one(function: Callable[..., Awaitable[Any]]) -> Callable[[Any, Viewer], Awaitable[object]]:
    async def call(place: Any, viewer: Viewer) -> object:
        return list(await function(place.db, viewer, ADMIN, await _account(place)) or [])

    return call


async def _record(place: Any, viewer: Viewer) -> object:
    return await channel_accounts.record(place.db, viewer, ADMIN, await _account(place))


CHANNEL_READS[channel_accounts.record] = _record
CHANNEL_READS |= {
    function: _of_one(function)
    for function in (
        channel_accounts.errors,
        channel_accounts.secrets_set_on,
        channel_accounts.own_address,
        channel_accounts.languages,
    )
}
