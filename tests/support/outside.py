"""The notifier of one hospital on a real database, and the outside world's stand-ins over HTTP and SMTP.

One clock moves both sides, so that leases, back-off, budgets, tokens and the 72 hours pass together.
"""

import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from bot.sandbox.serve import Addresses, running
from notifier.budget import Budget
from notifier.channel import Channel
from notifier.channels import Channels
from notifier.decided import DecidedCards
from notifier.dispatcher import Dispatcher
from notifier.escalations import Escalations
from notifier.providers import build_channels
from notifier.rendering import Renderer
from notifier.router import Rules
from notifier.sending import Manners, Sender
from storage import outbox
from storage.channel_accounts import StoredChannelAccounts
from storage.database import Database, Record
from storage.kinds import Vocabulary
from storage.links import Links
from storage.sealing import MasterKey, new_master_key
from storage.texts import Gettext, in_english
from tests.support.clocks import FixedClock
from tests.support.mishaps import DiesAt
from tests.support.outside_cast import accounts, cast, surroundings
from tests.support.sandbox import CORPID, MUTE_AGENT
from tests.support.world import World, add_account, add_contact, make_world
from workflows.actor import Actor, Door, Reporter
from workflows.calendar import Calendar, ChineseWorkingDays
from workflows.engine import Clocks, Engine, Outcome, Place
from workflows.registry import all_workflows

PAGES = "https://pages.example"
PEOPLE = ("reporter", "engineer", "second_engineer", "head", "department_head")
HEADS = ("department_head", "equipment_head", "administrator")
VISITOR = "visitor@people.example"
BOUNCES = "bounces@hospital.example"
BUDGETS = {"wecom": (Budget(28, timedelta(minutes=1)), Budget(950, timedelta(hours=1)))}


def mail_of(user: str) -> str:
    return f"{user}@hospital.example"


BOXES = (VISITOR, BOUNCES, *map(mail_of, PEOPLE))
NEXT_DUE = """
SELECT min(next_at) AS due FROM message WHERE id IN (
  SELECT min(id) FROM message WHERE state = 'queued' GROUP BY lane, person_id)
"""
LEDGER = """
SELECT m.id AS message, m.kind, m.state AS message_state, m.reason, d.id, d.channel, d.address, d.unique_id, d.payload,
       d.state, d.tries, d.error_code, d.maybe_twice, d.updated_at
  FROM message m LEFT JOIN delivery d ON d.message_id = m.id
 WHERE $1::bigint IS NULL OR m.person_id = $1 ORDER BY m.id, d.id
"""


class SourceTexts:
    """The English sources in every language."""

    def gettext(self, language: str | None) -> Gettext:
        return in_english


@dataclass
class Notifier:
    """One process's notifier."""

    sender: Sender
    dispatcher: Dispatcher
    decided: DecidedCards


