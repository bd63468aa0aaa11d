"""Counting over time, and collections that forget their oldest entries."""

from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

# Per app and member, above which WeCom drops in silence; per corporation and API, above
# which it answers 45009 (developer.work.weixin.qq.com/document/path/90454).
MEMBER_LIMITS = ((30, 60.0), (1000, 3600.0))
CORP_LIMITS = ((10_000, 60.0), (150_000, 3600.0))


class Window:
    """Sliding windows over one stream of events: at most `count` in `seconds`, for each pair."""

    def __init__(self, limits: Sequence[tuple[int, float]], monotonic: Callable[[], float]) -> None:
        self._limits = limits
        self._monotonic = monotonic
        self._longest = max(seconds for _, seconds in limits)
        self._at: deque[float] = deque(maxlen=max(count for count, _ in limits))

    def admit(self) -> bool:
        """Count one event and say yes, or say no and count nothing."""
        now = self._monotonic()
        while self._at and self._at[0] <= now - self._longest:
            self._at.popleft()
        if not self.has_room():
            return False
        self._at.append(now)
        return True

    def has_room(self) -> bool:
        """Whether one more event would be admitted now."""
        now = self._monotonic()
        return not any(self._full(count, now - seconds) for count, seconds in self._limits)

    def _full(self, count: int, since: float) -> bool:
        return len(self._at) >= count and self._at[-count] > since


class Recent(Generic[K, V]):
    """A mapping that keeps its newest `size` entries."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._entries: OrderedDict[K, V] = OrderedDict()

    def __setitem__(self, key: K, value: V) -> None:
        self._entries[key] = value
        if len(self._entries) > self._size:
            self._entries.popitem(last=False)

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    def get(self, key: K) -> V | None:
        """The entry, or None if it never was or is forgotten."""
        return self._entries.get(key)

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
