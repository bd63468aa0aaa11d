"""What every part of the service stands on: database, clocks, keys, engine, channels. Built once, by the root."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta

import aiohttp

from bot.catalogues import Catalogues
from bot.settings import Settings
from notifier.channels import Channels
from notifier.preview import Preview
from notifier.providers import build_channels, close_channels
from notifier.providers.budgets import BUDGETS
from notifier.rendering import Renderer
from notifier.router import Rules
from storage import kept_keys
from storage.channel_accounts import StoredChannelAccounts
from storage.clock import BusinessClock, RealClock
from storage.database import Database
from storage.failpoints import FailPoints, KillAt, NoFailPoints
from storage.files import FolderFiles
from storage.link_codes import LinkCodes
from storage.links import Links
from storage.provider_tokens import ProviderTokens
from storage.sealing import Envelopes, MasterKey
from workflows.acknowledging import Acknowledging
from workflows.administration import notice_policies
from workflows.administration.import_kinds import all_kinds
from workflows.administration.imports import Imports
from workflows.administration.office import Office
from workflows.calendar import Calendar, ChineseWorkingDays, working_days
from workflows.cases import Cases
from workflows.engine import Clocks, Engine
from workflows.identity.roles import Role
from workflows.registry import Registry, all_workflows

STORMS = ("alarm",)  # workflows of which one person may be told by the hundred
HEADS = (Role.DEPARTMENT_HEAD, Role.EQUIPMENT_HEAD, Role.ADMINISTRATOR)
"""Whose holders are told, the nearest first, when no channel reaches somebody and nobody stands in for them."""


@dataclass(frozen=True)
class Ground:
    """The parts that other parts are handed."""

    settings: Settings
    texts: Catalogues
    master: MasterKey
    fail: FailPoints
    db: Database
    http: aiohttp.ClientSession
    real: RealClock
    business: BusinessClock
    days: ChineseWorkingDays
    clocks: Clocks
    registry: Registry
    pages_secret: bytes
    codes: LinkCodes
    links: Links
    envelopes: Envelopes
    engine: Engine
    cases: Cases
    acknowledging: Acknowledging
    accounts: StoredChannelAccounts
    files: FolderFiles
    channels: Channels
    renderer: Renderer
    preview: Preview
    rules: Rules
    office: Office
    imports: Imports

    @property
    def lease(self) -> timedelta:
        """How long a claimed message is nobody else's."""
        return timedelta(seconds=self.settings.lease_s)


async def lay_ground(
    stack: AsyncExitStack, settings: Settings, dsn: str, master: MasterKey, texts: Catalogues
) -> Ground:
    """All of it, until the stack is left. Raises `DatabaseAway` when the database cannot be reached."""
    db = await stack.enter_async_context(Database.open(dsn, max_size=settings.pool_size))
    http = await stack.enter_async_context(aiohttp.ClientSession())
    real, fail = RealClock(), fail_points(settings)
    business = BusinessClock(real)
    days = await working_days(db, settings.calendar_published_through)
    clocks, registry = Clocks(business, real, Calendar(days)), all_workflows()
    keys = await kept_keys.kept_keys(db, master, real.now())
    links, envelopes = Links(keys[kept_keys.LINKS]), Envelopes(master)
    engine = Engine(db, registry, clocks, fail, envelopes)
    accounts, files = StoredChannelAccounts(db, master), FolderFiles(settings.data_dir / "files", db, real)
    by_kind = build_channels(http, real, ProviderTokens(db, master, real), db, files)
    stack.push_async_callback(close_channels, by_kind)
    renderer = Renderer(registry.vocabulary(), texts, links, settings.origin)
    office = Office(db, clocks)
    return Ground(
        settings=settings,
        texts=texts,
        master=master,
        fail=fail,
        db=db,
        http=http,
        real=real,
        business=business,
        days=days,
        clocks=clocks,
        registry=registry,
        pages_secret=keys[kept_keys.PAGES],
        codes=LinkCodes(keys[kept_keys.CODES]),
        links=links,
        envelopes=envelopes,
        engine=engine,
        cases=Cases(db, registry, business),
        acknowledging=Acknowledging(db, engine, registry, clocks),
        accounts=accounts,
        files=files,
        channels=Channels(by_kind, accounts, BUDGETS, settings.send_within_s),
        renderer=renderer,
        preview=Preview(by_kind, renderer, registry.vocabulary()),
        rules=Rules(notice_policies.shipped(), HEADS, STORMS, registry.vocabulary().alone),
        office=office,
        imports=Imports(office, all_kinds()),
    )


def fail_points(settings: Settings) -> FailPoints:
    """Where a test lets the process die; nowhere in production."""
    return KillAt.parse(settings.fail_point) if settings.fail_point else NoFailPoints()