@dataclass
class Outside:
    """Both sides, and words for what a test does with them. Every person's userid is their part in a repair."""

    db: Database
    world: World
    clock: FixedClock
    engine: Engine
    http: aiohttp.ClientSession
    sandbox: Addresses
    sealer: MasterKey
    links: Links
    accounts: Mapping[str, int]
    channels: Mapping[str, Channel]
    dies: DiesAt = field(default_factory=DiesAt)
    budgets: Mapping[str, Sequence[Budget]] = field(default_factory=lambda: BUDGETS)
    storms: Sequence[str] = ()
    vocabulary: Vocabulary = field(default_factory=lambda: all_workflows().vocabulary())
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.notifier = self.process()
        self.escalations = Escalations(self.db, self.clock)

    def process(
        self,
        db: Database | None = None,
        vocabulary: Vocabulary | None = None,
        sealer: MasterKey | None = None,
        **changed: Channel,
    ) -> Notifier:
        """A notifier as another process would run it, on the same outbox."""
        db = db or self.db
        accounts = StoredChannelAccounts(db, sealer or self.sealer)
        channels = Channels({**self.channels, **changed}, accounts, self.budgets)
        renderer = Renderer(vocabulary or self.vocabulary, SourceTexts(), self.links, PAGES)
        manners = Manners(self.clock, Rules({}, HEADS, self.storms, (vocabulary or self.vocabulary).alone))
        sender = Sender(db, channels, renderer, self.clock, lambda: 0.5, self.dies, manners)
        decided = DecidedCards(db, channels, renderer, self.clock, lambda: 0.5)
        return Notifier(sender, Dispatcher(sender, self.dies), decided)

    async def drain(self) -> int:
        """Deliver all that is due now."""
        return await self.notifier.dispatcher.drain()

    async def escalate(self) -> None:
        """Take up what nobody acknowledged in time, and deliver it."""
        await self.escalations.run_due()
        await self.drain()

    async def live(self, span: timedelta) -> None:
        """Let time pass, trying whatever comes due on the way."""
        end = self.clock.now() + span
        await self.drain()
        while (due := await self.next_due()) is not None and due <= end:
            self.clock.forward(max(due - self.clock.now(), timedelta()))
            await self.drain()
        self.clock.forward(end - self.clock.now())

    async def next_due(self) -> datetime | None:
        """When the next message is due that does not wait for an earlier one of its lane."""
        row = await self.db.fetchrow(NEXT_DUE)
        return row["due"] if row else None

    async def report(self, fault: str = "tube overheats") -> Outcome:
        """A fault reported on a page: the engineers are asked to assess it, the reporter is told."""
        return await self._open(Actor(Door.PAGE, self.world.reporter), fault, None)

    async def report_to_reporter(self) -> None:
        """One message to the reporter is due, and nothing else."""
        await self.report()
        await self.db.execute("DELETE FROM message WHERE person_id <> $1", self.world.reporter)

    async def report_by_visitor(self, email: str) -> Outcome:
        """A fault reported by somebody without an account."""
        return await self._open(Actor(Door.PAGE), "tube overheats", Reporter("Visitor", "", email))

    async def _open(self, actor: Actor, fault: str, reporter: Reporter | None) -> Outcome:
        place = Place(self.world.department, self.world.device)
        key = f"report-{next(self.numbers)}"
        data = {"fault": fault}
        return await self.engine.open(
            "repair", "report", actor, data, place=place, idempotency_key=key, reporter=reporter
        )

    async def act(self, case: Outcome, action: str, person: str, **data: Any) -> Outcome:
        """Somebody acts on a page."""
        return await self.engine.act(
            case.case_id,
            action,
            Actor(Door.PAGE, getattr(self.world, person)),
            data,
            seen_version=case.version,
            idempotency_key=f"{action}-{next(self.numbers)}",
        )

    async def awaiting_approval(self) -> Outcome:
        """A repair that the heads have to approve, with nothing else left to send."""
        case = await self.report()
        await self.drain()
        return await self.triage(case, "60000")

    async def triage(self, case: Outcome, estimate: str = "100") -> Outcome:
        return await self.act(case, "triage", "engineer", diagnosis="tube", estimate=estimate)

    async def set_policy(self, name: str, **value: Any) -> None:
        """What the hospital says, from long ago on."""
        await self.db.execute(
            "INSERT INTO policy (organisation_id, name, version, value, valid_from, source) "
            "VALUES ($1, $2, 1, $3, $4, 'test')",
            self.world.hospital,
            name,
            value,
            self.clock.now() - timedelta(days=30),
        )

    async def send_again(self, message: int) -> bool:
        """As an administrator does with a dead letter."""
        async with self.db.transaction() as tx:
            return await outbox.revive(tx, message, self.clock.now()) is not None

    async def faults(self, **order: Any) -> None:
        """Make WeCom or the mail server misbehave, or behave again (`reset=True`)."""
        async with self.http.post(f"{self.sandbox.http}/sandbox/faults", json=order) as response:
            assert response.status == 200, await response.text()

    async def state(self) -> dict[str, Any]:
        async with self.http.get(f"{self.sandbox.http}/sandbox/state") as response:
            found: dict[str, Any] = await response.json()
            return found

    async def phone(self, user: str) -> list[dict[str, Any]]:
        """What is on somebody's phone, oldest first."""
        found: list[dict[str, Any]] = (await self.member(user))["messages"]
        return found

    async def member(self, user: str) -> dict[str, Any]:
        members = (await self.state())["members"]
        return next(member for member in members if member["userid"] == user)

    async def titles(self, user: str) -> list[str]:
        return [message["body"]["main_title"]["title"] for message in await self.phone(user)]

    async def mails(self, address: str) -> list[dict[str, Any]]:
        """What is in the mailbox of an address, or of one of the people."""
        wanted = address if "@" in address else mail_of(address)
        boxes = (await self.state())["mailboxes"]
        return next(box["mails"] for box in boxes if box["address"] == wanted)

    async def ledger(self, user: str | None = None) -> list[Record]:
        """Messages to somebody (or to all) with their deliveries."""
        return await self.db.fetch(LEDGER, getattr(self.world, user) if user else None)

    async def give_mute_app(self, user: str) -> None:
        """From now on this person is reached by an app without a callback address."""
        settings = {"corp_id": CORPID, "agent_id": MUTE_AGENT, "base_url": self.sandbox.http}
        secrets = {"secret": f"sandbox-secret-{MUTE_AGENT}"}
        account = await add_account(
            self.db, self.world.hospital, "wecom", "mute", settings, secrets, self.sealer
        )
        await self.db.execute(
            "UPDATE contact_point SET account_id = $1 WHERE address = $2 AND rank = 1", account, user
        )


@asynccontextmanager
async def outside(dsn: str) -> AsyncIterator[Outside]:
    """Everything, running."""
    clock, sealer = FixedClock(), MasterKey(new_master_key())
    async with (
        Database.open(dsn, max_size=8) as db,
        running(cast(PEOPLE, BOXES), "127.0.0.1", 0, 0, surroundings(clock)) as sandbox,
        aiohttp.ClientSession() as http,
    ):
        world = await make_world(db)
        clocks = Clocks(clock, clock, Calendar(ChineseWorkingDays({}, 2026)))
        made = Outside(
            db=db,
            world=world,
            clock=clock,
            engine=Engine(db, all_workflows(), clocks, DiesAt()),
            http=http,
            sandbox=sandbox,
            sealer=sealer,
            links=Links(b"a key of thirty-two made-up bytes"),
            accounts=await accounts(db, world, sandbox, sealer),
            channels=build_channels(http, clock),
        )
        for user in PEOPLE:
            await add_contact(db, getattr(world, user), made.accounts["wecom"], user, rank=1)
            await add_contact(db, getattr(world, user), made.accounts["email"], mail_of(user), rank=2)
        yield made
