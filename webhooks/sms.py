"""What providers of SMS push: `/webhooks/aliyun-sms/<account>/<token>` and `/webhooks/tencent-sms/<account>/<token>`.

Delivery reports and replies may both come to the one address. What is known, old or of nobody is acknowledged as
well, or it would be pushed again.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus

import structlog
from aiohttp import web
from pydantic import SecretStr

from notifier.channel import Account, SendFailed
from notifier.providers.accounts import kinds_of
from notifier.providers.aliyun_sms import account as aliyun
from notifier.providers.aliyun_sms import reports as aliyun_reports
from notifier.providers.sms.pushed import Pushed, PushUnreadable, SmsReply, SmsReport
from notifier.providers.sms.settings import SmsAccountSettings
from notifier.providers.tencent_sms import account as tencent
from notifier.providers.tencent_sms import reports as tencent_reports
from storage import calls, receipts
from storage.calls import Named
from storage.clock import Clock
from storage.database import Database, DatabaseAway
from storage.receipts import Noted, Receipt
from storage.replies import Reply
from storage.sealing import SealBroken
from webhooks.door import ChannelAccounts, addressed, limited_body
from workflows.reply_words import Words
from workflows.replying import Replying, SmsAccount

NO_CODE = "-"

log = structlog.get_logger()


@dataclass(frozen=True)
class Vendor:
    """How one vendor pushes: to which path, in which form, and what it waits to hear."""

    kind: str
    path: str
    parse: Callable[[bytes], Pushed]
    acknowledged: str
    token: Callable[[Account], SecretStr | None]
    settings: Callable[[Account], SmsAccountSettings]


VENDORS = (
    Vendor(
        "sms",
        "/webhooks/aliyun-sms/{account}/{token}",
        aliyun_reports.parse,
        aliyun_reports.ACKNOWLEDGED,
        lambda account: aliyun.account_of(account).secrets.report_token,
        lambda account: aliyun.account_of(account).settings,
    ),
    Vendor(
        "tencent_sms",
        "/webhooks/tencent-sms/{account}/{token}",
        tencent_reports.parse,
        tencent_reports.ACKNOWLEDGED,
        lambda account: tencent.account_of(account).secrets.report_token,
        lambda account: tencent.account_of(account).settings,
    ),
)


class SmsPushes:
    """What is pushed for every SMS account. `clock` is real time."""

    def __init__(self, db: Database, accounts: ChannelAccounts, replying: Replying, clock: Clock) -> None:
        self._db = db
        self._accounts = accounts
        self._replying = replying
        self._clock = clock

    def add_to(self, app: web.Application) -> None:
        """Put the routes into an application."""
        for vendor in VENDORS:
            app.router.add_post(vendor.path, self._receiver(vendor))

    def _receiver(self, vendor: Vendor) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def receive(request: web.Request) -> web.Response:
            return await self._receive(vendor, request)

        return receive

    async def _receive(self, vendor: Vendor, request: web.Request) -> web.Response:
        known_as = {"account": request.match_info["account"][:32], "channel": vendor.kind}
        try:
            account = await addressed(request, self._accounts, vendor.kind, vendor.token)
            pushed = vendor.parse(await limited_body(request))
            noted = [await self._note(account.id, report) for report in pushed.reports]
            answered = await self._answer(vendor, account, pushed)
        except PushUnreadable as error:
            log.warning("sms_reports_unreadable", why=str(error), **known_as)
            return web.Response(status=HTTPStatus.BAD_REQUEST)
        except (DatabaseAway, SealBroken, SendFailed) as away:
            log.warning("sms_reports_not_noted", why=type(away).__name__, **known_as)
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
        log.info("sms_reports", unreadable=pushed.unreadable, **_counted(noted, answered), **known_as)
        if Noted.TOO_EARLY in noted:
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
        return web.Response(text=vendor.acknowledged, content_type="application/json")

    async def _note(self, account_id: int, report: SmsReport) -> Noted:
        named = Named(report.provider_id, report.unique_id, report.number)
        sent = await calls.find(self._db, account_id, named, self._clock.now())
        if sent is None:
            return Noted.UNKNOWN
        receipt = Receipt(
            sent.unique_id,
            report.provider_id,
            report.delivered,
            report.code or NO_CODE,
            report.at,
            parts=report.parts,
        )
        return await receipts.note(self._db, account_id, receipt, self._clock.now())

    async def _answer(self, vendor: Vendor, account: Account, pushed: Pushed) -> list[str]:
        if not pushed.replies:
            return []
        settings = vendor.settings(account)
        words = settings.reply_words
        at = SmsAccount(
            account.id,
            kinds_of(vendor.kind),
            settings.extend_code_digits,
            Words(words.acknowledge, words.stop, words.unsubscribe),
        )
        return [await self._replying.take(at, _reply(account.id, reply)) for reply in pushed.replies]


def _reply(account_id: int, reply: SmsReply) -> Reply:
    return Reply(account_id, reply.key, reply.number, reply.extend, reply.words)


def _counted(noted: list[Noted], answered: list[str]) -> dict[str, int]:
    counted = {kind.name.lower(): noted.count(kind) for kind in Noted}
    return counted | {f"reply_{outcome}": count for outcome, count in Counter(answered).items()}
