"""Two notifiers that are killed by turns while a tenth of what they send fails: four channels, everybody is told."""

import os
from pathlib import Path

import pytest

from tests.support.by_turns import Turns, turns

MANY = int(os.environ.get("YISHE_SOAK_MESSAGES", "10000"))


def prove(trial: Turns) -> None:
    """Nothing is lost; WeCom has everything once; what came twice elsewhere is marked, and only that."""
    assert {row["message"] for row in trial.ledger} == {"sent"}
    assert [row["state"] for row in trial.ledger] == ["accepted"] * trial.count
    arrived = trial.arrived()
    assert set(arrived) == {row["address"] for row in trial.ledger}
    twice = {address for address, times in arrived.items() if times > 1}
    assert twice <= {row["address"] for row in trial.ledger if row["maybe_twice"]}
    assert not {row["channel"] for row in trial.ledger if row["address"] in twice} & {"wecom"}
    assert trial.dropped == 0
    assert trial.kills >= 2


@pytest.mark.timeout(240)
async def test_some_messages_over_four_channels(durable_url: str, tmp_path: Path) -> None:
    async with turns(durable_url, tmp_path, 32) as trial:
        prove(trial)


@pytest.mark.soak
@pytest.mark.timeout(3000)
async def test_ten_thousand_messages_over_four_channels(durable_url: str, tmp_path: Path) -> None:
    async with turns(durable_url, tmp_path, MANY) as trial:
        prove(trial)
