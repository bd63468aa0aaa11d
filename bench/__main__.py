"""`python -m bench [name …]`: measure the named figures, or all; print the table and keep the results."""

import asyncio
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import uvloop

from bench.figures import Family, UnknownFigure, chosen
from bench.place import Effort, Place, a_place
from bench.results import Failed, Measured, entry, line, merge
from bot.logs import configure_logs

RESULTS = Path(__file__).with_name("results.json")


def main(names: list[str], results: Path = RESULTS, effort: Effort | None = None) -> int:
    """The exit code: 0 all goals were reached, 1 one was missed, 2 a name is unknown."""
    try:
        families = chosen(names)
    except UnknownFigure as error:
        sys.stderr.write(f"{error}\n")
        return 2
    configure_logs("error", "console")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_measure(families, results, effort or Effort()))


async def _measure(families: list[Family], results: Path, effort: Effort) -> int:
    _end_in_order_on_sigterm()
    reached = True
    for family in families:
        async with a_place(effort) as place:
            entries = await _entries(family, place)
        merge(results, entries)
        reached = reached and all(result["ok"] for result in entries.values())
        sys.stdout.writelines(line(name, result) + "\n" for name, result in entries.items())
        sys.stdout.flush()
    return 0 if reached else 1


def _end_in_order_on_sigterm() -> None:
    """What was started and the temporary folder go with us."""
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


async def _entries(family: Family, place: Place) -> Mapping[str, Any]:
    """What breaks or takes too long is a figure that was missed, and the others are still measured."""
    began = time.perf_counter()
    measured: Mapping[str, Measured | Failed]
    try:
        async with asyncio.timeout(family.within_s):
            measured = await family.measure(place)
    except Exception as error:  # noqa: BLE001 - whatever it was stands in the table
        measured = dict.fromkeys(family.goals, Failed(f"{type(error).__name__}: {str(error)[:300]}"))
    took = round(time.perf_counter() - began, 1)
    found = {name: entry(goal, measured[name]) for name, goal in family.goals.items()}
    return {
        name: {**result, "detail": {**result["detail"], "took_s": took}} for name, result in found.items()
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
