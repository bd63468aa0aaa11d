"""What the SMS provider and the phones remember."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from bot.sandbox.limits import Recent, Window
from bot.sandbox.reports import Report
from bot.sandbox.sms_config import SmsAccount
from bot.sandbox.tencent_sms_config import TencentSmsApp

CHINA = timezone(timedelta(hours=8))
DAY_S = 86400.0


@dataclass
class SmsReply:
    """What somebody answered to an SMS, and how far it came."""

    at: datetime
    text: str
    report: Report


@dataclass
class Sms:
    """One accepted SMS to one number; `text` with the signature before it.

    `access_key_id` names the account, of whichever provider; a reply goes to a number that ends in `extend_code`.
    """

    id: int
    at: datetime
    access_key_id: str
    number: str
    sign: str
    template: str
    text: str
    segments: int
    out_id: str
    biz_id: str
    arrived: bool
    report: Report | None = None
    extend_code: str = ""
    replies: list[SmsReply] = field(default_factory=list)


class SmsNetwork:
    """All accounts of one world. `monotonic` is real time, `now` too."""

    def __init__(
        self,
        accounts: Iterable[SmsAccount],
        apps: Iterable[TencentSmsApp],
        keep: int,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self.accounts = {account.access_key_id: account for account in accounts}
        self.apps = {app.secret_id: app for app in apps}
        self.messages: deque[Sms] = deque(maxlen=keep)
        self.nonces: Recent[str, bool] = Recent(100_000)
        self._now = now
        self._monotonic = monotonic
        self._days: dict[tuple[str, ...], Window] = {}
        self._minutes: Recent[tuple[str, ...], int] = Recent(10_000)
        self._windows: dict[tuple[str, ...], Window] = {}

    def full(self, account: SmsAccount, sign: str, template: str, number: str) -> str | None:
        """Count a submission; the provider's words when the number has had enough, and nothing is counted."""
        key = (account.access_key_id, sign, template, number)
        minute = (*key, self._now().astimezone(CHINA).strftime("%Y-%m-%d %H:%M"))
        in_this_minute = self._minutes.get(minute) or 0
        if account.per_minute is not None and in_this_minute >= account.per_minute:
            return f"触发分钟级流控Permits:{account.per_minute}"
        if key not in self._days:
            self._days[key] = Window([(account.per_day, DAY_S)], self._monotonic)
        if not self._days[key].admit():
            return f"触发天级流控Permits:{account.per_day}"
        self._minutes[minute] = in_this_minute + 1
        return None

    def takes(self, *key: str, count: int, seconds: float) -> bool:
        """Count a submission of that key, or say that it has had as many and count nothing."""
        if key not in self._windows:
            self._windows[key] = Window([(count, seconds)], self._monotonic)
        return self._windows[key].admit()

    def on_phone(self, number: str) -> list[Sms]:
        """What arrived on a phone, in the order of arrival."""
        return [sms for sms in self.messages if sms.number == number and sms.arrived]

    def by_id(self, wanted: int) -> Sms | None:
        """The SMS of that id."""
        return next((sms for sms in self.messages if sms.id == wanted), None)
