"""The stand-ins of groups and of another system that hear of cases."""

from collections.abc import Mapping
from typing import Any

from tests.support.sample_accounts import WEBHOOK_SECRET
from tests.support.telegram import GROUP, bot_entry

ROBOT_KEY = "sandbox-key-of-a-group"
STAND_INS: Mapping[str, Any] = {
    "hooks": [{"name": "his", "secrets": [WEBHOOK_SECRET]}],
    "robots": [{"key": ROBOT_KEY, "name": "Equipment group"}],
    "telegram_bots": [bot_entry(None)],
    "telegram_groups": [{"id": GROUP, "name": "Equipment group"}],
}
