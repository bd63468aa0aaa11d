"""Which channels take a message at once: the person's own, as many as the policy asks for."""

import pytest

from notifier.routing import Order
from notifier.spreading import wanted
from storage.deliveries import Route
from storage.spread import Spread, Ways, spread_of
from storage.ways import Used, Way
from workflows.audiences import audience_of

TELEGRAM = Way(Route(1, 10, "telegram", "77"))
WECOM = Way(Route(2, 20, "wecom", "li"))
MAIL = Way(Route(3, 30, "email", "li@h.example"))
SMS = Way(Route(4, 40, "tencent_sms", "13800000000"))
CALL = Way(Route(5, 50, "voice", "13900000000"), rings=True, rings_at_last=True)
NUMBER = Way(Route(4, 60, "voice", "13800000000"), rings=True)
ALL = [TELEGRAM, WECOM, MAIL, SMS, CALL, NUMBER]


def taken_by(way: Way) -> Used:
    return Used(way.route.account_id, way.route.channel, way.route.address, settles=True, taken=True)


def refused_by(way: Way) -> Used:
    return Used(way.route.account_id, way.route.channel, way.route.address, settles=True)


def channels(ways: list[Way], spread: Spread, *used: Used) -> list[str]:
    return [route.channel for route in wanted(ways, Order(), spread, used)]


@pytest.mark.parametrize(
    ("ways", "spread", "expected"),
    [
        (ALL, Spread(ways=Ways.ALL), ["telegram", "wecom", "email", "tencent_sms", "voice"]),
        (ALL, Spread(ways=Ways.TWO), ["telegram", "email", "tencent_sms"]),
        ([TELEGRAM, WECOM], Spread(ways=Ways.TWO), ["telegram", "wecom"]),
        ([SMS, CALL], Spread(ways=Ways.TWO), ["tencent_sms", "voice"]),
        ([SMS, NUMBER], Spread(ways=Ways.ALL), ["tencent_sms"]),
        ([SMS, NUMBER], Spread(call=True), ["tencent_sms", "voice"]),
        (ALL, Spread(chat=False), ["email"]),
        ([TELEGRAM, WECOM], Spread(ways=Ways.ALL, chat=False), ["telegram", "wecom"]),
        *(([only], Spread(ways=ways), [only.route.channel]) for only in ALL[:5] for ways in Ways),
    ],
)
def test_as_many_of_their_channels_as_the_policy_asks(
    ways: list[Way], spread: Spread, expected: list[str]
) -> None:
    assert channels(ways, spread) == expected


def test_another_one_makes_up_for_a_channel_that_refused() -> None:
    two = Spread(ways=Ways.TWO)
    assert channels([TELEGRAM, WECOM, CALL], two, refused_by(TELEGRAM), taken_by(WECOM)) == ["voice"]
    assert channels([TELEGRAM, WECOM, CALL], two, taken_by(TELEGRAM), taken_by(WECOM)) == []
    assert channels(ALL, Spread(ways=Ways.ALL), *map(taken_by, ALL[:5])) == []


@pytest.mark.parametrize(
    ("channels", "ways", "call", "chat"),
    [
        (["email", "wecom", "sms"], "all", False, True),
        (["email", "wecom"], "two", False, True),
        (["sms"], "first", False, False),
        (["email", "sms", "voice"], "two", True, False),
        ([], "first", False, True),
    ],
)
def test_an_audience_that_was_stored_with_channels_is_understood(
    channels: list[str], ways: str, call: bool, chat: bool
) -> None:
    read = audience_of({"roles": ["equipment_head"], "channels": channels})
    assert read.value == {"roles": ["equipment_head"], "ways": ways, "call": call, "chat": chat}
    assert audience_of(read.value) == read


def test_what_makes_no_sense_goes_by_all_channels() -> None:
    assert audience_of({"roles": ["equipment_head"], "ways": "no"}).ways is Ways.ALL
    assert spread_of({"spread": {"ways": "no"}}) == Spread(ways=Ways.ALL)
    assert spread_of({}) is None
