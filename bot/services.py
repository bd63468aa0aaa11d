"""The composition root: every part is built here, once, and handed what it needs."""

import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import aiohttp

from bot.auditing import Auditing
from bot.catalogues import Catalogues
from bot.chat.front import ChatFront, ChatSettings
from bot.chat.linking import LinkDesk
from bot.chat.telegram import TelegramCallback
from bot.chat.wecom import WeComCallback
from bot.chat.wecom_bot import RobotChat
from bot.robots import RobotHolder
from bot.sample_texts import SampleTexts
from bot.settings import Settings
from bot.teller import TelegramTeller, Teller
from h5_pages.services import PageServices, PageSettings
from notifier.bounces import Bounces
from notifier.channels import Channels
from notifier.decided import DecidedCards
from notifier.direct import Direct
from notifier.dispatcher import Dispatcher
from notifier.escalations import Escalations
from notifier.noise.storms import Storms
from notifier.noise.told_together import Rounds
from notifier.preview import Preview
from notifier.providers import build_channels, close_channels
from notifier.providers.budgets import BUDGETS
from notifier.providers.telegram.channel import TelegramChannel
from notifier.providers.wecom.channel import WeComChannel
from notifier.providers.wecom.identity import WeComIdentity
from notifier.recalling import Recalls
from notifier.rendering import Renderer
from notifier.router import Rules
from notifier.sending import Manners, Sender
from notifier.trial import Trials
from storage import kept_keys
from storage.channel_accounts import StoredChannelAccounts
from storage.clock import BusinessClock, RealClock
from storage.database import Database
from storage.failpoints import FailPoints, KillAt, NoFailPoints
from storage.files import FolderFiles
from storage.link_codes import LinkCodes
from storage.links import Links
from storage.provider_tokens import ProviderTokens
from storage.scanning import Clamd, NoScanner
from storage.sealing import Envelopes, MasterKey
from webhooks.sms import SmsPushes
from webhooks.voice import VoiceReports
from workflows.acknowledging import Acknowledging
from workflows.administration import notice_policies
from workflows.administration.channel_accounts import ChannelDesk
from workflows.administration.import_kinds import all_kinds
from workflows.administration.import_runs import ImportRunner
from workflows.administration.imports import Imports
from workflows.administration.office import Office
from workflows.administration.unreachable import UnreachablePeople
from workflows.adverse_event.patient import Patients
from workflows.calendar import Calendar, ChineseWorkingDays, working_days
from workflows.cases import Cases
from workflows.deadlines import Deadlines
from workflows.engine import Clocks, Engine
from workflows.escalations.auditor import Auditor
from workflows.identity.roles import Role
from workflows.identity.sign_in import SignIn, SignInSettings
from workflows.registry import Registry, all_workflows
from workflows.replying import Replying

STORMS = ("alarm",)  # workflows of which one person may be told by the hundred
HEADS = (Role.DEPARTMENT_HEAD, Role.EQUIPMENT_HEAD, Role.ADMINISTRATOR)
"""Whose holders are told, the nearest first, when no channel reaches somebody and nobody stands in for them."""


@dataclass(frozen=True)
class Services:
    """All parts of the running service."""

    settings: Settings
    db: Database
    registry: Registry
    clocks: Clocks
    business: BusinessClock
    days: ChineseWorkingDays
    engine: Engine
    deadlines: Deadlines
    dispatcher: Dispatcher
    decided: DecidedCards
    recalls: Recalls
    pages: PageServices
    importing: ImportRunner
    escalations: Escalations
    rounds: Rounds
    storms: Storms
    unreachable: UnreachablePeople
    wecom: WeComCallback
    robots: RobotHolder
    telegram: TelegramCallback
    sms_pushes: SmsPushes
    voice_reports: VoiceReports
    bounces: Bounces
    acknowledging: Acknowledging
    auditing: Auditing
    preview: Preview


