"""Which parts run: what the settings take, and which loops follow from it."""

from pathlib import Path

import pytest

from bot.catalogues import Catalogues
from bot.loops import Heartbeats
from bot.parts import ALL_PARTS, Part, parse_parts
from bot.serve import loops_of
from bot.services import build_services
from bot.settings import SettingsWrong, load_settings
from storage.sealing import MasterKey, new_master_key

NOTIFIER = ["bounces", "cards", "digests", "escalations", "notifier", "recalls", "robots", "storms"]
TIMERS = ["imports", "rates", "timers", "unreachable", "upkeep"]
LOOPS = {
    "pages": ["clock"],
    "notifier": ["clock", *NOTIFIER],
    "timers": ["clock", *TIMERS],
    "telemetry": ["clock"],  # its own loops come with the connection to the broker
    "auditor": ["auditor", "clock"],
    "notifier, timers": ["clock", *NOTIFIER, *TIMERS],
}


def test_without_a_list_everything_runs() -> None:
    assert load_settings().parts == ALL_PARTS
    assert parse_parts("pages,, timers") == {Part.PAGES, Part.TIMERS}


def test_a_part_that_there_is_not_is_named() -> None:
    with pytest.raises(SettingsWrong, match=r"YISHE_ONLY: .*pags: there are only pages, notifier"):
        load_settings(only="pags,timers")


@pytest.mark.parametrize("only", LOOPS)
async def test_only_the_loops_of_its_parts_run(only: str, database_url: str, tmp_path: Path) -> None:
    settings = load_settings(only=only, data_dir=tmp_path, database_url=database_url)
    key = MasterKey(new_master_key())
    async with build_services(settings, database_url, key, Catalogues.load()) as services:
        loops, _ = loops_of(services, Heartbeats())
    assert sorted(loop.name for loop in loops) == sorted(LOOPS[only])
