"""Reports of calls: `/webhooks/aliyun-voice/<account>/<token>` and `/webhooks/tencent-voice/<account>/<token>`.

They come in any order and more than once. The key that the account names acknowledges, and only the message that was
read out in that call; it approves nothing. What is known, old or of nobody is acknowledged to the provider as well, or
it would be pushed again.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

import structlog
from aiohttp import web
from pydantic import SecretStr

from notifier.channel import Account, SendFailed
from notifier.providers.aliyun_voice import account as aliyun
from notifier.providers.aliyun_voice import reports as aliyun_reports
from notifier.providers.calls import CODE_LENGTH, CallEvent, Pushed, ReportsUnreadable
from notifier.providers.tencent_voice import account as tencent
from notifier.providers.tencent_voice import reports as tencent_reports
from storage import calls, receipts
from storage.calls import Call, Named
from storage.clock import Clock
from storage.database import Database, DatabaseAway
from storage.receipts import KEY_PRESSED, Noted, Receipt, Weight
from storage.sealing import SealBroken
from storage.texts import N_
from webhooks.door import ChannelAccounts, addressed, limited_body
from workflows.acknowledging import Acknowledging
from workflows.actor import Door

NOT_ANSWERED = N_("The call was not answered.")
OTHER_KEY = N_("Another key was pressed than the one that acknowledges.")

log = structlog.get_logger()


@dataclass(frozen=True)
class Vendor:
    """How one vendor pushes: to which path, in which form, and what it waits to hear. `key` acknowledges."""

    kind: str
    path: str
    parse: Callable[[bytes], Pushed]
    acknowledged: str
    token: Callable[[Account], SecretStr | None]
    key: Callable[[Account], str]


VENDORS = (
    Vendor(
        "voice",
        "/webhooks/aliyun-voice/{account}/{token}",
        aliyun_reports.parse_reports,
        aliyun_reports.ACKNOWLEDGED,
        lambda account: aliyun.account_of(account).secrets.report_token,
        lambda account: aliyun.account_of(account).settings.acknowledge_key,
    ),
    Vendor(
        "tencent_voice",
        "/webhooks/tencent-voice/{account}/{token}",
        tencent_reports.parse_reports,
        tencent_reports.ACKNOWLEDGED,
        lambda account: tencent.account_of(account).secrets.report_token,
        lambda account: tencent.account_of(account).settings.acknowledge_key,
    ),
)


class VoiceReports:
    """The reports of every account that calls. `clock` is real time."""

    def __init__(
        self, db: Database, accounts: ChannelAccounts, acknowledging: Acknowledging, clock: Clock
    ) -> None:
        self._db = db
        self._accounts = accounts
        self._acknowledging = acknowledging
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
            noted = [await self._note(account.id, event, vendor.key(account)) for event in pushed.events]
        except ReportsUnreadable as error:
            log.warning("call_reports_unreadable", why=str(error), **known_as)
            return web.Response(status=HTTPStatus.BAD_REQUEST)
        except (DatabaseAway, SealBroken, SendFailed) as away:
            log.warning("call_reports_not_noted", why=type(away).__name__, **known_as)
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
        log.info("call_reports", unreadable=pushed.unreadable, **_counted(noted), **known_as)
        if Noted.TOO_EARLY in noted:
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
        return web.Response(text=vendor.acknowledged, content_type="application/json")

    async def _note(self, account_id: int, event: CallEvent, key: str) -> Noted:
        """Note it in the ledger, and acknowledge; a process that dies between is told again by the provider."""
        now = self._clock.now()
        call = await calls.find(self._db, account_id, Named(event.call_id, event.out_id, event.number), now)
        if call is None:
            return Noted.UNKNOWN
        receipt = receipt_of(event, call, key, now)
        noted = await receipts.note(self._db, account_id, receipt, now)
        if receipt.weight is Weight.ACKNOWLEDGED and noted is not Noted.UNKNOWN:
            await self._acknowledging.acknowledge(call.message_id, Door.VOICE, delivery_id=call.delivery_id)
        return noted


def receipt_of(event: CallEvent, call: Call, key: str, now: datetime) -> Receipt:
    """What an event means: without a key it arrived if it was answered, with another key it did not."""
    acknowledged = key in event.keys
    return Receipt(
        call.unique_id,
        event.call_id,
        delivered=acknowledged or (event.answered and not event.keys),
        code=f"{KEY_PRESSED}{event.keys}"[:CODE_LENGTH] if event.keys else event.code or "-",
        at=event.at or now,
        weight=Weight.ACKNOWLEDGED if acknowledged else Weight.KEY if event.keys else Weight.REPORT,
        reason=OTHER_KEY if event.keys else NOT_ANSWERED,
    )


def _counted(noted: list[Noted]) -> Mapping[str, int]:
    return {kind.name.lower(): noted.count(kind) for kind in Noted}
