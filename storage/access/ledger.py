"""The ledger (投递台账): who was told what, by which channel, and how it ended.

Everybody sees what was meant for them; whoever holds one of the given roles sees what concerns their organisations.
All times are real.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from storage.access import NotVisible
from storage.database import Database
from storage.directory import Viewer
from storage.message_story import MessageStory, story
from storage.paging import Listing, Order, Page, Sort, Where
from storage.spans import AFTERWARDS, EVER, NEVER, SET_BACK

# The furthest that a message came on a channel; without one, what became of the message.
OUTCOME = """CASE
  WHEN d.acted_at IS NOT NULL THEN 'acted' WHEN d.recalled_at IS NOT NULL THEN 'recalled'
  WHEN d.opened_at IS NOT NULL THEN 'opened' WHEN d.received_at IS NOT NULL THEN 'delivered'
  WHEN d.state = 'accepted' AND d.receipt_unknown THEN 'unknown'
  WHEN d.state = 'accepted' THEN 'sent' WHEN d.state = 'refused' THEN 'failed'
  WHEN d.state = 'superseded' OR m.state = 'withdrawn' THEN 'withdrawn'
  WHEN m.state = 'bundled' THEN 'bundled' WHEN m.state = 'dead' THEN 'failed' WHEN m.state = 'sent' THEN 'sent'
  WHEN m.held <> '' THEN 'held' ELSE 'queued' END"""
OUTCOMES = (
    "queued", "held", "sent", "unknown", "delivered", "opened", "acted", "failed", "withdrawn", "recalled", "bundled",
)  # fmt: skip
COLUMNS = f"""m.id AS message_id, m.created_at, m.kind, m.severity, m.variables, c.number AS case_number,
  coalesce(p.name, part.name, a.name, '') AS recipient, coalesce(d.channel, m.channel, '') AS channel,
  coalesce(a.name, '') AS account, {OUTCOME} AS outcome,
  coalesce(d.acted_at, d.recalled_at, d.opened_at, d.received_at, d.finished_at, m.finished_at) AS ended_at,
  coalesce(nullif(d.error, ''), m.reason) AS reason, coalesce(d.tries, 0) AS tries,
  coalesce(d.maybe_twice, false) AS maybe_twice, d.parts, d.cost"""
# $2 to $5: the span of the messages, and that of their deliveries: both lie in a few months of many.
SOURCE = """message m
  LEFT JOIN delivery d ON d.message_id = m.id AND d.created_at >= $4 AND d.created_at < $5
  LEFT JOIN work_case c ON c.id = m.case_id
  LEFT JOIN organisation o ON o.id = coalesce(c.organisation_id, m.organisation_id)
  LEFT JOIN person p ON p.id = m.person_id LEFT JOIN participant part ON part.id = m.participant_id
  LEFT JOIN channel_account a ON a.id = coalesce(d.account_id, m.account_id)"""
# Messages are numbered as they are queued, and by their number an index leads to any page of the list.
SORTS = {"at": Sort("m.id", "bigint", always=True)}
# A message tried on several channels has a row for each; one that was not tried has one of its own.
MOST_COUNTED = (
    200  # so far an index is walked (5 ms); for more PostgreSQL joins the whole ledger (0.5 s of 200 000)
)
LINES = Listing(COLUMNS, SOURCE, "coalesce(d.id, -m.id)", SORTS, MOST_COUNTED, counts_in_order=True)
# Names of people are looked through once for each of them, and not for each message.
WORD = """m.person_id = ANY(ARRAY(SELECT named.id FROM person named WHERE strpos(lower(named.name), {0}) > 0))
  OR strpos(lower(concat_ws(' ', part.name, a.name, c.number)), {0}) > 0"""
COSTS_OF = timedelta(days=92)
"""Costs of a longer time are those of its last three months."""
MONTH = "to_char(d.created_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')"
MOST_MONTHS = 24
MOST_BUNDLED = 500


@dataclass(frozen=True)
class Line:
    """A message on one channel, or before any. `ended_at` is the time of the outcome; `cost` in CNY."""

    message_id: int
    created_at: datetime
    kind: str
    severity: str | None
    variables: Mapping[str, Any]
    case_number: str | None
    recipient: str
    channel: str
    account: str
    outcome: str
    ended_at: datetime | None
    reason: str
    tries: int
    maybe_twice: bool
    parts: int | None
    cost: Decimal | None


@dataclass(frozen=True)
class Cost:
    """What one channel counted in one month (YYYY-MM, Shanghai). `cost` in CNY, as far as the provider told it."""

    month: str
    channel: str
    parts: int
    cost: Decimal | None


@dataclass(frozen=True)
class Wanted:
    """Which messages; None: any. `workflow` is what they are about; `until` is not in it any more."""

    words: str = ""
    mine: bool = False
    person: int | None = None
    case: str | None = None
    channel: str | None = None
    outcome: str | None = None
    severity: str | None = None
    workflow: str | None = None
    kind: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Way:
    """A message with everything that happened to it; `tells_of` are those that it told of along with its own."""

    story: MessageStory
    variables: Mapping[str, Any]
    tells_of: Sequence[Line]

    @property
    def kind(self) -> str:
        return self.story.message.kind


async def listed(
    db: Database, viewer: Viewer, roles: Iterable[str], wanted: Wanted, order: Order
) -> Page[Line]:
    """A part of the messages to the viewer, and of those about organisations at which they hold one of the roles."""
    return (await LINES.page(db, _where(viewer, roles, wanted), order)).of(lambda row: Line(**row))


async def costs(db: Database, viewer: Viewer, roles: Iterable[str], wanted: Wanted) -> Sequence[Cost]:
    """What the same messages cost by month and channel, the newest month first."""
    where = _where(viewer, roles, wanted).also("d.parts IS NOT NULL")
    rows = await db.fetch(
        f"SELECT {MONTH} AS month, d.channel, sum(d.parts) AS parts, sum(d.cost) AS cost FROM {SOURCE} "
        f"WHERE {where.sql} GROUP BY 1, 2 ORDER BY 1 DESC, 2 LIMIT {MOST_MONTHS}",
        *where.values,
    )
    return [Cost(**dict(row)) for row in rows]


async def way(db: Database, viewer: Viewer, roles: Iterable[str], message_id: int) -> Way:
    """One message with all that happened to it; raises `NotVisible`."""
    mine = _scope(viewer, roles, Wanted())
    where = mine.also("m.id = {}", message_id)
    async with db.connection() as connection:
        row = await connection.fetchrow(
            f"SELECT m.variables FROM {SOURCE} WHERE {where.sql} LIMIT 1", *where.values
        )
        found = await story(connection, message_id) if row else None
    if row is None or found is None:
        raise NotVisible
    bundled = mine.also("m.bundle_id = {}", message_id)
    others = await LINES.page(db, bundled, Order("at", size=MOST_BUNDLED, counted=False))
    return Way(found, row["variables"], [Line(**each) for each in others.rows])


def lately(wanted: Wanted, now: datetime) -> Wanted:
    """The same within the last of its time that costs are counted for; `now` is real time."""
    begin = min(wanted.until or now, now) - COSTS_OF
    return wanted if wanted.case or (wanted.since or EVER) >= begin else replace(wanted, since=begin)


def _scope(viewer: Viewer, roles: Iterable[str], wanted: Wanted) -> Where:
    """Messages to the viewer, and those about organisations at which they hold one of the roles, in a span."""
    patterns = viewer.paths_of(*roles)
    since, until = wanted.since or EVER, wanted.until or NEVER
    deliveries = max(since - SET_BACK, EVER), until + AFTERWARDS if wanted.until else NEVER
    where = Where(
        "m.created_at >= $2 AND m.created_at < $3 AND $4::timestamptz < $5::timestamptz",
        [viewer.person_id, since, until, *deliveries],
    )
    # Without such a role the index of persons leads to the few rows.
    return (
        where.also("m.person_id = $1 OR o.path LIKE ANY({}::text[])", patterns)
        if patterns
        else where.also("m.person_id = $1")
    )


def _where(viewer: Viewer, roles: Iterable[str], wanted: Wanted) -> Where:
    where = _scope(viewer, () if wanted.mine else roles, wanted)
    for word in wanted.words.lower().split():
        where = where.also(WORD, word)
    return (
        where.also_if("m.person_id = {}", wanted.person)
        .also_if("c.number = {}", wanted.case)
        .also_if("coalesce(d.channel, m.channel) = {}", wanted.channel)
        .also_if(f"({OUTCOME}) = {{}}", wanted.outcome)
        .also_if("m.severity = {}", wanted.severity)
        .also_if("split_part(m.kind, '.', 1) = {}", wanted.workflow)
        .also_if("m.kind = {}", wanted.kind)
    )
