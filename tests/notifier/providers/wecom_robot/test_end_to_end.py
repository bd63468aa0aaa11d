"""From a step of a case to the group that hears of it: listener, outbox, robot, the group's phone, ledger."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from storage.sealing import MasterKey, new_master_key
from tests.support.robot_town import process
from tests.support.sandbox import Sandbox, config_entry, sandbox
from tests.support.world import add_account, make_world
from workflows.actor import Actor, Door
from workflows.engine import Place

KEY = "sandbox-key-of-a-group"
LISTEN = """
INSERT INTO listener (organisation_id, account_id, name, severities, workflows) VALUES ($1, $2, 'Group', $3, '[]')
"""


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    async with sandbox(config_entry(robots=[{"key": KEY, "name": "Equipment group"}])) as made:
        yield made


async def said_in(box: Sandbox) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await box.get("/sandbox/state"))["robots"][0]["messages"]
    return found


async def test_a_group_hears_of_a_fault_once_and_the_ledger_says_so(box: Sandbox, database_url: str) -> None:
    word = new_master_key()
    async with process(database_url, word) as service:
        world = await make_world(service.db)
        settings = {"base_url": str(box.http.make_url("")).rstrip("/")}
        account = await add_account(
            service.db, world.hospital, "wecom_robot", "group", settings, {"key": KEY}, MasterKey(word)
        )
        await service.db.execute(LISTEN, world.hospital, account, ["info", "notice", "urgent", "critical"])
        place, reporter = Place(world.department, world.device), Actor(Door.PAGE, world.reporter)
        case = await service.engine.open(
            "repair", "report", reporter, {"fault": "tube overheats"}, place=place, idempotency_key="r"
        )
        await service.dispatcher.drain()
        said = await said_in(box)
        row = await service.db.fetchrow(
            "SELECT count(*) AS sent FROM delivery WHERE account_id = $1 AND state = 'accepted'", account
        )
    assert row is not None
    assert len(said) == row["sent"] > 0
    assert all(case.number in str(each["body"]) for each in said)
    assert all("button_list" not in each["body"] for each in said)
