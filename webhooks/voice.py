"""Reports of calls: `/webhooks/aliyun-voice/<account>/<token>` and `/webhooks/tencent-voice/<account>/<token>`.

They come in any order and more than once. The key that the account names acknowledges, and only the message that was
read out in that call; it approves nothing. What is known, old or of nobody is acknowledged to the provider as well, or
it would be pushed again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from aiohttp import web

from notifier.channel import Account
from notifier.providers.aliyun_voice import account as aliyun
from notifier.providers.aliyun_voice import reports as aliyun_reports
from notifier.providers.calls import CallEvent, Pushed
from notifier.providers.pushes import CODE_LENGTH, reported_at
from notifier.providers.tencent_voice import account as tencent
from notifier.providers.tencent_voice import reports as tencent_reports
from storage import calls, receipts
from storage.calls import Call, Named, SeveralOpen
from storage.clock import Clock
from storage.database import Database
from storage.receipts import KEY_PRESSED, Noted, Receipt, Weight
from storage.texts import N_
from webhooks.door import ChannelAccounts, Entrance, Reception, Taken
from workflows.acknowledging import Acknowledging
from workflows.actor import Door

NOT_ANSWERED = N_("The call was not answered.")
OTHER_KEY = N_("A key other than the acknowledgement key was pressed.")


@dataclass(frozen=True)
class Vendor:
    """How one vendor pushes: at which entrance, in which form. `key` acknowledges."""

    entrance: Entrance
    parse: Callable[[bytes], Pushed]
    key: Callable[[Account], str]


VENDORS = (
    Vendor(
        Entrance(
            "voice",
            "/webhooks/aliyun-voice/{account}/{token}",
            aliyun_reports.ACKNOWLEDGED,
            lambda account: aliyun.account_of(account).secrets.report_token,
        ),
        aliyun_reports.parse_reports,
        lambda account: aliyun.account_of(account).settings.acknowledge_key,
    ),
    Vendor(
        Entrance(
            "tencent_voice",
            "/webhooks/tencent-voice/{account}/{token}",
            tencent_reports.ACKNOWLEDGED,
            lambda account: tencent.account_of(account).secrets.report_token,
        ),
        tencent_reports.parse_reports,
        lambda account: tencent.account_of(account).settings.acknowledge_key,
    ),
)


class VoiceReports:
    """The reports of every account that calls. `clock` is real time."""

    def __init__(
        self, db: Database, accounts: ChannelAccounts, acknowledging: Acknowledging, clock: Clock
    ) -> None:
        self._db = db
        self._reception = Reception(accounts)
        self._acknowledging = acknowledging
        self._clock = clock

    def add_to(self, app: web.Application) -> None:
        """Put the routes into an application."""
        for vendor in VENDORS:
            self._reception.open(app, vendor.entrance, partial(self._take, vendor))

    async def _take(self, vendor: Vendor, account: Account, body: bytes) -> Taken:
        pushed, key = vendor.parse(body), vendor.key(account)
        noted = [await self._note(account.id, event, key) for event in pushed.events]
        return Taken(noted, {"unreadable": pushed.unreadable})

    async def _note(self, account_id: int, event: CallEvent, key: str) -> Noted:
        """Note it in the ledger, and acknowledge; a process that dies between is told again by the provider."""
        now = self._clock.now()
        named = Named(event.call_id, event.out_id, event.number)
        try:
            call = await calls.find(self._db, account_id, named, now)
        except SeveralOpen:
            return Noted.TOO_EARLY
        if call is None:
            return Noted.UNKNOWN
        receipt = receipt_of(event, call, key, now)
        noted = await receipts.note(self._db, account_id, receipt, now)
        if receipt.weight is Weight.ACKNOWLEDGED and noted is not Noted.UNKNOWN:
            await self._acknowledging.acknowledge(call.message_id, Door.VOICE, delivery_id=call.delivery_id)
        return noted


def receipt_of(event: CallEvent, call: Call, key: str, now: datetime) -> Receipt:
    """What an event means: without a key it arrived if it was answered, with another key it did not.

    Of a state that nobody knows neither is said.
    """
    acknowledged = key in event.keys
    at, untimed = reported_at(event.at, now)
    return Receipt(
        call.unique_id,
        event.call_id,
        delivered=acknowledged if event.keys else event.answered,
        code=f"{KEY_PRESSED}{event.keys}"[:CODE_LENGTH] if event.keys else event.code or "-",
        at=at,
        weight=Weight.ACKNOWLEDGED if acknowledged else Weight.KEY if event.keys else Weight.REPORT,
        reason=OTHER_KEY if event.keys else NOT_ANSWERED,
        untimed=untimed,
    )
