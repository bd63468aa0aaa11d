"""The runner of the figures: names, merging, and a tiny run of what is cheap."""

import json
from pathlib import Path

import pytest

from bench import engine, wakeup
from bench.__main__ import main
from bench.figures import FAMILIES
from bench.paired import Pairs, Rate, in_turn, percentile
from bench.place import Effort, Place
from bench.results import Failed, Goal, Measured, entry, line, merge

TINY = Effort(rounds=1, scale=0.01)


def test_an_unknown_figure_is_refused_with_the_names_that_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["no_such_figure"], tmp_path / "results.json") == 2
    assert "engine_round_trips" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_results_are_merged_by_name(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    merge(path, {"a": {"value": 1}, "b": {"value": 2}})
    merge(path, {"b": {"value": 3}})
    assert json.loads(path.read_text()) == {"a": {"value": 1}, "b": {"value": 3}}
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("goal", "value", "ok"),
    [
        (Goal("ratio", 2.5), 2.5, True),
        (Goal("ratio", 2.5), 2.49, False),
        (Goal("ms", 5, at_least=False), 5.1, False),
    ],
)
def test_a_figure_is_fine_when_it_reaches_its_goal(goal: Goal, value: float, ok: bool) -> None:
    kept = entry(goal, Measured(value, [value]))
    assert (kept["ok"], "MISSED" not in line("name", kept)) == (ok, ok)
    assert set(kept) == {"value", "unit", "goal", "ok", "runs", "detail"}


def test_what_could_not_be_measured_is_not_fine() -> None:
    kept = entry(Goal("ratio", 1), Failed("no server"))
    assert (kept["ok"], kept["value"]) == (False, None)
    assert "no server" in line("name", kept)


async def test_both_sides_are_measured_in_turn_and_the_median_of_the_ratios_counts() -> None:
    turns: list[str] = []

    def side(name: str, rate: float) -> Rate:
        async def measure() -> float:
            turns.append(name)
            return rate

        return measure

    pairs = await in_turn(side("ours", 6.0), side("theirs", 2.0), 3)
    assert pairs.measured().value == 3.0
    assert turns[2:] == ["ours", "theirs", "theirs", "ours", "ours", "theirs"]
    assert Pairs([1, 2, 9], [1, 1, 1]).measured().value == 2


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert (percentile([3, 1, 2, 4], 0.5), percentile(range(1000), 0.99)) == (3, 990)


def test_every_figure_of_the_goals_is_there_once() -> None:
    names = [name for family in FAMILIES for name in family.goals]
    assert len(names) == len(set(names)) == 21


class Here(Place):
    """The test's own database instead of a server for the figures."""

    async def migrated(self) -> str:
        return self._dsn


async def test_a_tiny_run_counts_the_round_trips_of_every_action(database_url: str, tmp_path: Path) -> None:
    measured = (await engine.round_trips(Here(tmp_path, TINY, database_url)))["engine_round_trips"]
    assert set(measured.detail["by_action"]) == {"report", "triage", "start", "finish", "confirm"}
    assert min(measured.runs) >= 4, "BEGIN, lock, write, COMMIT at least"


async def test_a_tiny_run_measures_a_wake_up(database_url: str, tmp_path: Path) -> None:
    measured = await wakeup.wakeup(Here(tmp_path, TINY, database_url))
    assert 0 < measured["wakeup_p50_ms"].value <= measured["wakeup_p99_ms"].value
