"""How the tests are run: which begin, and which belong to a change."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.support.changed import belonging
from tests.support.order import dealt


def items(*names: str) -> list[pytest.Item]:
    """What pytest collected, as far as the order looks at it."""
    found: Iterator[Any] = (
        SimpleNamespace(nodeid=name, path=name.split("::")[0], get_closest_marker=lambda _: None)
        for name in names
    )
    return cast(list[pytest.Item], list(found))


def test_every_worker_begins_with_long_tests_and_none_is_left_out() -> None:
    short = [f"tests/storage/test_a.py::{n}" for n in range(5)]
    long = ["tests/system/test_a.py::1", "tests/system/test_a.py::2", "tests/system/test_b.py::1"]
    order = [item.nodeid for item in dealt(items(*short, *long), workers=2)]
    assert order[:2] == long[:2]
    assert order[4] == long[2]
    assert sorted(order) == sorted(short + long)


def test_a_change_brings_the_tests_beside_it_and_those_that_import_it() -> None:
    everything = [path.relative_to(Path.cwd()) for path in Path("tests").absolute().rglob("test_*.py")]
    found = {str(path) for path in belonging(["storage/sealing.py", "README.md"], everything)}
    assert "tests/storage/test_sealing.py" in found
    assert all("sealing" in Path(name).read_text(encoding="utf-8") for name in found)
    assert len(found) < len(everything) / 4
