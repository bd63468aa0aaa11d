"""The exercise in CONTRIBUTING.md is a diff that applies, and a channel that works."""

import asyncio
import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.support.dingtalk import SECRET, TOKEN, Robot, robot

ROOT = Path(__file__).parents[3]
ROOMS = ("notifier", "storage", "workflows", "h5_pages")
SENDS = ROOT / "tests/support/exercise_send.py"
DIFF = re.compile(r"```diff\n(?P<diff>.*?\n)```", re.DOTALL)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The service's rooms with the exercise applied to them."""
    place = tmp_path_factory.mktemp("exercise")
    for room in ROOMS:
        left_out = shutil.ignore_patterns("__pycache__", "static", "*.html")
        shutil.copytree(ROOT / room, place / room, ignore=left_out)
    found = DIFF.search((ROOT / "CONTRIBUTING.md").read_text())
    assert found is not None
    (place / "exercise.diff").write_text(found["diff"])
    return place


async def run(place: Path, *command: str) -> tuple[int, str]:
    """Exit status and output, with the copy's rooms and no others."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(place), "GIT_CEILING_DIRECTORIES": str(place.parent)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


async def told(place: Path, group: Robot, secret: str) -> str:
    status, output = await run(place, sys.executable, "-c", SENDS.read_text(), group.url, TOKEN, secret)
    assert status == 0, output
    return output


async def test_the_diff_applies_and_a_signed_message_stands_in_the_group(copy: Path) -> None:
    assert await run(copy, "git", "apply", "-p1", "exercise.diff") == (0, "")
    async with robot() as group:
        assert await told(copy, group, SECRET) == "sent"
        refused = await told(copy, group, SECRET + "x")
    assert refused.startswith("configuration 310000")
    (said,) = group.said
    assert said["markdown"]["title"] == "【Urgent】CT is hot"
    assert "- Device: CT-3" in said["markdown"]["text"]
