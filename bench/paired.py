"""Two sides measured in turn, so that whatever else the machine does meets both alike."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.results import Measured

Rate = Callable[[], Awaitable[float]]


@dataclass(frozen=True)
class Pairs:
    """Rates a second of both sides, by round."""

    ours: Sequence[float]
    theirs: Sequence[float]

    @property
    def ratios(self) -> list[float]:
        """Ours over theirs, by round."""
        return [a / b for a, b in zip(self.ours, self.theirs, strict=True)]

    def measured(self, **detail: Any) -> Measured:
        """The median of the rounds' ratios."""
        rates = {"ours_per_s": round(median(self.ours), 1), "theirs_per_s": round(median(self.theirs), 1)}
        return Measured.median(self.ratios, **rates, **detail)


async def in_turn(ours: Rate, theirs: Rate, rounds: int) -> Pairs:
    """Rounds of both sides, each beginning every second time; one round before them is not counted."""
    await theirs()
    await ours()
    pairs: list[tuple[float, float]] = []
    for number in range(rounds):
        if number % 2:
            theirs_rate = await theirs()
            pairs.append((await ours(), theirs_rate))
        else:
            pairs.append((await ours(), await theirs()))
    return Pairs([a for a, _ in pairs], [b for _, b in pairs])


async def rate_of(count: int, work: Awaitable[object]) -> float:
    """How many a second, when `work` does `count`."""
    began = time.perf_counter()
    await work
    return count / (time.perf_counter() - began)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
