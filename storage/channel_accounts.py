"""Channel accounts with their secrets opened, for callbacks and for sending."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from storage.database import Connection, Database, Record
from storage.sealing import Sealer


@dataclass(frozen=True)
class OpenedAccount:
    """A corporation's app, a mail sender, a bot. Its representation hides the secrets."""

    id: int
    organisation_id: int
    kind: str
    name: str
    public_key: str
    settings: Mapping[str, Any]
    secrets: Mapping[str, str] = field(repr=False)


ACCOUNT = """
SELECT a.id, a.organisation_id, a.kind, a.name, a.public_key, a.sealed, a.settings
  FROM channel_account a JOIN organisation o ON o.id = a.organisation_id
 WHERE a.active
"""


def seal_context(public_key: str) -> str:
    """What the secrets of that account are bound to when they are sealed."""
    return f"channel_account:{public_key}"


class StoredChannelAccounts:
    """Active accounts. Every call reads the row; only the opened secrets are kept, while they are the same.

    Every method raises `DatabaseAway`, and `SealBroken` when the secrets cannot be opened.
    """

    def __init__(self, db: Database, sealer: Sealer) -> None:
        self._db = db
        self._sealer = sealer
        self._opened: dict[int, tuple[bytes, Mapping[str, str]]] = {}

    async def by_public_key(self, kind: str, public_key: str) -> OpenedAccount | None:
        """The account that a callback address names."""
        return self._account(
            await self._db.fetchrow(f"{ACCOUNT} AND a.kind = $1 AND a.public_key = $2", kind, public_key)
        )

    async def by_id(self, account_id: int, connection: Connection | None = None) -> OpenedAccount | None:
        """The account of that id. Whoever holds a connection gives it: taking a second one can starve the pool."""
        reader = connection or self._db
        return self._account(await reader.fetchrow(f"{ACCOUNT} AND a.id = $1", account_id))

    async def nearest(
        self, connection: Connection, kind: str, organisation_path: str
    ) -> OpenedAccount | None:
        """The account of that kind which holds there: the organisation's own, else the next one upward."""
        row = await connection.fetchrow(
            f"{ACCOUNT} AND a.kind = $1 AND starts_with($2, o.path) "
            "ORDER BY length(o.path) DESC, a.id LIMIT 1",
            kind,
            organisation_path,
        )
        return self._account(row)

    def _account(self, row: Record | None) -> OpenedAccount | None:
        if row is None:
            return None
        known = dict(row)
        return OpenedAccount(
            secrets=self._secrets(known["id"], known.pop("sealed"), known["public_key"]), **known
        )

    def _secrets(self, account_id: int, sealed: bytes | None, public_key: str) -> Mapping[str, str]:
        if sealed is None:
            return {}
        kept = self._opened.get(account_id)
        if kept is None or kept[0] != sealed:
            kept = (sealed, self._sealer.open(sealed, seal_context(public_key)))
            self._opened[account_id] = kept
        return kept[1]
