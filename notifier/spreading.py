"""Which of a person's channels take one message at once, as its policy asks. Pure."""

from collections.abc import Iterator, Sequence

from notifier.routing import Order, in_order, is_new, medium_of
from storage.deliveries import Route
from storage.spread import Spread, Ways
from storage.ways import Used, Way

CHATS = frozenset({"wecom", "wecom_bot", "telegram"})
WRITTEN = frozenset({"email", "sms"})
"""Licence reminders go by SMS, e-mail and more: Jiangsu draft standard, clause 6.2.2.3."""
AT_LEAST = {Ways.FIRST: 1, Ways.TWO: 2}


def wanted(ways: Sequence[Way], order: Order, spread: Spread, used: Sequence[Used]) -> list[Route]:
    """The ways to be taken now, beside those `used`, of which one that is still being tried counts as `taken`.

    For each that was refused another one is taken, as long as there is any.
    """
    pool = list(_pool(ways, order, spread))
    fresh = [way for way in pool if is_new(way.route, used)]
    chosen = [way for way in fresh if way in _asked(pool, spread.ways)]
    missing = AT_LEAST.get(spread.ways, 0) - len(chosen) - sum(was.taken for was in used)
    chosen += [way for way in fresh if way not in chosen][: max(missing, 0)]
    if spread.call:
        chosen += _call(ways, chosen, used)
    return [way.route for way in chosen]


def _pool(ways: Sequence[Way], order: Order, spread: Spread) -> Iterator[Way]:
    """What can be taken, in order; phones that ring come last. Chats that are not asked for: where nothing else is."""
    found = [way for way, _ in in_order(ways, order) if not way.rings]
    found += [way for way in ways if way.rings_at_last]
    spoken = [way for way in found if medium_of(way.route.channel) not in CHATS]
    yield from found if spread.chat or not spoken else spoken


def _asked(pool: Sequence[Way], ways: Ways) -> Sequence[Way]:
    if ways is Ways.ALL:
        return pool
    written = [way for way in pool if medium_of(way.route.channel) in WRITTEN] if ways is Ways.TWO else []
    return [*pool[:1], *written]


def _call(ways: Sequence[Way], chosen: Sequence[Way], used: Sequence[Used]) -> list[Way]:
    """A number to be called, if none is yet."""
    ringing = [way for way in ways if way.rings]
    called = {(way.route.account_id, way.route.address) for way in ringing}
    if any(way.rings for way in chosen) or any(
        was.taken and (was.account_id, was.address) in called for was in used
    ):
        return []
    return [way for way in ringing if is_new(way.route, used)][:1]
