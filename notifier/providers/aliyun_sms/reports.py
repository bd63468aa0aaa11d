"""Delivery reports as Aliyun pushes them (SmsReport, help.aliyun.com document 101867)."""

import json
from datetime import datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    ValidationError,
)

from notifier.trim import one_line
from storage.clock import SHANGHAI

# An answer other than this one has the push repeated after 1, 5 and 10 minutes.
ACKNOWLEDGED = json.dumps({"code": 0, "msg": "接收成功"}, ensure_ascii=False)
_RECEIPT_LENGTH = 64


class ReportsUnreadable(Exception):
    """What came is no list of reports."""


def _instant(value: object) -> datetime:
    """The provider writes China's time without saying so."""
    if not isinstance(value, str):
        raise ValueError("not a time")  # noqa: TRY004 - pydantic wants it
    return datetime.strptime(value, "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)


def _kept(value: str) -> str:
    return one_line(value)[:_RECEIPT_LENGTH]


_Id = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]


class SmsReport(BaseModel):
    """What became of one SMS. `err_code` is kept as it comes; `DELIVERED` is one of many."""

    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)

    report_time: Annotated[datetime, BeforeValidator(_instant)]
    success: bool
    err_code: Annotated[str, AfterValidator(_kept)] = ""
    biz_id: _Id
    out_id: _Id


def parse_reports(body: bytes) -> tuple[list[SmsReport], int]:
    """The reports of one push, and how many entries could not be read. Raises `ReportsUnreadable`."""
    try:
        entries = json.loads(body)
    except (ValueError, RecursionError):
        raise ReportsUnreadable("not JSON") from None
    if not isinstance(entries, list):
        raise ReportsUnreadable("not a list")
    read = [report for entry in entries if (report := _report(entry)) is not None]
    return read, len(entries) - len(read)


def _report(entry: Any) -> SmsReport | None:
    try:
        return SmsReport.model_validate(entry)
    except ValidationError:
        return None
