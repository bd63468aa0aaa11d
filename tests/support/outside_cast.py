"""Whom the stand-ins play for the notifier of one hospital, and its accounts there."""

import random
from collections.abc import Mapping, Sequence

from bot.sandbox.app import Surroundings
from bot.sandbox.config import SandboxConfig
from bot.sandbox.serve import Addresses
from storage.clock import Clock
from storage.database import Database
from storage.sealing import MasterKey
from tests.support.ear_cast import STAND_INS
from tests.support.sandbox import AES_KEY, AGENT, CORPID, MUTE_AGENT, app_entry
from tests.support.world import World, add_account


def surroundings(clock: Clock) -> Surroundings:
    """The stand-ins' time is the test's."""
    start = clock.now()

    def monotonic() -> float:
        return (clock.now() - start).total_seconds()

    return Surroundings(clock.now, monotonic, random.Random(7))


def cast(people: Sequence[str], mailboxes: Sequence[str]) -> SandboxConfig:
    """One corporation with its members, and mailboxes."""
    corp = {
        "corpid": CORPID,
        "name": "First Demo Hospital",
        "apps": [app_entry(callback_url="http://127.0.0.1:9/wecom"), app_entry(MUTE_AGENT)],
        "members": [{"userid": user, "name": user} for user in people],
    }
    boxes = [{"address": address, "name": address} for address in mailboxes]
    return SandboxConfig.model_validate({"corps": [corp], "mailboxes": boxes, **STAND_INS})


async def accounts(db: Database, world: World, sandbox: Addresses, sealer: MasterKey) -> Mapping[str, int]:
    """The hospital's app and its mail sender, by kind."""
    app = {"corp_id": CORPID, "agent_id": AGENT, "base_url": sandbox.http}
    secrets = {
        "secret": f"sandbox-secret-{AGENT}",
        "callback_token": "QDG6eK",
        "encoding_aes_key": AES_KEY,
    }
    sender = {
        "host": sandbox.smtp_host,
        "port": sandbox.smtp_port,
        "tls": "none",
        "sender_address": "equipment@hospital.example",
        "message_id_domain": "hospital.example",
    }
    return {
        "wecom": await add_account(db, world.hospital, "wecom", "app", app, secrets, sealer),
        "email": await add_account(db, world.hospital, "email", "mail", sender, {}, sealer),
    }
