"""The composition root: every part is built here, once, and handed what it needs."""

import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from bot.auditing import Auditing
from bot.catalogues import DEFAULT_LANGUAGE, SOURCE_LANGUAGE, Catalogues
from bot.chat.front import ChatFront, ChatSettings
from bot.chat.linking import LinkDesk
from bot.chat.telegram import TelegramCallback
from bot.chat.wecom import WeComCallback
from bot.chat.wecom_bot import RobotChat
from bot.ground import Ground, lay_ground
from bot.robots import RobotHolder
from bot.sample_texts import SampleTexts
from bot.settings import Settings
from bot.teller import TelegramTeller, Teller
from h5_pages.services import PageServices, PageSettings
from notifier.bounces import Bounces
from notifier.channels import Channels
from notifier.chats import Chats
from notifier.decided import DecidedCards
from notifier.direct import Direct
from notifier.dispatcher import Dispatcher
from notifier.escalations import Escalations
from notifier.listening import Listening
from notifier.noise.storms import Storms
from notifier.noise.told_together import Rounds
from notifier.preview import Preview
from notifier.providers.telegram.channel import TelegramChannel
from notifier.providers.wecom.channel import WeComChannel
from notifier.providers.wecom.identity import WeComIdentity
from notifier.recalling import Recalls
from notifier.sending import Manners, Sender
from notifier.trial import Trials
from storage.clock import BusinessClock
from storage.database import Database
from storage.scanning import Clamd, NoScanner
from storage.sealing import MasterKey
from webhooks.sms import SmsPushes
from webhooks.voice import VoiceReports
from workflows.acknowledging import Acknowledging
from workflows.administration.channel_accounts import ChannelDesk
from workflows.administration.import_runs import ImportRunner
from workflows.administration.unreachable import UnreachablePeople
from workflows.adverse_event.patient import Patients
from workflows.calendar import ChineseWorkingDays
from workflows.deadlines import Deadlines
from workflows.engine import Clocks, Engine
from workflows.escalations.auditor import Auditor
from workflows.identity.sign_in import SignIn, SignInSettings
from workflows.registry import Registry
from workflows.replying import Replying

C = TypeVar("C")


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
        g = await lay_ground(stack, settings, dsn, master, texts)
        front = ChatFront(g.db, g.engine, g.cases, texts, g.clocks, ChatSettings(settings.origin))
        sender = Sender(
            g.db, g.channels, g.renderer, g.real, random.random, g.fail, Manners(g.business, g.rules)
        )
        languages = [texts.gettext(name) for name in (DEFAULT_LANGUAGE, SOURCE_LANGUAGE)]
        yield Services(
            settings=settings,
            db=g.db,
            registry=g.registry,
            clocks=g.clocks,
            business=g.business,
            days=g.days,
            engine=g.engine,
            deadlines=Deadlines(g.db, g.registry, g.clocks, g.business, g.fail),
            dispatcher=Dispatcher(sender, g.fail, g.lease),
            recalls=Recalls(g.db, g.channels, g.registry.vocabulary(), g.real, random.random),
            decided=DecidedCards(g.db, g.channels, g.renderer, g.real, random.random, g.lease),
            pages=_pages_of(g),
            escalations=Escalations(g.db, g.real),
            rounds=Rounds(g.db, g.real),
            storms=Storms(g.db, g.rules, g.business, g.real),
            unreachable=UnreachablePeople(g.db, g.registry, g.clocks),
            importing=ImportRunner(g.office, g.imports, g.files, languages),
            wecom=WeComCallback(
                front, g.accounts, Teller(_own(g.channels, WeComChannel), g.accounts), g.real
            ),
            robots=RobotHolder(g.db, g.http, g.accounts, RobotChat(front), g.real),
            telegram=_telegram(g, front),
            sms_pushes=SmsPushes(g.db, g.accounts, Replying(g.db, g.acknowledging, g.clocks), g.real),
            voice_reports=VoiceReports(g.db, g.accounts, g.acknowledging, g.real),
            bounces=Bounces(g.db, g.accounts, g.real),
            acknowledging=g.acknowledging,
            preview=g.preview,
            auditing=_auditing(g),
        )


def _pages_of(g: Ground) -> PageServices:
    settings = g.settings
    return PageServices(
        db=g.db,
        engine=g.engine,
        cases=g.cases,
        files=g.files,
        texts=g.texts,
        clocks=g.clocks,
        sign_in=SignIn(g.db, g.real, _sign_in(settings), g.business),
        patients=Patients(g.db, g.envelopes, g.real),
        office=g.office,
        channels=ChannelDesk(g.office, g.master),
        trials=Trials(g.channels, settings.origin),
        sample_texts=SampleTexts(g.preview, g.accounts),
        imports=g.imports,
        scanner=Clamd(settings.clamav_url) if settings.clamav_url else NoScanner(),
        links=g.links,
        link_codes=g.codes,
        settings=_pages(settings, g.pages_secret),
        identity=WeComIdentity(_own(g.channels, WeComChannel), g.accounts),
    )


def _auditing(g: Ground) -> Auditing:
    url = g.settings.alarm_url.get_secret_value() if g.settings.alarm_url else ""
    auditor = Auditor(g.db, g.registry, g.clocks)
    return Auditing(auditor, Direct(g.channels), g.texts, g.settings.origin, url)


def _telegram(g: Ground, front: ChatFront) -> TelegramCallback:
    desk = LinkDesk(g.db, g.codes, g.texts, g.real, g.settings.origin)
    teller = TelegramTeller(_own(g.channels, TelegramChannel), g.accounts)
    chats = Chats(g.db, Listening(g.business, g.real), g.real)
    return TelegramCallback(front, desk, g.accounts, teller, chats)


def _own(channels: Channels, of: type[C]) -> C:
    """The notifier's own, so that whoever speaks beside it shares its tokens and the waits that it was asked for."""
    return next(channel for channel in channels.by_kind.values() if isinstance(channel, of))


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
