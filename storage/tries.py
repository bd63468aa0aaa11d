"""How many tries an address or a whole account has had, counted in the ledger and so by all processes. Real times."""

from collections.abc import Collection, Iterable
from datetime import datetime

from storage import spans
from storage.database import Connection
from storage.deliveries import OVER_BUDGET, Route

WHOLE_ACCOUNT = "*"  # in the place of an address
# In one order everywhere, or two processes could wait for each other.
LOCK = """
SELECT pg_advisory_xact_lock(key) FROM (
  SELECT DISTINCT hashtextextended(account_id || '/' || address, 0) AS key
    FROM unnest($1::bigint[], $2::varchar[]) AS a(account_id, address) ORDER BY key) addresses
"""
OF_ADDRESSES = """
SELECT d.account_id, d.address, d.tried_at
  FROM (SELECT DISTINCT account_id, address FROM unnest($1::bigint[], $2::varchar[]) AS a(account_id, address)) a
  JOIN delivery d ON d.account_id = a.account_id AND d.address = a.address
 WHERE d.created_at > $5 AND d.tried_at > $3 AND d.error_code <> $4 ORDER BY d.tried_at
"""
OF_ACCOUNTS = """
SELECT account_id, tried_at FROM delivery WHERE account_id = ANY($1) AND created_at > $4
   AND tried_at > $2 AND error_code <> $3
 ORDER BY tried_at
"""
QUOTAS = """
SELECT id, nullif(settings->>'daily_quota', '')::int AS quota FROM channel_account
 WHERE id = ANY($1) AND nullif(settings->>'daily_quota', '')::int > 0
"""
USED = """
SELECT a.id, (SELECT count(*) FROM delivery d
               WHERE d.account_id = a.id AND d.created_at > $4 AND d.tried_at >= $2 AND d.error_code <> $3) AS used
  FROM unnest($1::bigint[]) AS a(id)
"""
Tries = dict[tuple[int, str], list[datetime]]


async def lock(connection: Connection, ways: Collection[tuple[int, str]]) -> None:
    """Have these addresses, and whole accounts, to oneself until the transaction ends."""
    in_order = sorted(ways)
    await connection.execute(LOCK, [account for account, _ in in_order], [address for _, address in in_order])


async def of_addresses(connection: Connection, routes: Iterable[Route], since: datetime) -> Tries:
    """Begin of every try to each address since an instant, oldest first."""
    ways = sorted({(route.account_id, route.address) for route in routes})
    found: Tries = {way: [] for way in ways}
    accounts, addresses = [account for account, _ in ways], [address for _, address in ways]
    for account, address, tried_at in await connection.fetch(
        OF_ADDRESSES, accounts, addresses, since, OVER_BUDGET, spans.around(since)
    ):
        found[account, address].append(tried_at)
    return found


async def of_accounts(connection: Connection, accounts: Collection[int], since: datetime) -> Tries:
    """The same for whole accounts, under `WHOLE_ACCOUNT`."""
    found: Tries = {(account, WHOLE_ACCOUNT): [] for account in accounts}
    made_since = spans.around(since)
    for account, tried_at in await connection.fetch(
        OF_ACCOUNTS, list(accounts), since, OVER_BUDGET, made_since
    ):
        found[account, WHOLE_ACCOUNT].append(tried_at)
    return found


async def quotas(connection: Connection, accounts: Collection[int]) -> dict[int, int]:
    """The daily quota of the accounts that have one."""
    return {row["id"]: row["quota"] for row in await connection.fetch(QUOTAS, list(accounts))}


async def used_since(connection: Connection, accounts: Collection[int], midnight: datetime) -> dict[int, int]:
    """How many tries whole accounts have had since midnight."""
    rows = await connection.fetch(USED, list(accounts), midnight, OVER_BUDGET, spans.around(midnight))
    return {row["id"]: row["used"] for row in rows}
