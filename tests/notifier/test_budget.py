"""How many messages an address takes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.budget import Budget, Tally, wait_until
from notifier.providers.budgets import BUDGETS
from storage.deliveries import Route
from storage.tries import WHOLE_ACCOUNT

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
A_MINUTE = Budget(3, timedelta(minutes=1))

budgets = st.lists(
    st.builds(Budget, st.integers(1, 6), st.integers(1, 120).map(lambda s: timedelta(seconds=s))),
    min_size=1,
    max_size=3,
)
pauses = st.lists(st.integers(0, 90).map(lambda s: timedelta(seconds=s)), max_size=40)


def at(second: float) -> datetime:
    return START + timedelta(seconds=second)


def test_unused_budget_lets_a_try_through() -> None:
    assert wait_until([], [A_MINUTE], START) is None
    assert wait_until([at(0), at(1)], [A_MINUTE], at(2)) is None


def test_full_window_opens_when_its_oldest_try_leaves_it() -> None:
    assert wait_until([at(0), at(10), at(20)], [A_MINUTE], at(30)) == at(60)
    assert wait_until([at(0), at(10), at(20)], [A_MINUTE], at(60)) is None


def test_more_tries_than_the_budget_wait_for_enough_of_them_to_leave() -> None:
    assert wait_until([at(0), at(10), at(20), at(30), at(40)], [A_MINUTE], at(50)) == at(80)


def test_longest_wait_of_several_budgets_holds() -> None:
    an_hour = Budget(4, timedelta(hours=1))
    assert wait_until([at(0), at(1), at(2), at(3)], [A_MINUTE, an_hour], at(4)) == at(3600)


@given(budgets, pauses)
def test_no_window_ever_holds_more_than_its_budget(limits: list[Budget], waits: list[timedelta]) -> None:
    now, tries = START, list[datetime]()
    for wait in waits:
        now += wait
        now = wait_until(tries, limits, now) or now
        assert wait_until(tries, limits, now) is None, "what was promised holds"
        tries.append(now)
    for budget in limits:
        for first in tries:
            inside = [tried for tried in tries if first <= tried < first + budget.window]
            assert len(inside) <= budget.count


@given(budgets, pauses)
def test_no_try_waits_longer_than_the_longest_window(limits: list[Budget], waits: list[timedelta]) -> None:
    tries = [START + sum(waits[:number], timedelta()) for number in range(len(waits))]
    now = tries[-1] if tries else START
    until = wait_until(tries, limits, now) or now
    assert until <= now + max(budget.window for budget in limits)


@pytest.mark.parametrize(("channel", "group"), [("wecom_robot", ""), ("telegram", "-1001234567890")])
def test_a_group_keeps_some_of_its_minute_for_what_is_urgent(channel: str, group: str) -> None:
    route, now = Route(None, 1, channel, group), START + timedelta(seconds=30)
    counted = Tally(BUDGETS, now, {(1, group): [START] * 16, (1, WHOLE_ACCOUNT): [START] * 16})
    assert counted.until(route, pressing=False) == START + timedelta(minutes=1)
    assert counted.until(route, pressing=True) is None
