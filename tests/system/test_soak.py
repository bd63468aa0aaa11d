"""The kill test for as long as one likes: YISHE_SOAK_MINUTES, 10 unless told otherwise."""

import os
from collections import Counter
from pathlib import Path

import pytest

from storage.database import Database
from tests.support import proofs
from tests.support.aftermath import Trial, aftermath
from tests.support.deaths import ANYWHERE, POINTS

MINUTES = float(os.environ.get("YISHE_SOAK_MINUTES", "10"))


@pytest.mark.soak
@pytest.mark.timeout(MINUTES * 60 + 600)
async def test_many_minutes_of_deaths_lose_nothing_and_repeat_nothing(
    durable_url: str, tmp_path: Path
) -> None:
    wanted = Counter({**dict.fromkeys(POINTS, 5), ANYWHERE: 16})
    left = await aftermath(durable_url, tmp_path, Trial(24, wanted, {}, seconds=MINUTES * 60, seed=2))
    assert left.deaths >= wanted
    async with Database.open(durable_url) as db:
        await left.prove(db)
    proofs.each_came_once(left.cards)
