"""Switches that make the outside world misbehave on demand."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, NonNegativeInt


class _Switches(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    def changed(self, change: Self) -> Self:
        """A copy in which only the switches named in `change` are different."""
        known = set(type(self).model_fields)
        return self.model_copy(update=change.model_dump(exclude_unset=True, include=known))


class WeComFaults(_Switches):
    """Misbehaviour of the WeCom API.

    `errcode` answers the next `errcode_times` sends; `accept_then_drop_connection` is the
    number of sends that are delivered while the connection ends before the answer.
    `duplicate_check_off` ignores enable_duplicate_check, `task_id_reuse_allowed` the rule
    that a task_id is used once.
    """

    unavailable: bool = False
    delay_s: NonNegativeFloat = Field(default=0.0, le=120)
    ip_block: bool = False
    errcode: int = -1
    errcode_times: NonNegativeInt = 0
    accept_then_drop_connection: NonNegativeInt = 0
    duplicate_check_off: bool = False
    task_id_reuse_allowed: bool = False


class MailFaults(_Switches):
    """Misbehaviour of the mail server.

    `temp_fail_next` messages get 451, `disconnect_after_data` messages are kept while the
    connection ends before 250, addresses in `refuse` get 550. Mails to addresses in `bounce` are taken and come back.
    """

    temp_fail_next: NonNegativeInt = 0
    disconnect_after_data: NonNegativeInt = 0
    refuse: list[str] = []
    bounce: list[str] = []


class SmsFaults(_Switches):
    """Misbehaviour of the SMS provider.

    `code` (with `words` as its message) answers the next `code_times` calls; `accept_then_drop_connection`
    is the number of SMS that are taken while the connection ends before the answer. Numbers in
    `undelivered` get nothing, and the report says `undelivered_code`; `no_reports` pushes none. Who asks what was
    sent is answered `details_code`, if there is one.
    """

    unavailable: bool = False
    delay_s: NonNegativeFloat = Field(default=0.0, le=120)
    code: str = "isp.SYSTEM_ERROR"
    words: str = ""
    code_times: NonNegativeInt = 0
    accept_then_drop_connection: NonNegativeInt = 0
    undelivered: list[str] = []
    undelivered_code: str = "NOT_ON_SERVICE"
    no_reports: bool = False
    details_code: str = ""


class VoiceFaults(_Switches):
    """Misbehaviour of the providers of calls.

    `code` (with `words` as its message) answers the next `code_times` orders; `accept_then_drop_connection` is
    the number of calls that are made while the connection ends before the answer. Phones of numbers in
    `switched_off` do not ring; `no_reports` pushes none, `twice` pushes each one again after the right answer.
    """

    unavailable: bool = False
    delay_s: NonNegativeFloat = Field(default=0.0, le=120)
    code: str = "isp.SYSTEM_ERROR"
    words: str = ""
    code_times: NonNegativeInt = 0
    accept_then_drop_connection: NonNegativeInt = 0
    switched_off: list[str] = []
    no_reports: bool = False
    twice: bool = False


class TelegramFaults(_Switches):
    """Misbehaviour of the Bot API.

    The next `flood_times` calls get 429 with `retry_after` seconds; `accept_then_drop_connection` is the
    number of calls that are done while the connection ends before the answer; people in `blocked` have
    blocked every bot; groups in `moved` have become supergroups of another id.
    """

    unavailable: bool = False
    delay_s: NonNegativeFloat = Field(default=0.0, le=120)
    flood_times: NonNegativeInt = 0
    retry_after: int = Field(default=2, ge=1)
    accept_then_drop_connection: NonNegativeInt = 0
    blocked: list[int] = []
    moved: dict[int, int] = {}


class Faults(BaseModel):
    """All switches as they stand."""

    wecom: WeComFaults = WeComFaults()
    mail: MailFaults = MailFaults()
    sms: SmsFaults = SmsFaults()
    voice: VoiceFaults = VoiceFaults()
    tencent_sms: SmsFaults = SmsFaults(code="InternalError.Timeout", undelivered_code="NOTEXIST")
    telegram: TelegramFaults = TelegramFaults()

    def use_errcode(self) -> int | None:
        """The errcode that the next send must answer, if one was ordered."""
        if not self.wecom.errcode_times:
            return None
        self._count_down("wecom", "errcode_times")
        return self.wecom.errcode

    def use_drop(self) -> bool:
        """Whether this accepted send loses its connection."""
        return self._count_down("wecom", "accept_then_drop_connection")

    def use_temporary_mail_failure(self) -> bool:
        """Whether this mail is put off."""
        return self._count_down("mail", "temp_fail_next")

    def use_disconnect(self) -> bool:
        """Whether this mail's connection ends before the answer."""
        return self._count_down("mail", "disconnect_after_data")

    def use_sms_code(self) -> str | None:
        """The code that the next SMS must be answered with, if one was ordered."""
        return self.sms.code if self._count_down("sms", "code_times") else None

    def use_sms_drop(self) -> bool:
        """Whether this accepted SMS loses its connection."""
        return self._count_down("sms", "accept_then_drop_connection")

    def use_tencent_sms_code(self) -> str | None:
        """The code that the next SMS by Tencent Cloud must be answered with, if one was ordered."""
        return self.tencent_sms.code if self._count_down("tencent_sms", "code_times") else None

    def use_tencent_sms_drop(self) -> bool:
        """Whether this accepted SMS loses its connection."""
        return self._count_down("tencent_sms", "accept_then_drop_connection")

    def use_flood(self) -> int | None:
        """The seconds that the next call of the Bot API must be told to wait, if that was ordered."""
        return self.telegram.retry_after if self._count_down("telegram", "flood_times") else None

    def use_telegram_drop(self) -> bool:
        """Whether this call of the Bot API, which was done, loses its connection."""
        return self._count_down("telegram", "accept_then_drop_connection")

    def use_voice_code(self) -> str | None:
        """The code that the next order of a call must be answered with, if one was ordered."""
        return self.voice.code if self._count_down("voice", "code_times") else None

    def use_voice_drop(self) -> bool:
        """Whether this accepted call loses the connection on which it was ordered."""
        return self._count_down("voice", "accept_then_drop_connection")

    def _count_down(self, part: str, name: str) -> bool:
        switches = getattr(self, part)
        left: int = getattr(switches, name)
        setattr(self, part, switches.model_copy(update={name: max(0, left - 1)}))
        return left > 0


class WeComOrder(WeComFaults):
    """A change of the WeCom switches, and what is done once at its arrival.

    `expire_token_now` makes every token answer 42001, `invalidate_token_now` 40014.
    """

    expire_token_now: bool = False
    invalidate_token_now: bool = False


class FaultOrder(BaseModel):
    """What a test orders: first `reset` all switches, then change the named ones."""

    model_config = ConfigDict(extra="forbid")

    reset: bool = False
    wecom: WeComOrder = WeComOrder()
    mail: MailFaults = MailFaults()
    sms: SmsFaults = SmsFaults()
    voice: VoiceFaults = VoiceFaults()
    tencent_sms: SmsFaults = SmsFaults()
    telegram: TelegramFaults = TelegramFaults()

    def applied_to(self, faults: Faults) -> Faults:
        """The switches after this order."""
        start = Faults() if self.reset else faults
        return Faults(
            wecom=start.wecom.changed(self.wecom),
            mail=start.mail.changed(self.mail),
            sms=start.sms.changed(self.sms),
            tencent_sms=start.tencent_sms.changed(self.tencent_sms),
            voice=start.voice.changed(self.voice),
            telegram=start.telegram.changed(self.telegram),
        )
