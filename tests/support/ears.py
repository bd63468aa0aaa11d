"""Groups and another system that hear of a hospital's cases, each at its stand-in."""

from typing import Any

from tests.support.ear_cast import ROBOT_KEY
from tests.support.outside import Outside
from tests.support.sample_accounts import WEBHOOK_SECRET
from tests.support.telegram import BOT, GROUP, TOKEN
from tests.support.world import add_account

LISTEN = """
INSERT INTO listener (organisation_id, account_id, name, address, severities, workflows, hears_steps)
VALUES ($1, $2, 'Ear', $3, $4, '[]', $5)
"""


async def listen(around: Outside, kind: str, severities: list[str], *, steps: bool = False) -> int:
    """A listener of the hospital; the account's id."""
    url = around.sandbox.http
    kinds: dict[str, tuple[dict[str, Any], dict[str, str], str]] = {
        "webhook": (
            {"url": f"{url}/hooks/his", "private_addresses": True},
            {"signing_secret": WEBHOOK_SECRET},
            "",
        ),
        "wecom_robot": ({"base_url": url}, {"key": ROBOT_KEY}, ""),
        "telegram": ({"bot_username": BOT, "base_url": url}, {"token": TOKEN}, str(GROUP)),
    }
    settings, secrets, address = kinds[kind]
    account = await add_account(
        around.db, around.world.hospital, kind, f"ear-{kind}", settings, secrets, around.sealer
    )
    await around.db.execute(LISTEN, around.world.hospital, account, address, severities, steps)
    return account
