"""Who can be reached (可通知), and who is there for a role: the one place that says so.

Somebody is reachable who is active and has a contact point on an active account, unless that address refused for good
lately and took nothing since. Whoever asks (the engine as it commits, the notifier for a deputy or head, the daily
notice, `yishe check`, the auditor, the pages) asks here, so that they cannot differ. Which channel a message then
takes is for policy and severity to say; neither ever leaves a reachable person without one that asks them to act.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from storage.database import Connection

LATELY = timedelta(days=7)
"""For so long a refusal counts; then the address is tried again."""
ADMINISTRATOR = "administrator"


def contact_works(contact: str, account: str, since: str) -> str:
    """The SQL condition under which a contact point, joined with its account, is a way. `since`: see `LATELY`."""
    return (
        f"({contact}.ended_at IS NULL AND {account}.active"
        f" AND ({contact}.refused_at IS NULL OR {contact}.refused_at < {since}))"
    )


def is_reachable(person: str, since: str) -> str:
    """The SQL condition under which the active person of that id can be reached."""
    return (
        "EXISTS (SELECT FROM contact_point cp JOIN channel_account a ON a.id = cp.account_id"
        f" JOIN person known ON known.id = cp.person_id AND known.active"
        f" WHERE cp.person_id = {person} AND {contact_works('cp', 'a', since)})"
    )


def holds_now(post: str, at: str) -> str:
    """The SQL condition under which a post holds at an instant of business time."""
    return f"({post}.starts_at <= {at} AND ({post}.ends_at IS NULL OR {post}.ends_at > {at}))"


# Who is there for each holder at any level upward: themselves, or their deputy while they are away. Somebody away for
# whom nobody stands in comes after everybody else at any level, so that no message loses its reader. A role may be
# asked for at one kind of organisation alone: `role@kind`.
HOLDERS = f"""
WITH held AS (
  SELECT role, path, coalesce(present, person_id) AS person_id, present IS NULL AS is_away
    FROM (SELECT wanted.role, post.person_id, o.path, present_for(post.person_id, $2) AS present
            FROM unnest($1::varchar[]) AS wanted(role) JOIN post ON post.role = split_part(wanted.role, '@', 1)
            JOIN organisation o ON o.id = post.organisation_id AND split_part(wanted.role, '@', 2) IN ('', o.kind)
            JOIN person p ON p.id = post.person_id AND p.active
           WHERE starts_with($3, o.path) AND {holds_now("post", "$2")}) posts),
asked AS (
  SELECT person_id, {is_reachable("anybody.person_id", "$4")} AS reached
    FROM (SELECT person_id FROM held UNION SELECT unnest($5::bigint[])) anybody),
ranked AS (
  SELECT held.role, held.person_id, asked.reached,
         rank() OVER (PARTITION BY held.role ORDER BY held.is_away, length(held.path) DESC) AS distance,
         rank() OVER (PARTITION BY held.role, asked.reached ORDER BY held.is_away, length(held.path) DESC) AS among
    FROM held JOIN asked USING (person_id))
SELECT DISTINCT role, person_id, reached, distance = 1 AS is_nearest, reached AND among = 1 AS is_told
  FROM ranked WHERE distance = 1 OR among = 1
 UNION ALL
SELECT '', person_id, reached, false, false FROM asked WHERE person_id = ANY($5)
 ORDER BY 1, 2
"""
REACHABLE = f"SELECT {is_reachable('$1::bigint', '$2')}"
REFUSED = """
UPDATE contact_point SET refused_at = $3
 WHERE account_id = $1 AND address = $2 AND ended_at IS NULL
"""
# Nearly always there is nothing to forget, which an index over what was refused tells at once.
WORKED = """
UPDATE contact_point cp SET refused_at = NULL
  FROM unnest($1::bigint[], $2::varchar[]) AS took(account_id, address)
 WHERE cp.refused_at IS NOT NULL AND cp.account_id = took.account_id AND cp.address = took.address
"""


@dataclass(frozen=True)
class Holders:
    """Who is there for roles at a place. `reachable` are all of those asked about whom anything reaches."""

    nearest: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """By role: at the nearest level that has any, reached or not."""
    told: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """By role: those whom anything reaches, at the nearest level that has any of these."""
    reachable: frozenset[int] = frozenset()

    def of(self, roles: Iterable[str]) -> set[int]:
        """Everybody reachable who is there for one of the roles."""
        return {person for role in roles for person in self.told.get(role, ())}

    def by_name(self, roles: Iterable[str]) -> set[int]:
        """Everybody who is there for one of the roles, reachable or not."""
        return {person for role in roles for person in self.nearest.get(role, ())}

    def lost(self, roles: Iterable[str]) -> bool:
        """Does somebody hold one of the roles, and nobody holds it whom anything reaches?"""
        return any(self.nearest.get(role) and not self.told.get(role) for role in roles)

    def for_sure(self, role: str) -> Sequence[int]:
        """Who is there for one role: the reachable ones, else whoever holds it."""
        return self.told.get(role) or self.nearest.get(role) or ()


async def holders(
    connection: Connection,
    roles: Sequence[str],
    path: str,
    at: datetime,
    real: datetime,
    people: Sequence[int] = (),
) -> Holders:
    """Who is there for each role at the organisation of that path, at `at` (business time); `real` is real time.

    Of the `people` it is asked besides whether they can be reached.
    """
    if not roles and not people:
        return Holders()
    nearest: dict[str, list[int]] = {role: [] for role in roles}
    told: dict[str, list[int]] = {role: [] for role in roles}
    reachable: set[int] = set()
    rows = await connection.fetch(HOLDERS, list(roles), at, path, real - LATELY, list(people))
    for row in rows:
        if row["is_nearest"]:
            nearest[row["role"]].append(row["person_id"])
        if row["is_told"]:
            told[row["role"]].append(row["person_id"])
        if row["reached"]:
            reachable.add(row["person_id"])
    return Holders(nearest, told, frozenset(reachable))


async def can_be_reached(connection: Connection, person_id: int, real: datetime) -> bool:
    """Does anything reach that person? `real` is real time."""
    found: bool = await connection.fetchval(REACHABLE, person_id, real - LATELY)
    return found


async def refused(connection: Connection, account_id: int, address: str, now: datetime) -> None:
    """The provider refused that address for good. Real time."""
    await connection.execute(REFUSED, account_id, address, now)


async def worked(connection: Connection, ways: Sequence[tuple[int, str]]) -> None:
    """Providers took something for these addresses, of account and address: what they refused before is forgotten."""
    if ways:
        await connection.execute(WORKED, [account for account, _ in ways], [address for _, address in ways])
