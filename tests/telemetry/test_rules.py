"""Series of values at one sensor and what must come of them, each as one line of a table."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from storage.bands import Band
from storage.readings import RuleState
from telemetry.rules import Taken, on_time, on_value

START = datetime(2026, 3, 2, tzinfo=UTC)
NAN, INF = float("nan"), float("inf")

BAND = Band(
    "room_temperature", "°C", "a test",
    warning_low=18, warning_high=24, alarm_low=15, alarm_high=28, hysteresis=1, hold_s=30, no_data_s=100,
)  # fmt: skip
PATIENT = replace(BAND, clear_hold_s=60)
EAGER = Band("room_temperature", "°C", "a test", alarm_low=10, alarm_high=30)
AT_ONCE = Band("oxygen", "%", "a test", alarm_low=19.5, hysteresis=0.5)

# name: band, what arrives as (second, value) or (second, None) for time alone, and what is noticed when
SERIES: dict[str, tuple[Band, list[tuple[float, float | None]], list[tuple[str, float]]]] = {
    "inside": (BAND, [(0, 21), (10, 22), (20, 18), (30, 24)], []),
    "equal to the limit is inside": (BAND, [(0, 24), (50, 24), (100, 18), (150, 24)], []),
    "equal to the alarm limit is a warning": (BAND, [(0, 28), (30, 28), (60, 28)], [("warn", 30)]),
    "one step beyond the limit, held": (BAND, [(0, 24.001), (30, 24.001)], [("warn", 30)]),
    "hold not reached": (BAND, [(0, 25), (29.999, 25), (30, 23)], []),
    "hold reached to the second": (BAND, [(0, 25), (10, 25), (30, 25)], [("warn", 30)]),
    "a value inside begins the hold anew": (BAND, [(0, 25), (20, 24), (30, 25), (59, 25), (60, 25)], [("warn", 60)]),
    "a dip into the hysteresis ends a hold": (BAND, [(0, 25), (20, 23.5), (30, 25)], []),
    "flapping at the limit is never told": (BAND, [(n * 10, 24 + n % 2) for n in range(40)], []),
    "once told, flapping at the limit changes nothing": (
        BAND, [(0, 25), (30, 25), *[(40 + n * 10, 24 + n % 2) for n in range(20)]], [("warn", 30)]),
    "clears only beyond the hysteresis": (
        BAND, [(0, 25), (30, 25), (40, 24), (50, 23.001), (60, 23)], [("warn", 30), ("clear", 60)]),
    "too low as well": (BAND, [(0, 17), (30, 17), (40, 18.9), (50, 19)], [("warn", 30), ("clear", 50)]),
    "alarm at once beyond both, after its hold": (BAND, [(0, 29), (30, 29)], [("alarm", 30)]),
    "worsens after a hold of its own": (
        BAND, [(0, 25), (30, 25), (40, 29), (69, 29), (70, 29)], [("warn", 30), ("worsen", 70)]),
    "swinging between both is a warning": (
        BAND, [(0, 29), (10, 25), (20, 29), (30, 25), (40, 29)], [("warn", 30)]),
    "an alarm is not talked down": (
        BAND, [(0, 29), (30, 29), (40, 25), (90, 25), (100, 23)], [("alarm", 30), ("clear", 100)]),
    "from too low to too high the hold begins anew": (
        BAND, [(0, 17), (15, 25), (30, 25), (44, 25), (45, 25)], [("warn", 45)]),
    "a raised one is over at the first value on the other side": (
        BAND, [(0, 25), (30, 25), (40, 17), (69, 17), (70, 17)], [("warn", 30), ("clear", 40), ("warn", 70)]),
    "and back again": (
        BAND, [(0, 17), (30, 17), (40, 25), (70, 25), (80, 17)],
        [("warn", 30), ("clear", 40), ("warn", 70), ("clear", 80)]),
    "an alarm is over on the other side, and becomes one there after its hold": (
        BAND, [(0, 29), (30, 29), (40, 14), (69, 14), (70, 14)], [("alarm", 30), ("clear", 40), ("alarm", 70)]),
    "swinging from side to side is never told": (BAND, [(n * 15, 17 if n % 2 else 25) for n in range(20)], []),
    "without a hold one value ends the one and raises the other": (
        EAGER, [(0, 31), (1, 9)], [("alarm", 0), ("clear", 1), ("alarm", 1)]),
    "a pause inside forgets the side of a hold": (BAND, [(0, 17), (10, 21), (20, 25), (50, 25)], [("warn", 50)]),
    "is over only after so long inside": (
        PATIENT, [(0, 25), (30, 25), (40, 23), (99, 22), (100, 22)], [("warn", 30), ("clear", 100)]),
    "the hysteresis breaks the time inside": (
        PATIENT, [(0, 25), (30, 25), (40, 23), (90, 23.5), (100, 22), (159, 22), (160, 22)],
        [("warn", 30), ("clear", 160)]),
    "a gap breaks the time inside": (
        PATIENT, [(0, 25), (30, 25), (40, 22), (141, 22), (200, 22), (201, 22)],
        [("warn", 30), ("fall_silent", 140), ("speak_again", 141), ("clear", 201)]),
    "outside again while inside it is nothing new": (
        PATIENT, [(0, 25), (30, 25), (40, 22), (80, 25), (110, 25)], [("warn", 30)]),
    "the other side waits for no time inside": (
        PATIENT, [(0, 25), (30, 25), (40, 17), (70, 17)], [("warn", 30), ("clear", 40), ("warn", 70)]),
    "raised anew after it was over": (
        BAND, [(0, 25), (30, 25), (40, 22), (50, 25), (80, 25)], [("warn", 30), ("clear", 40), ("warn", 80)]),
    "late values change nothing": (BAND, [(0, 25), (20, 25), (10, 20), (30, 25)], [("warn", 30)]),
    "late values outside change nothing": (BAND, [(50, 21), (10, 40), (40, 40), (60, 21)], []),
    "a second value for one instant changes nothing": (BAND, [(0, 25), (0, 20), (30, 25), (30, 20)], [("warn", 30)]),
    "what is no number changes nothing": (
        BAND, [(0, 25), (10, NAN), (20, INF), (25, -INF), (30, 25)], [("warn", 30)]),
    "no number does not count as a sign of life": (BAND, [(0, 21), (90, NAN), (101, None)], [("fall_silent", 100)]),
    "no data at the time-out": (BAND, [(0, 21), (100, None), (100.001, None), (200, None)], [("fall_silent", 100)]),
    "a value at that very moment": (BAND, [(0, 21), (100, 21), (101, None)], []),
    "data again": (BAND, [(0, 21), (150, None), (160, 21)], [("fall_silent", 100), ("speak_again", 160)]),
    "a late value is not data again": (BAND, [(50, 21), (160, None), (20, 21)], [("fall_silent", 150)]),
    "silence that nobody watched is told afterwards": (
        BAND, [(0, 21), (150, 21)], [("fall_silent", 100), ("speak_again", 150)]),
    "a gap as long as the time-out does not break a hold": (BAND, [(0, 25), (100, 25)], [("warn", 100)]),
    "a longer gap breaks a hold": (
        BAND, [(0, 25), (101, 25), (130, 25), (131, 25)],
        [("fall_silent", 100), ("speak_again", 101), ("warn", 131)]),
    "a longer gap breaks the hold towards the alarm": (
        BAND, [(0, 25), (30, 25), (40, 29), (150, 29), (179, 29), (180, 29)],
        [("warn", 30), ("fall_silent", 140), ("speak_again", 150), ("worsen", 180)]),
    "what was raised stays raised over a gap": (
        BAND, [(0, 25), (30, 25), (200, 25), (210, 22)],
        [("warn", 30), ("fall_silent", 130), ("speak_again", 200), ("clear", 210)]),
    "a burst after a cut fills the gap, and the hold runs on": (
        BAND, [(0, 25), (150, None), (10, 25), (20, 25), (30, 25)],
        [("fall_silent", 100), ("speak_again", 10), ("warn", 30)]),
    "without a hold the first value decides": (AT_ONCE, [(0, 19.5), (1, 19.4)], [("alarm", 1)]),
    "without a time-out nothing falls silent": (AT_ONCE, [(0, 20.9), (9e6, None), (9e6, 20.9)], []),
    "with alarm limits alone": (
        AT_ONCE, [(0, 19), (1, 19.9), (2, 20), (3, 19)], [("alarm", 0), ("clear", 2), ("alarm", 3)]),
}  # fmt: skip


def walk(band: Band, arrivals: list[tuple[float, float | None]]) -> list[tuple[str, float]]:
    state, noticed = RuleState(), []
    for second, value in arrivals:
        at = START + timedelta(seconds=second)
        judged = on_time(state, band, at) if value is None else on_value(state, band, at, value)
        state = judged.state
        noticed += [(str(e.what), (e.at - START).total_seconds()) for e in judged.events]
    return noticed


@pytest.mark.parametrize("name", SERIES)
def test_series(name: str) -> None:
    band, arrivals, expected = SERIES[name]
    assert walk(band, arrivals) == expected


@pytest.mark.parametrize("name", SERIES)
def test_a_series_told_twice_is_told_once(name: str) -> None:
    """Each message comes again at once, as after a lost acknowledgement."""
    band, arrivals, expected = SERIES[name]
    assert walk(band, [arrival for arrival in arrivals for _ in range(2)]) == expected


@pytest.mark.parametrize(
    ("second", "value", "taken"),
    [
        (11, 21, Taken.JUDGED),
        (10, 99, Taken.REPEATED),
        (9, 99, Taken.LATE),
        (11, NAN, Taken.INVALID),
        (9, INF, Taken.INVALID),
    ],
)
def test_what_becomes_of_a_value(second: float, value: float, taken: Taken) -> None:
    before = on_value(RuleState(), BAND, START + timedelta(seconds=10), 21).state
    judged = on_value(before, BAND, START + timedelta(seconds=second), value)
    assert judged.taken is taken
    assert (judged.state == before) is (taken is not Taken.JUDGED)


def test_an_excursion_names_its_side_and_limit() -> None:
    low = on_value(RuleState(), AT_ONCE, START, 19).events[0]
    assert (low.high, low.limit, low.value) == (False, 19.5, 19)


def test_without_a_band_a_value_is_only_remembered() -> None:
    judged = on_value(RuleState(), None, START, 99)
    assert judged.events == ()
    assert judged.state == RuleState(last_at=START, last_value=99)


def test_a_hysteresis_wider_than_the_band_still_clears() -> None:
    narrow = Band("oxygen", "%", "a test", warning_low=20, warning_high=22, hysteresis=50)
    assert walk(narrow, [(0, 25), (1, 21.5), (2, 21)]) == [("warn", 0), ("clear", 2)]


def test_what_is_over_on_the_other_side_says_where_the_value_is() -> None:
    high = on_value(RuleState(), EAGER, START, 31).state
    over, raised = on_value(high, EAGER, START + timedelta(seconds=1), 9).events
    assert (over.value, over.high, over.limit) == (9, False, 10)
    assert (raised.high, raised.limit) == (False, 10)


def test_a_sensor_that_never_spoke_is_silent_so_long_after_it_was_put_in_place() -> None:
    at = [START + timedelta(seconds=second) for second in (100, 101)]
    assert on_time(RuleState(), BAND, at[1]).events == ()
    assert on_time(RuleState(), BAND, at[0], placed_at=START).events == ()
    silent = on_time(RuleState(), BAND, at[1], placed_at=START)
    assert [(event.at, event.value) for event in silent.events] == [(at[0], None)]
    assert [str(e.what) for e in on_value(silent.state, BAND, at[1], 21).events] == ["speak_again"]
