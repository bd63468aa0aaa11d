"""Channel accounts (渠道账号): entered, changed, switched off and tried by whoever administers their organisation.

Secrets are sealed before they are stored, never read out again, and named, but not told, in the audit rows.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from secrets import token_hex
from typing import Any

from storage import channel_account_writer as writer
from storage.access import NotVisible
from storage.channel_account_writer import AccountRow
from storage.channel_accounts import seal_context
from storage.database import Connection
from storage.sealing import SealBroken, Sealer
from storage.texts import N_
from workflows.administration import spoken_to
from workflows.administration.office import By, Change, ChangedMeanwhile, Desk, Office
from workflows.administration.organisations import administered
from workflows.errors import WorkflowError
from workflows.identity.roles import Role

SUBJECT = "channel_account"
# What the provider signs with may be replaced there and here only one after the other: both count meanwhile.
SUCCESSION = {
    "callback_token": "former_callback_token",
    "encoding_aes_key": "former_encoding_aes_key",
    "signing_secret": "former_signing_secret",
}
FORMER = frozenset(SUCCESSION.values())
Check = Callable[[Mapping[str, Any], Mapping[str, str]], None]


class SecretsLost(WorkflowError):
    """The secrets cannot be opened with the master keys of this installation."""

    text = N_("Its secrets cannot be decrypted with the current master key. Please enter all of them again.")


@dataclass(frozen=True)
class Entered:
    """What an administrator filled in. Secrets that are not among `secrets` are kept.

    `drop_former`: what the provider signed with before does not count any more.
    """

    name: str
    settings: Mapping[str, Any]
    secrets: Mapping[str, str] = field(repr=False)
    drop_former: bool = False


class ChannelDesk:
    """Writes accounts. `check` of each write raises `FormInvalid` for what the channel could not use."""

    def __init__(self, office: Office, sealer: Sealer) -> None:
        self._office = office
        self._sealer = sealer

    async def add(self, by: By, organisation_id: int, kind: str, entered: Entered, check: Check) -> int:
        """A new account; its id. Raises `NotVisible`, `FormInvalid`, `DatabaseAway`."""
        check(entered.settings, entered.secrets)
        async with self._office.writing(by) as desk:
            place = await administered(desk.connection, by, organisation_id)
            await spoken_to.check(desk, place.path, {}, entered.settings, set())
            key = token_hex(12)
            row = AccountRow(
                id=0,
                organisation_id=place.id,
                kind=kind,
                name=entered.name,
                public_key=key,
                settings=entered.settings,
                sealed=self._sealed(entered.secrets, key),
                active=True,
                version=1,
                path=place.path,
            )
            made = replace(row, id=await writer.add(desk.connection, row))
            await _record(desk, "channel_account.create", made, {}, _told(made, sorted(entered.secrets)))
        return made.id

    async def change(self, by: By, account_id: int, version: int, entered: Entered, check: Check) -> None:
        """New name, settings or secrets. Raises `NotVisible`, `ChangedMeanwhile`, `FormInvalid`, `SecretsLost`."""
        async with self._office.writing(by) as desk:
            row = await _administered(desk.connection, by, account_id, version)
            kept = self._opened(row, entered)
            secrets = _succeeded(kept, entered)
            check(entered.settings, secrets)
            unsaid = set(kept) - set(entered.secrets)
            await spoken_to.check(desk, row.path, row.settings, entered.settings, unsaid)
            changed = {name for name in {*kept, *secrets} if kept.get(name) != secrets.get(name)}
            wanted = replace(row, name=entered.name, settings=entered.settings)
            if changed:
                wanted = replace(wanted, sealed=self._sealed(secrets, row.public_key))
            if wanted == row:
                return
            await writer.change(desk.connection, wanted)
            await _record(desk, "channel_account.change", wanted, _told(row), _told(wanted, sorted(changed)))

    async def switch(self, by: By, account_id: int, version: int, *, on: bool) -> None:
        """Let it be used or not. Raises `NotVisible`, `ChangedMeanwhile`, `DatabaseAway`."""
        async with self._office.writing(by) as desk:
            row = await _administered(desk.connection, by, account_id, version)
            if row.active == on:
                return
            await writer.change(desk.connection, replace(row, active=on))
            action = "channel_account.switch_on" if on else "channel_account.switch_off"
            await _record(desk, action, row, {"active": row.active}, {"active": on})

    async def tested(self, by: By, account_id: int, result: str) -> None:
        """Keep how a test ended. Raises `NotVisible`, `DatabaseAway`."""
        async with self._office.writing(by) as desk:
            row = await _administered(desk.connection, by, account_id)
            await writer.note_test(desk.connection, row.id, desk.clocks.real.now(), result)
            await _record(desk, "channel_account.test", row, {}, {"result": result})

    async def secret_names(self, by: By, account_id: int) -> frozenset[str]:
        """Which secrets are set. Raises `NotVisible`, `SecretsLost`, `DatabaseAway`."""
        async with self._office.db.transaction() as connection:
            row = await _administered(connection, by, account_id)
        with _as_lost():
            return frozenset(self._open(row))

    def _opened(self, row: AccountRow, entered: Entered) -> Mapping[str, str]:
        """The secrets as they are; when they cannot be opened, whoever enters any starts anew."""
        try:
            return self._open(row)
        except SealBroken:
            if entered.secrets:
                return {}
            raise SecretsLost from None

    def _open(self, row: AccountRow) -> Mapping[str, str]:
        return self._sealer.open(row.sealed, seal_context(row.public_key)) if row.sealed else {}

    def _sealed(self, secrets: Mapping[str, str], public_key: str) -> bytes:
        return self._sealer.seal(secrets, seal_context(public_key))


@contextmanager
def _as_lost() -> Iterator[None]:
    try:
        yield
    except SealBroken:
        raise SecretsLost from None


async def _administered(
    connection: Connection, by: By, account_id: int, version: int | None = None
) -> AccountRow:
    row = await writer.locked(connection, account_id)
    if row is None or not by.viewer.holds({Role.ADMINISTRATOR}, row.path):
        raise NotVisible
    if version is not None and row.version != version:
        raise ChangedMeanwhile
    return row


def _succeeded(kept: Mapping[str, str], entered: Entered) -> dict[str, str]:
    """The secrets from now on; of what the provider signs with, the former one stays beside the new one."""
    secrets = {**kept, **entered.secrets}
    replaced = {name for name in SUCCESSION if name in kept and secrets[name] != kept[name]}
    if replaced:  # token and key belong together
        secrets |= {former: kept[name] for name, former in SUCCESSION.items() if name in kept}
    return {n: value for n, value in secrets.items() if not (entered.drop_former and n in FORMER)}


def _told(row: AccountRow, secrets: list[str] | None = None) -> dict[str, Any]:
    told = {"name": row.name, "kind": row.kind, "settings": dict(row.settings)}
    return {**told, "secrets": secrets} if secrets else told


async def _record(
    desk: Desk, action: str, row: AccountRow, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    await desk.record(Change(action, row.organisation_id, SUBJECT, row.id, row.name, before, after))
