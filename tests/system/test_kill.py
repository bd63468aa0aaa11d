"""The service dies by SIGKILL at any instruction; nothing that was acknowledged is lost or done twice."""

from collections import Counter
from pathlib import Path

import pytest

from storage.database import Database
from tests.support import proofs
from tests.support.aftermath import Trial, aftermath
from tests.support.deaths import ANYWHERE, POINTS

pytestmark = pytest.mark.timeout(600)  # a machine that does other work as well needs its time

NO_DUPLICATE_CHECK = {"wecom": {"duplicate_check_off": True, "task_id_reuse_allowed": True}}


async def test_fifty_deaths_lose_nothing_and_repeat_nothing(durable_url: str, tmp_path: Path) -> None:
    wanted = Counter({**dict.fromkeys(POINTS, 5), ANYWHERE: 16})
    left = await aftermath(durable_url, tmp_path, Trial(12, wanted, {}))
    assert left.deaths >= wanted
    assert left.deaths.total() >= 50
    assert left.lost.answers > 0
    async with Database.open(durable_url) as db:
        await left.prove(db)
    proofs.each_came_once(left.cards)


async def test_without_a_duplicate_check_only_what_was_in_flight_comes_twice(
    durable_url: str, tmp_path: Path
) -> None:
    wanted = Counter({"notifier.frozen": 2, "notifier.accepted": 5, ANYWHERE: 2})
    left = await aftermath(durable_url, tmp_path, Trial(6, wanted, NO_DUPLICATE_CHECK))
    assert left.deaths >= wanted
    assert len(left.cards) > len({card.unique_id for card in left.cards})
    async with Database.open(durable_url) as db:
        await left.prove(db)
