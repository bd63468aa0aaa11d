"""The outbox with work that does nothing: due messages, a channel that accepts at once, the real notifier between.

Claim, lease, frozen payload, delivery ledger and the note of how it ended are the service's own code. Only
what a job of another queue does not do either is left out: words (the renderer) and a provider (the channel).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from notifier.channel import Accepted, Account, Content, Replacement
from notifier.channels import Channels
from notifier.dispatcher import HANDS, Dispatcher
from notifier.rendering import Renderer
from notifier.sending import Sender
from storage.channel_accounts import StoredChannelAccounts
from storage.clock import RealClock
from storage.database import Database
from storage.failpoints import NoFailPoints
from storage.kinds import Severity
from storage.outbox import Claimed
from storage.sealing import MasterKey, new_master_key
from tests.support.world import add_account, add_organisation

PEOPLE = 50
NOTHING = Content("y0-0", "", Severity.INFO, "", "", "", (), (), "", "", "", "en", "", "", "", "")
MAKE_PEOPLE = """
WITH made AS (INSERT INTO person (organisation_id, name, title, active, failed_sign_ins)
              SELECT $1, 'Person ' || i, '', true, 0 FROM generate_series(1, $3) i RETURNING id)
INSERT INTO contact_point (person_id, account_id, address, rank) SELECT id, $2, 'p' || id, 1 FROM made
"""
MAKE_CASES = """
INSERT INTO work_case (number, workflow, definition_version, state, version, entered_version, entered_at,
                       organisation_id, title, opened_at)
SELECT 'B-' || i, 'repair', 1, 'reported', 1, 1, now(), $1, 'A fault', now() FROM generate_series(1, $2) i
"""
# Each in a lane of its own: jobs of the other queues have no order that would have to be kept either.
ENQUEUE = """
INSERT INTO message (created_at, case_id, case_version, kind, person_id, lane, variables, valid_while, next_at)
SELECT now(), c.id, 1, 'bench.nothing', p.id, c.id || '/' || p.id, '{"number": "B-1"}', 1, now()
  FROM work_case c CROSS JOIN person p ORDER BY c.id, p.id LIMIT $1
"""


class NoWords(Renderer):
    """Renders the same nothing for every message."""

    def __init__(self) -> None:
        """Needs none of what words come from, and reminds of nothing."""
        self.reminders = frozenset()

    def content(self, message: Claimed, unique_id: str, sender: str) -> Content:
        return NOTHING


@dataclass
class NoOp:
    """A channel that takes everything at once."""

    on_send: Callable[[Mapping[str, Any]], None] = lambda _: None
    kind: str = "noop"
    can_update: bool = False
    updatable_for: timedelta | None = None
    sent: int = 0

    def compose(self, content: Content, address: str, account: Account) -> dict[str, Any]:
        return {"to": address}

    async def send(self, payload: Mapping[str, Any], address: str, account: Account) -> Accepted:
        self.on_send(payload)
        self.sent += 1
        return Accepted("")

    async def update(
        self, update_code: str, address: str, account: Account, replacement: Replacement
    ) -> None:
        """There are no cards."""


@dataclass
class Outbox:
    """Our side."""

    db: Database
    channel: NoOp = field(default_factory=NoOp)

    async def make(self, cases: int) -> None:
        """An organisation, its people with an address each, and cases."""
        key = MasterKey(new_master_key())
        hospital = await add_organisation(self.db, "hospital", "Hospital")
        account = await add_account(self.db, hospital, "noop", "noop", {}, {}, key)
        await self.db.execute(MAKE_PEOPLE, hospital, account, PEOPLE)
        await self.db.execute(MAKE_CASES, hospital, cases)
        self.accounts = StoredChannelAccounts(self.db, key)

    def dispatcher(self, hands: int = HANDS) -> Dispatcher:
        """The notifier, as the service runs it; it claims half as many messages at once as it has hands."""
        real = RealClock()
        channels = Channels({"noop": self.channel}, self.accounts)
        sender = Sender(self.db, channels, NoWords(), real, lambda: 0.5, NoFailPoints())
        return Dispatcher(sender, NoFailPoints(), hands=hands)

    async def enqueue(self, count: int) -> None:
        """So many messages that are due."""
        await self.db.execute(ENQUEUE, count)

    async def left(self) -> int:
        """How many messages were not sent."""
        row = await self.db.fetchrow("SELECT count(*) FROM message WHERE state <> 'sent'")
        return int(row[0]) if row else 0
