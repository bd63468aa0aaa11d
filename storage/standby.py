"""Which account stands in for another one of the same medium, at the same address, while that one is down. Real times.

The circuit of an account is in the database, so that all processes agree. It opens when the provider refuses the
account as such, or when its tries have failed in a row for longer than a message of that urgency should wait. From
then on the standby is taken, but for one message now and then, which finds out whether the account works again.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from storage import business_time, policy_values, spans
from storage.database import Connection, Record
from storage.outbox import Row

LEAST_FAILURES = 2  # one may be the network's whim
PROBE_EVERY = timedelta(minutes=1)
# One that is urgent is let out of turn only where nothing less urgent has come along for so long.
URGENT_PROBE_EVERY = timedelta(minutes=5)
ACCOUNT_REFUSED, TEMPORARY, RATE = "configuration", "temporary", "rate"
URGENT_POLICY, OTHER_POLICY = "notifier.standby_urgent", "notifier.standby_other"


@dataclass(frozen=True)
class Patience:
    """For how long an account's failures are borne before its standby takes over, unless a policy says otherwise."""

    urgent: timedelta = timedelta(minutes=1)
    other: timedelta = timedelta(minutes=10)

    def for_(self, is_urgent: bool) -> timedelta:
        """That of a message."""
        return self.urgent if is_urgent else self.other


@dataclass(frozen=True)
class Circuit:
    """What is known of an account that has failed; there is none of one that works."""

    failing_since: datetime | None
    failures: int
    blocked_since: datetime | None

    def is_open(self, patience: timedelta, now: datetime) -> bool:
        """Should its standby be taken?"""
        if self.blocked_since is not None:
            return True
        if self.failing_since is None or self.failures < LEAST_FAILURES:
            return False
        return now - self.failing_since >= patience


@dataclass(frozen=True)
class Standby:
    """The account that takes over."""

    account_id: int
    kind: str


@dataclass(frozen=True)
class NextWay:
    """The same contact point and address by another account."""

    contact_point_id: int | None
    account_id: int
    channel: str
    address: str


FAILED = """
INSERT INTO account_circuit AS c (account_id, failing_since, failures, blocked_since, code, probe_at)
SELECT $1, $3::timestamptz, 1, CASE WHEN $2::boolean THEN $3::timestamptz END, $4, $3::timestamptz + $5::interval
 WHERE EXISTS (SELECT FROM channel_account WHERE kind = ANY($6) AND active AND id <> $1)
ON CONFLICT (account_id) DO UPDATE
   SET failing_since = coalesce(c.failing_since, excluded.failing_since), failures = c.failures + 1,
       blocked_since = coalesce(c.blocked_since, excluded.blocked_since), code = excluded.code,
       probe_at = greatest(c.probe_at, excluded.probe_at)
"""
WORKED = "DELETE FROM account_circuit WHERE account_id = ANY($1)"
CIRCUIT = "SELECT failing_since, failures, blocked_since FROM account_circuit WHERE account_id = $1"
PROBE = """
UPDATE account_circuit SET probe_at = $2::timestamptz + $3::interval WHERE account_id = $1 AND probe_at <= $4
RETURNING account_id
"""
# The house is the account's own organisation and what stands above it; the nearest one first.
STANDBYS = """
SELECT a.id AS account_id, a.kind, c.failing_since, coalesce(c.failures, 0) AS failures, c.blocked_since
  FROM channel_account own JOIN organisation here ON here.id = own.organisation_id
  JOIN channel_account a ON a.kind = ANY($2) AND a.active AND a.id <> own.id
  JOIN organisation o ON o.id = a.organisation_id AND starts_with(here.path, o.path)
  LEFT JOIN account_circuit c ON c.account_id = a.id
 WHERE own.id = $1 ORDER BY length(o.path) DESC, a.id
"""
TRIED = """
SELECT d.contact_point_id, d.account_id, d.channel, d.address,
       CASE WHEN d.error_code IN ('budget', 'too_late') THEN '' ELSE d.verdict END AS verdict,
       d.state = 'accepted' AS took
  FROM delivery d WHERE d.message_id = $1 AND d.created_at >= $2 AND d.state IN ('refused', 'accepted') ORDER BY d.id
"""
WHERE = """
SELECT o.path FROM channel_account a JOIN organisation o ON o.id = a.organisation_id WHERE a.id = $1
"""
UNITS = {"minutes": timedelta(minutes=1), "hours": timedelta(hours=1), "calendar_days": timedelta(days=1)}
KindsOf = Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class Failure:
    """A failed try: the verdict on it, and the provider's code."""

    verdict: str
    code: str


