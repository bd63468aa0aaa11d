"""Long tests first, dealt out to the workers, so that none of them is still at work when the others have ended."""

import itertools
from collections.abc import Iterable

import pytest

# Tests that start the service, a broker or a browser; each file's stay together, for what they share.
LONG = ("tests/system/", "tests/bench/")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Each worker begins with its share of the long tests: xdist cuts the list into equal parts, one a worker."""
    workers = int(getattr(config, "workerinput", {}).get("workercount", 1))
    if workers > 1:
        items[:] = dealt(items, workers)


def dealt(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """The same tests in the order in which equal parts of the list are to be worked off."""
    by_file = itertools.groupby((item for item in items if is_long(item)), lambda item: item.path)
    files = [list(tests) for _, tests in by_file]
    short = iter([item for item in items if not is_long(item)])
    shares = [list(itertools.chain(*files[worker::workers])) for worker in range(workers)]
    order: list[pytest.Item] = []
    for share, size in zip(shares, _sizes(len(items), workers), strict=True):
        order += _filled(share, short, size)
    return [*order, *short]


def is_long(item: pytest.Item) -> bool:
    """Whether it belongs to those that begin."""
    return item.nodeid.startswith(LONG) or item.get_closest_marker("browser") is not None


def _sizes(tests: int, workers: int) -> Iterable[int]:
    for left in range(workers, 0, -1):
        size = tests // left
        tests -= size
        yield size


def _filled(share: list[pytest.Item], short: Iterable[pytest.Item], size: int) -> list[pytest.Item]:
    return [*share, *itertools.islice(short, max(0, size - len(share)))]
