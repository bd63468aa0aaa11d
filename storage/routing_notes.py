"""What happened on a message's way that its deliveries do not tell. Real times."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from storage.database import Connection


class What(StrEnum):
    """A happening. Its code, reason and data say more."""

    FAILED = "failed"
    """A try failed; the code is the provider's."""
    PASSED_OVER = "passed_over"
    """A way was given up for this message without a try."""
    HELD = "held"
    """It waits: the code says why (quiet, duty, budget, digest), `until` in the data how long."""
    ESCALATED = "escalated"
    """Nothing was delivered, or nobody acknowledged, within the policy's time."""
    STAND_IN = "stand_in"
    """It goes to somebody else; `from` and `to` in the data are people's ids."""
    TOLD_AS_WELL = "told_as_well"
    """Somebody else is told by a message of their own, whose id is in the data with `from` and `to`."""
    STANDBY = "standby"
    """Another account of the same medium takes over."""
    RECEIPT = "receipt"
    """The provider reported; the code is its own word."""
    REPLY = "reply"
    """The reader answered."""


INSERT = """
INSERT INTO routing_note (at, message_id, delivery_id, account_id, what, code, reason, data)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""


async def note(
    connection: Connection,
    message_id: int,
    what: What,
    now: datetime,
    **more: object,
) -> None:
    """Note a happening. `more`: `delivery_id`, `account_id`, `code`, `reason` (a source text), and data."""
    data: Mapping[str, object] = {
        name: value
        for name, value in more.items()
        if name not in ("delivery_id", "account_id", "code", "reason")
    }
    await connection.execute(
        INSERT,
        now,
        message_id,
        more.get("delivery_id"),
        more.get("account_id"),
        what,
        str(more.get("code", ""))[:64],
        str(more.get("reason", ""))[:300],
        data,
    )
