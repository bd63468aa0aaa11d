"""Five simulated years of many licences, compared day by day with a small independent model."""

from collections import Counter

import pytest

from tests.support.licence_years import Years, first_difference
from tests.support.licences import Licences

FIVE_YEARS = 1826


async def live_and_compare(years: Years) -> None:
    await years.live()
    told = await years.told()
    assert first_difference(years.expected, told) == ""
    assert max(told.values()) == 1
    assert max(years.mornings.values()) == 1
    assert years.outages > 5
    assert {"acknowledge", "extend", "lapse", "purchase", "apply", "issue"} <= set(years.acts)
    colours = Counter(colour for _, _, colour, _, _ in told)
    assert min(colours[colour] for colour in ("blue", "yellow", "orange", "red")) > 0


async def test_five_years_of_licences_tell_what_the_model_tells(licences: Licences) -> None:
    await live_and_compare(Years(licences, seed=1, count=30, days=FIVE_YEARS, events_a_day=0.3))


@pytest.mark.soak
@pytest.mark.timeout(3600)
async def test_five_years_of_2000_licences_tell_what_the_model_tells(licences: Licences) -> None:
    await live_and_compare(Years(licences, seed=2, count=2000, days=FIVE_YEARS, events_a_day=16))
