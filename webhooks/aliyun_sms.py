"""Aliyun's delivery reports: `/webhooks/aliyun-sms/<account>/<token>`.

The provider signs nothing, so the address itself is the secret: it is compared in constant time and never
logged. What is known, old or of nobody is acknowledged as well, or it would be pushed again.
"""

import hmac
from collections.abc import Awaitable
from http import HTTPStatus
from typing import Protocol

import structlog
from aiohttp import web

from notifier.channel import Account, SendFailed
from notifier.providers.aliyun_sms.account import account_of
from notifier.providers.aliyun_sms.reports import ACKNOWLEDGED, ReportsUnreadable, SmsReport, parse_reports
from storage import receipts
from storage.channel_accounts import OpenedAccount
from storage.clock import Clock
from storage.database import Database, DatabaseAway
from storage.receipts import Noted, Receipt
from storage.sealing import SealBroken

KIND = "sms"
NO_CODE = "-"
BODY_BYTES = 512 * 1024

log = structlog.get_logger()


class ChannelAccounts(Protocol):
    """Channel accounts with their secrets opened."""

    def by_public_key(self, kind: str, public_key: str) -> Awaitable[OpenedAccount | None]:
        """The active account that an address names, or None."""
        ...


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
            account = await self._account(request)
            reports, unreadable = parse_reports(await _limited_body(request))
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

    async def _account(self, request: web.Request) -> OpenedAccount:
        """Raises HTTPNotFound for a wrong token as for an unknown account; `SendFailed` for a broken one."""
        opened = await self._accounts.by_public_key(KIND, request.match_info["account"])
        if opened is None:
            raise web.HTTPNotFound
        token = account_of(Account(opened.id, opened.settings, opened.secrets)).secrets.report_token
        right = token.get_secret_value().encode() if token else b""
        if not hmac.compare_digest(request.match_info["token"].encode(errors="replace"), right):
            raise web.HTTPNotFound
        return opened

    async def _note(self, account_id: int, report: SmsReport) -> Noted:
        code = report.err_code or NO_CODE
        receipt = Receipt(report.out_id, report.biz_id, report.success, code, report.report_time)
        return await receipts.note(self._db, account_id, receipt, self._clock.now())


def _counted(noted: list[Noted]) -> dict[str, int]:
    return {kind.name.lower(): noted.count(kind) for kind in Noted}


async def _limited_body(request: web.Request) -> bytes:
    """The body, read no further than the limit. Raises HTTPRequestEntityTooLarge."""
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > BODY_BYTES:
            raise web.HTTPRequestEntityTooLarge(max_size=BODY_BYTES, actual_size=len(body))
    return bytes(body)
