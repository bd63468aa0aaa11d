"""The sandbox as one web application."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from bot.sandbox.bots_api import BotLines
from bot.sandbox.bots_phone import BotForms, BotPhones
from bot.sandbox.callbacks import CallbackSender, Timing
from bot.sandbox.clock import ClockControl
from bot.sandbox.cloud import CloudGate
from bot.sandbox.config import SandboxConfig
from bot.sandbox.control import Control
from bot.sandbox.hooks import HookApi
from bot.sandbox.oauth_pages import SignInPages
from bot.sandbox.page import Page, Texts
from bot.sandbox.phone import Phones
from bot.sandbox.pushes import Pusher, ReportTiming
from bot.sandbox.sms_api import SmsApi
from bot.sandbox.sms_page import SmsForms
from bot.sandbox.sms_replies import SmsReplies
from bot.sandbox.sms_reports import SmsReports
from bot.sandbox.stories import Stories, StoryControl
from bot.sandbox.telegram_api import TelegramApi
from bot.sandbox.telegram_control import TelegramControl
from bot.sandbox.telegram_page import TelegramForms
from bot.sandbox.telegram_phone import TelegramPhones
from bot.sandbox.telegram_updates import UpdateSender, UpdateTiming
from bot.sandbox.tencent_sms_api import TencentSmsApi
from bot.sandbox.voice_aliyun import AliyunVoiceApi
from bot.sandbox.voice_page import VoiceForms
from bot.sandbox.voice_phone import VoicePhones
from bot.sandbox.voice_reports import VoiceReports
from bot.sandbox.voice_tencent import TencentVoiceApi
from bot.sandbox.wecom_api import WeComApi
from bot.sandbox.world import World

WORLD = web.AppKey("world", World)
STATIC = Path(__file__).parent / "static"
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' data: http: https:; frame-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'self'"
    ),
    # Not "no-referrer": browsers would then send our own forms with "Origin: null".
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Surroundings:
    """What the sandbox takes from whoever starts it.

    `now` and `monotonic` are real time, `rng` makes tokens and ids, `clock_control` moves
    the product's clock (None: the page has no clock), `stories` plays machine rooms, `gettext` translates the page's
    English into `language`. `sleep` waits between the pushes of an SMS report.
    """

    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    rng: random.Random
    clock_control: ClockControl | None = None
    stories: StoryControl | None = None
    gettext: Callable[[str], str] = str
    language: str = "en"
    timing: Timing = field(default_factory=Timing)
    report_timing: ReportTiming = field(default_factory=ReportTiming)
    update_timing: UpdateTiming = field(default_factory=UpdateTiming)
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep


def build_app(config: SandboxConfig, around: Surroundings) -> web.Application:
    """The WeCom API under /cgi-bin, the Bot API under /bot…, the SMS API by POST to /, the page of phones at /.

    The tests' interface is at /sandbox.

    The world that the application plays is at `app[WORLD]`, for the mail server to share.
    """
    app = web.Application(middlewares=[_same_origin])
    app[WORLD] = world = World(config, now=around.now, monotonic=around.monotonic, rng=around.rng)
    sender = CallbackSender(world, around.timing)
    pusher = Pusher(world, around.report_timing, around.sleep)
    phones = Phones(world, sender)
    page = Page(world, phones, around.clock_control, Texts(around.language, around.gettext))
    page.offer_stories(around.stories.names if around.stories else {})
    updates = UpdateSender(world, around.update_timing)
    telegram = TelegramPhones(world, updates)
    voice = VoicePhones(world, VoiceReports(world, pusher))
    app.add_routes(WeComApi(world).routes())
    app.add_routes(BotLines(world).routes())
    app.add_routes(BotForms(page, BotPhones(world)).routes())
    app.add_routes(TelegramApi(world).routes())
    app.add_routes(TelegramControl(telegram).routes())
    app.add_routes(TelegramForms(page, telegram).routes())
    app.add_routes(HookApi(world.hooks).routes())
    app.add_routes(_clouds(world, pusher, voice).routes())
    app.add_routes(VoiceForms(page, voice).routes())
    replies = SmsReplies(world, pusher)
    app.add_routes(replies.routes())
    app.add_routes(SmsForms(page, replies).routes())
    app.add_routes(Control(world, phones, sender).routes())
    app.add_routes(page.routes())
    app.add_routes(SignInPages(world, page.environment).routes())
    app.add_routes(Stories(page, around.stories).routes())
    app.router.add_static("/static", STATIC)
    app.cleanup_ctx.extend(
        [
            sender.open_session,
            pusher.open_session,
            updates.open_session,
            voice.end_with_app,
            page.end_with_app,
        ]
    )
    app.on_response_prepare.append(_add_headers)
    return app


def _clouds(world: World, pusher: Pusher, voice: VoicePhones) -> CloudGate:
    sms, tencent_sms = SmsApi(world, SmsReports(world, pusher)), TencentSmsApi(world, pusher)
    aliyun, tencent = AliyunVoiceApi(world, voice), TencentVoiceApi(world, voice)
    return CloudGate(
        {
            "SendSms": sms.answer,
            "QuerySendDetails": sms.details,
            "SingleCallByTts": aliyun.answer,
            "IvrCall": aliyun.answer,
        },
        {
            "SendSms": tencent_sms.answer,
            "PullSmsSendStatusByPhoneNumber": tencent_sms.pull,
            "SendTtsVoice": tencent.answer,
        },
    )


@web.middleware
async def _same_origin(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuse what another site's page sends through somebody's browser."""
    origin = request.headers.get("Origin")
    if request.method != "GET" and origin and urlsplit(origin).netloc != request.host:
        raise web.HTTPForbidden(text="another site may not act here")
    return await handler(request)


async def _add_headers(_: web.Request, response: web.StreamResponse) -> None:
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
