"""Aliyun's delivery reports: `/webhooks/aliyun-sms/<account>/<token>`.

What is known, old or of nobody is acknowledged as well, or it would be pushed again.
"""

from http import HTTPStatus

import structlog
from aiohttp import web
from pydantic import SecretStr

from notifier.channel import Account, SendFailed
from notifier.providers.aliyun_sms.account import account_of
from notifier.providers.aliyun_sms.reports import ACKNOWLEDGED, ReportsUnreadable, SmsReport, parse_reports
from storage import receipts
from storage.clock import Clock
from storage.database import Database, DatabaseAway
from storage.receipts import Noted, Receipt
from storage.sealing import SealBroken
from webhooks.door import ChannelAccounts, addressed, limited_body

KIND = "sms"
NO_CODE = "-"

log = structlog.get_logger()


class AliyunSmsReports:
    """The reports of every SMS account. `clock` is real time."""

    def __init__(self, db: Database, accounts: ChannelAccounts, clock: Clock) -> None:
        self._db = db
        self._accounts = accounts
        self._clock = clock

    def add_to(self, app: web.Application) -> None:
        """Put the route into an application."""
        app.router.add_post("/webhooks/aliyun-sms/{account}/{token}", self._receive)

    async def _receive(self, request: web.Request) -> web.Response:
        known_as = request.match_info["account"][:32]
        try:
            account = await addressed(request, self._accounts, KIND, _token)
            reports, unreadable = parse_reports(await limited_body(request))
            noted = [await self._note(account.id, report) for report in reports]
        except ReportsUnreadable as error:
            log.warning("sms_reports_unreadable", account=known_as, why=str(error))
            return web.Response(status=HTTPStatus.BAD_REQUEST)
        except (DatabaseAway, SealBroken, SendFailed) as away:
            log.warning("sms_reports_not_noted", account=known_as, why=type(away).__name__)
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
        log.info("sms_reports", account=known_as, unreadable=unreadable, **_counted(noted))
        if Noted.TOO_EARLY in noted:
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
        return web.Response(text=ACKNOWLEDGED, content_type="application/json")

    async def _note(self, account_id: int, report: SmsReport) -> Noted:
        code = report.err_code or NO_CODE
        receipt = Receipt(report.out_id, report.biz_id, report.success, code, report.report_time)
        return await receipts.note(self._db, account_id, receipt, self._clock.now())


def _token(account: Account) -> SecretStr | None:
    return account_of(account).secrets.report_token


def _counted(noted: list[Noted]) -> dict[str, int]:
    return {kind.name.lower(): noted.count(kind) for kind in Noted}
