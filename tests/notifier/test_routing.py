"""Which way is taken next: the policy's order, the person's own, and what was tried."""

from datetime import timedelta

import pytest

from notifier.routing import Order, choose, night_of, order_of
from storage.deliveries import Route
from storage.ways import Used, Way

WECOM = Way(Route(1, 10, "wecom", "li"))
MAIL = Way(Route(2, 20, "email", "li@h.example"))
SMS = Way(Route(3, 30, "tencent_sms", "13800000000"))
CALL = Way(Route(3, 40, "voice", "13800000000"), rings=True)
ALL = [MAIL, WECOM, SMS, CALL]
CRITICAL = Order(
    first="own",
    first_minutes=2,
    second="sms",
    second_minutes=3,
    third="voice",
    third_minutes=5,
    acknowledged=True,
)


def taken(ways: list[Way], order: Order, only: str | None = None) -> list[tuple[str, float | None]]:
    """Every way that is taken, one after the other, with the minutes that it has."""
    used: list[Used] = []
    found = []
    while choice := choose(ways, order, used, only):
        wait = choice.wait / timedelta(minutes=1) if choice.wait else None
        found.append((choice.route.channel, wait))
        used.append(Used(choice.route.account_id, choice.route.channel, choice.route.address, settles=False))
    return found


@pytest.mark.parametrize(
    ("order", "only", "expected"),
    [
        (Order(), None, [("email", None), ("wecom", None), ("tencent_sms", None)]),
        (CRITICAL, None, [("email", 2), ("tencent_sms", 3), ("voice", 5), ("wecom", 2)]),
        (Order(first="wecom"), None, [("wecom", None), ("email", None), ("tencent_sms", None)]),
        (
            Order(first="telegram", second="sms"),
            None,
            [("tencent_sms", None), ("email", None), ("wecom", None)],
        ),
        (Order(first="sms", second="sms"), None, [("tencent_sms", None), ("email", None), ("wecom", None)]),
        (CRITICAL, "sms", [("tencent_sms", None)]),
        (CRITICAL, "wecom", [("wecom", None)]),
        (CRITICAL, "telegram", []),
    ],
)
def test_ways_are_taken_in_the_policy_s_order_then_in_the_person_s_own(
    order: Order, only: str | None, expected: list[tuple[str, float | None]]
) -> None:
    assert taken(ALL, order, only) == expected


def test_number_is_called_only_where_the_policy_names_calls() -> None:
    assert taken([SMS, CALL], Order()) == [("tencent_sms", None)]
    assert [channel for channel, _ in taken([SMS, CALL], Order(third="voice"))] == ["tencent_sms", "voice"]


def test_policy_that_makes_no_sense_leaves_it_to_the_person_s_own_order() -> None:
    assert order_of({"first_minutes": -3}) == Order() == order_of(None)
    assert night_of({"quiet_from": 99}).hours.begin == night_of(None).hours.end


@pytest.mark.parametrize(("settles", "next_one"), [(True, "voice"), (False, "tencent_sms")])
def test_number_that_a_standby_has_told_or_that_is_none_is_not_taken_again(
    settles: bool, next_one: str
) -> None:
    by_standby = Used(99, "sms", SMS.route.address, settles)
    told = [
        by_standby,
        Used(10, "wecom", "li", settles=True),
        Used(20, "email", "li@h.example", settles=True),
    ]
    choice = choose(ALL, CRITICAL, told)
    assert choice
    assert choice.route.channel == next_one
