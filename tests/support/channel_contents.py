"""Messages and accounts for the tests of channels."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from notifier.channel import Account, Button, Content
from storage.kinds import Severity

CORP_ID = "wx5823bf96d3bd56c7"
TOKEN = "QDG6eK"
AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
SECRET = "made-up-secret-of-an-app"

APPROVE = Button("approve", "同意", "primary")
REJECT = Button("reject", "拒绝", "danger")

CONTENT = Content(
    unique_id="m-42@wecom",
    thread_id="R-2026-000017",
    severity=Severity.URGENT,
    severity_word="紧急",
    title="CT-3 维修申请待审批",
    summary="球管过热,设备停机。\n预计费用超过限额。",
    fields=(("设备", "CT-3"), ("科室", "放射科"), ("费用", "¥ 120,000.00")),
    buttons=(APPROVE, REJECT),
    url="https://yishe.example/c/R-2026-000017",
    url_label="查看工单",
    sender="示例市第一医院设备科",
    language="zh_CN",
    footer="本消息由系统自动发送",
)


def content(**changes: Any) -> Content:
    return replace(CONTENT, **changes)


def wecom_account(base_url: str = "http://127.0.0.1:9", **secrets: str) -> Account:
    callback = {"callback_token": TOKEN, "encoding_aes_key": AES_KEY}
    settings = {"corp_id": CORP_ID, "agent_id": 1000002, "base_url": base_url}
    return Account(7, settings, {"secret": SECRET, **(secrets or callback)})


class ManualClock:
    """Stands still until it is told to move."""

    def __init__(self) -> None:
        self.instant = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant

    def move(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)


_PIECES = st.sampled_from(
    ["设备", "停机", "👩‍⚕️", "🏥", "é", "e\u0301", "<a href='x'>", "\n", " ", "CT-3", "]]>", "&"]
)
texts = st.one_of(st.text(max_size=200), st.lists(_PIECES, max_size=900).map("".join))

buttons = st.builds(
    Button,
    key=st.text(alphabet="abcxyz_", min_size=1, max_size=20),
    label=texts,
    style=st.sampled_from(["primary", "default", "danger"]),
    url=st.sampled_from([None, None, "https://yishe.example/x?y=1&z=2"]),
)

contents = st.builds(
    Content,
    unique_id=st.from_regex(r"[A-Za-z0-9_@-]{1,64}", fullmatch=True),
    thread_id=st.from_regex(r"[A-Z]-[0-9]{4}-[0-9]{6}", fullmatch=True),
    severity=st.sampled_from(Severity),
    severity_word=texts,
    title=texts,
    summary=texts,
    fields=st.lists(st.tuples(texts, texts), max_size=9).map(tuple),
    buttons=st.lists(buttons, max_size=8).map(tuple),
    url=st.sampled_from(["", "https://yishe.example/c/1", "https://yishe.example/" + "x" * 900]),
    url_label=texts,
    sender=texts,
    language=st.sampled_from(["zh_CN", "en"]),
    footer=texts,
)
