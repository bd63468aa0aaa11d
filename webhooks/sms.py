"""What providers of SMS push: `/webhooks/aliyun-sms/<account>/<token>` and `/webhooks/tencent-sms/<account>/<token>`.

Delivery reports and replies may both come to the one address. What is known, old or of nobody is acknowledged as
well, or it would be pushed again.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from aiohttp import web

from notifier.channel import Account
from notifier.providers.accounts import kinds_of
from notifier.providers.aliyun_sms import account as aliyun
from notifier.providers.aliyun_sms import reports as aliyun_reports
from notifier.providers.pushes import reported_at
from notifier.providers.sms.pushed import Pushed, SmsReply, SmsReport
from notifier.providers.sms.settings import SmsAccountSettings
from notifier.providers.tencent_sms import account as tencent
from notifier.providers.tencent_sms import reports as tencent_reports
from storage import calls, receipts
from storage.calls import Named, SeveralOpen
from storage.clock import Clock
from storage.database import Database
from storage.receipts import Noted, Receipt
from storage.replies import Reply
from webhooks.door import ChannelAccounts, Entrance, Reception, Taken
from workflows.reply_words import Words
from workflows.replying import Replying, SmsAccount

NO_CODE = "-"


@dataclass(frozen=True)
class Vendor:
    """How one vendor pushes: at which entrance, in which form."""

    entrance: Entrance
    parse: Callable[[bytes], Pushed]
    settings: Callable[[Account], SmsAccountSettings]


VENDORS = (
    Vendor(
        Entrance(
            "sms",
            "/webhooks/aliyun-sms/{account}/{token}",
            aliyun_reports.ACKNOWLEDGED,
            lambda account: aliyun.account_of(account).secrets.report_token,
        ),
        aliyun_reports.parse,
        lambda account: aliyun.account_of(account).settings,
    ),
    Vendor(
        Entrance(
            "tencent_sms",
            "/webhooks/tencent-sms/{account}/{token}",
            tencent_reports.ACKNOWLEDGED,
            lambda account: tencent.account_of(account).secrets.report_token,
        ),
        tencent_reports.parse,
        lambda account: tencent.account_of(account).settings,
    ),
)


class SmsPushes:
    """What is pushed for every SMS account. `clock` is real time."""

    def __init__(self, db: Database, accounts: ChannelAccounts, replying: Replying, clock: Clock) -> None:
        self._db = db
        self._reception = Reception(accounts)
        self._replying = replying
        self._clock = clock

    def add_to(self, app: web.Application) -> None:
        """Put the routes into an application."""
        for vendor in VENDORS:
            self._reception.open(app, vendor.entrance, partial(self._take, vendor))

    async def _take(self, vendor: Vendor, account: Account, body: bytes) -> Taken:
        pushed = vendor.parse(body)
        noted = [await self._note(account.id, report) for report in pushed.reports]
        answered = Counter(await self._answer(vendor, account, pushed))
        replies = {f"reply_{outcome}": count for outcome, count in answered.items()}
        return Taken(noted, {"unreadable": pushed.unreadable, **replies})

    async def _note(self, account_id: int, report: SmsReport) -> Noted:
        named = Named(report.provider_id, report.unique_id, report.number)
        try:
            sent = await calls.find(self._db, account_id, named, self._clock.now())
        except SeveralOpen:
            return Noted.TOO_EARLY
        if sent is None:
            return Noted.UNKNOWN
        now = self._clock.now()
        at, untimed = reported_at(report.at, now)
        receipt = Receipt(
            sent.unique_id,
            report.provider_id,
            report.delivered,
            report.code or NO_CODE,
            at,
            parts=report.parts,
            untimed=untimed,
        )
        return await receipts.note(self._db, account_id, receipt, now)

    async def _answer(self, vendor: Vendor, account: Account, pushed: Pushed) -> list[str]:
        if not pushed.replies:
            return []
        settings = vendor.settings(account)
        words = settings.reply_words
        at = SmsAccount(
            account.id,
            kinds_of(vendor.entrance.kind),
            settings.extend_code_digits,
            Words(words.acknowledge, words.stop, words.unsubscribe),
        )
        now = self._clock.now()
        return [await self._replying.take(at, _reply(account.id, reply, now)) for reply in pushed.replies]


def _reply(account_id: int, reply: SmsReply, now: datetime) -> Reply:
    said_at, untimed = reported_at(reply.said_at, now)
    at = None if untimed else said_at
    return Reply(account_id, reply.key, reply.number, reply.extend, reply.words, at)
