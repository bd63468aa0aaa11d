"""Whether the house that a case belongs to lets it be decided in Telegram."""

from datetime import datetime

from storage import policy_values
from storage.database import Connection

TELEGRAM_APPROVALS = "telegram.approvals"
# True while nobody ever forbade it, so that most of the time no message has to be looked at by itself.
NEVER_FORBIDDEN = f"""NOT EXISTS (SELECT FROM policy forbids WHERE forbids.name = '{TELEGRAM_APPROVALS}'
                                    AND NOT forbids.inherits AND NOT (forbids.value->>'in_chat')::boolean)"""


async def may_decide(connection: Connection, path: str, at: datetime) -> bool:
    """May cases at the organisation of that path be decided in Telegram at `at` (business time)?"""
    value = await policy_values.nearest(connection, TELEGRAM_APPROVALS, path, at)
    return value is None or bool(value["in_chat"])