@asynccontextmanager
async def build_services(
    settings: Settings, dsn: str, master: MasterKey, texts: Catalogues
) -> AsyncIterator[Services]:
    """Everything for the length of a `with`. Raises `DatabaseAway` when the database cannot be reached."""
    async with AsyncExitStack() as stack:
        db = await stack.enter_async_context(Database.open(dsn, max_size=settings.pool_size))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        real, fail = RealClock(), fail_points(settings)
        business = BusinessClock(real)
        days = await working_days(db, settings.calendar_published_through)
        clocks = Clocks(business, real, Calendar(days))
        registry = all_workflows()
        keys = await kept_keys.kept_keys(db, master, real.now())
        codes, links = LinkCodes(keys[kept_keys.CODES]), Links(keys[kept_keys.LINKS])
        envelopes = Envelopes(master)
        engine = Engine(db, registry, clocks, fail, envelopes)
        acknowledging = Acknowledging(db, engine, registry, clocks)
        cases = Cases(db, registry, business)
        accounts = StoredChannelAccounts(db, master)
        files = FolderFiles(settings.data_dir / "files", db, real)
        by_kind = build_channels(http, real, ProviderTokens(db, master, real), db, files)
        stack.push_async_callback(close_channels, by_kind)
        channels = Channels(by_kind, accounts, BUDGETS, settings.send_within_s)
        lease = timedelta(seconds=settings.lease_s)
        renderer = Renderer(registry.vocabulary(), texts, links, settings.origin)
        preview = Preview(by_kind, renderer, registry.vocabulary())
        manners = Manners(business, Rules(notice_policies.shipped(), HEADS, STORMS))
        sender = Sender(db, channels, renderer, real, random.random, fail, manners)
        office = Office(db, clocks)
        imports = Imports(office, all_kinds())
        front = ChatFront(db, engine, cases, texts, clocks, ChatSettings(settings.origin))
        yield Services(
            settings=settings,
            db=db,
            registry=registry,
            clocks=clocks,
            business=business,
            days=days,
            engine=engine,
            deadlines=Deadlines(db, registry, clocks, business, fail),
            dispatcher=Dispatcher(sender, fail, lease),
            recalls=Recalls(db, channels, registry.vocabulary(), real, random.random),
            decided=DecidedCards(db, channels, renderer, real, random.random, lease),
            pages=PageServices(
                db=db,
                engine=engine,
                cases=cases,
                files=files,
                texts=texts,
                clocks=clocks,
                sign_in=SignIn(db, real, _sign_in(settings), business),
                patients=Patients(db, envelopes, real),
                office=office,
                channels=ChannelDesk(office, master),
                trials=Trials(channels, settings.origin),
                sample_texts=SampleTexts(preview, accounts),
                imports=imports,
                scanner=Clamd(settings.clamav_url) if settings.clamav_url else NoScanner(),
                links=links,
                link_codes=codes,
                settings=_pages(settings, keys[kept_keys.PAGES]),
                identity=WeComIdentity(_wecom(channels), accounts),
            ),
            escalations=Escalations(db, real),
            rounds=Rounds(db, real),
            storms=Storms(db, manners.rules, business, real),
            unreachable=UnreachablePeople(db, registry, clocks),
            importing=ImportRunner(office, imports, files, [texts.gettext(name) for name in ("zh_CN", "en")]),
            wecom=WeComCallback(front, accounts, Teller(_wecom(channels), accounts), real),
            robots=RobotHolder(db, http, accounts, RobotChat(front), real),
            telegram=_telegram(front, LinkDesk(db, codes, texts, real, settings.origin), http, accounts),
            sms_pushes=SmsPushes(db, accounts, Replying(db, acknowledging, clocks), real),
            voice_reports=VoiceReports(db, accounts, acknowledging, real),
            bounces=Bounces(db, accounts, real),
            acknowledging=acknowledging,
            preview=preview,
            auditing=_auditing(settings, Auditor(db, registry, clocks), Direct(channels), texts),
        )


def _auditing(settings: Settings, auditor: Auditor, direct: Direct, texts: Catalogues) -> Auditing:
    url = settings.alarm_url.get_secret_value() if settings.alarm_url else ""
    return Auditing(auditor, direct, texts, settings.origin, url)


def _telegram(
    front: ChatFront, desk: LinkDesk, http: aiohttp.ClientSession, accounts: StoredChannelAccounts
) -> TelegramCallback:
    return TelegramCallback(front, desk, accounts, TelegramTeller(TelegramChannel(http), accounts))


def _wecom(channels: Channels) -> WeComChannel:
    """The notifier's own, so that messages and sign-ins share their tokens."""
    channel = channels.by_kind[WeComChannel.kind]
    if not isinstance(channel, WeComChannel):
        raise TypeError(channel)
    return channel


def fail_points(settings: Settings) -> FailPoints:
    """Where a test lets the process die; nowhere in production."""
    return KillAt.parse(settings.fail_point) if settings.fail_point else NoFailPoints()


def _sign_in(settings: Settings) -> SignInSettings:
    return SignInSettings(
        idle=timedelta(minutes=settings.session_idle_minutes), longest=timedelta(hours=settings.session_hours)
    )


def _pages(settings: Settings, secret: bytes) -> PageSettings:
    return PageSettings(
        public_url=settings.origin,
        secure_cookies=settings.secure,
        secret=secret,
        trusted_proxy_hops=settings.trusted_proxy_hops,
    )
