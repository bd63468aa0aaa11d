"""What the providers of calls and the phones remember."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.sandbox.limits import Recent, Window
from bot.sandbox.reports import Report
from bot.sandbox.voice_config import AliyunVoice, TencentVoice, VoiceAccount

Outcome = Literal["", "answered", "declined", "unanswered", "engaged", "off"]
WINDOWS_S = {"per_minute": 60.0, "per_hour": 3600.0, "per_day": 86400.0}


@dataclass
class Call:
    """One call to one number. `text` is read out `plays` times, `menu` says what is read out after each key.

    `menu` is None where the provider listens to no key. `keys` were pressed, `said` was read out after them.
    """

    id: int
    at: datetime
    account: VoiceAccount
    number: str
    caller: str
    text: str
    plays: int
    call_id: str
    out_id: str = ""
    menu: Mapping[str, str] | None = None
    state: Literal["ringing", "talking", "over"] = "ringing"
    outcome: Outcome = ""
    keys: str = ""
    said: list[str] = field(default_factory=list)
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    reports: list[Report] = field(default_factory=list)


class VoiceNetwork:
    """All accounts of one world. `monotonic` is real time."""

    def __init__(
        self,
        aliyun: Iterable[AliyunVoice],
        tencent: Iterable[TencentVoice],
        keep: int,
        monotonic: Callable[[], float],
    ) -> None:
        self.aliyun = {account.key_id: account for account in aliyun}
        self.tencent = {account.key_id: account for account in tencent}
        self.calls: deque[Call] = deque(maxlen=keep)
        self.nonces: Recent[str, bool] = Recent(100_000)
        self._monotonic = monotonic
        self._windows: dict[tuple[str, str], dict[str, Window]] = {}

    def full(self, account: VoiceAccount, number: str) -> tuple[str, int] | None:
        """Count a call; the window that is full with its count, and then nothing is counted."""
        key = (account.key_id, number)
        limits = {name: getattr(account, name) for name in WINDOWS_S}
        if key not in self._windows:
            self._windows[key] = {
                name: Window([(count, WINDOWS_S[name])], self._monotonic) for name, count in limits.items()
            }
        windows = self._windows[key]
        for name, window in windows.items():
            if not window.has_room():
                return name, limits[name]
        for window in windows.values():
            window.admit()
        return None

    def call(self, call_id: int) -> Call | None:
        """The call of that number in the sandbox."""
        return next((call for call in self.calls if call.id == call_id), None)

    def engaged(self, call: Call) -> bool:
        """Whether that phone has another call already, ringing or not."""
        return any(c.number == call.number and c.state != "over" for c in self.calls if c is not call)

    def on_phone(self, number: str) -> list[Call]:
        """What rang a phone, in the order of arrival."""
        return [call for call in self.calls if call.number == number and call.outcome != "off"]