async def failed(
    connection: Connection, account_id: int, kinds: Sequence[str], failure: Failure, now: datetime
) -> None:
    """A try on that account, of a medium of these kinds, failed.

    Only what says something of the account itself counts, and only where another account could stand in.
    """
    verdict = failure.verdict
    if verdict in (ACCOUNT_REFUSED, TEMPORARY):
        refused = verdict == ACCOUNT_REFUSED
        await connection.execute(
            FAILED, account_id, refused, now, failure.code[:64], PROBE_EVERY, list(kinds)
        )
    else:
        await worked(connection, [account_id])  # it refused a number, so it is alive


async def worked(connection: Connection, account_ids: Sequence[int]) -> None:
    """Tries on these accounts were taken."""
    await connection.execute(WORKED, list(account_ids))


async def circuit(connection: Connection, account_id: int) -> Circuit | None:
    """What is known of the account's failures; None of one that works."""
    row = await connection.fetchrow(CIRCUIT, account_id)
    return Circuit(**dict(row)) if row else None


async def takes_over(
    connection: Connection,
    account_id: int,
    kinds: Sequence[str],
    now: datetime,
    *,
    urgent: bool = False,
    may_probe: bool = True,
    message: Row | None = None,
) -> Standby | None:
    """The account to use instead of that one at this moment; None to use it all the same.

    `kinds` are those of its medium. That None may be the probe: ask once a try. A message that has failed there does
    not probe, and none goes twice by the same standby.
    """
    known = await circuit(connection, account_id)
    if known is None:
        return None
    patience = (await patience_at(connection, account_id, now)).for_(urgent)
    if not known.is_open(patience, now):
        return None
    had = {row["account_id"] for row in await _tried(connection, message)} if message else set()
    found = await _standby(connection, account_id, kinds, patience, now, had)
    if found is not None and may_probe and await _is_probe(connection, account_id, urgent, now):
        return None
    return found


async def after_refusal(
    connection: Connection, message: Row, kinds_of: KindsOf, now: datetime
) -> NextWay | None:
    """The standby of an account which could not send this message to an address that it does not refuse.

    None when nothing was refused for such a reason, every standby has had its turn for that address, or one of them
    has told it.
    """
    tried = await _tried(connection, message)
    for last in reversed(tried):
        kinds = kinds_of(last["channel"])
        if not kinds or last["verdict"] not in (ACCOUNT_REFUSED, TEMPORARY, RATE):
            continue
        there = [row for row in tried if row["address"] == last["address"] and row["channel"] in kinds]
        if any(row["took"] for row in there):
            continue
        had = {row["account_id"] for row in there}
        patience = await patience_at(connection, last["account_id"], now)
        found = await _standby(connection, last["account_id"], kinds, patience.urgent, now, had)
        if found is not None:
            return NextWay(last["contact_point_id"], found.account_id, found.kind, last["address"])
    return None


async def exists(connection: Connection, account_id: int, kinds: Sequence[str], now: datetime) -> bool:
    """Is there a standby that works?"""
    patience = await patience_at(connection, account_id, now)
    return await _standby(connection, account_id, kinds, patience.urgent, now) is not None


async def patience_at(connection: Connection, account_id: int, now: datetime) -> Patience:
    """What the policies say where the account belongs."""
    path = await connection.fetchval(WHERE, account_id)
    offset = timedelta(seconds=(await business_time.read(connection)).offset_s)
    urgent = await policy_values.nearest(connection, URGENT_POLICY, path or "", now + offset)
    other = await policy_values.nearest(connection, OTHER_POLICY, path or "", now + offset)
    usual = Patience()
    return Patience(_period(urgent) or usual.urgent, _period(other) or usual.other)


def _period(value: Any) -> timedelta | None:
    return UNITS[value["unit"]] * float(value["amount"]) if value and value["unit"] in UNITS else None


async def _tried(connection: Connection, message: Row) -> list[Record]:
    return await connection.fetch(TRIED, message.id, spans.after(message.created_at))


async def _standby(
    connection: Connection,
    account_id: int,
    kinds: Sequence[str],
    patience: timedelta,
    now: datetime,
    had: Collection[int] = (),
) -> Standby | None:
    rows = await connection.fetch(STANDBYS, account_id, list(kinds))
    working = (row for row in rows if row["account_id"] not in had and not _of(row).is_open(patience, now))
    return next((Standby(row["account_id"], row["kind"]) for row in working), None)


async def _is_probe(connection: Connection, account_id: int, urgent: bool, now: datetime) -> bool:
    due = now - (URGENT_PROBE_EVERY - PROBE_EVERY) if urgent else now
    return await connection.fetchval(PROBE, account_id, now, PROBE_EVERY, due) is not None


def _of(row: Record) -> Circuit:
    return Circuit(row["failing_since"], row["failures"], row["blocked_since"])
