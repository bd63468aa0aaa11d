"""Until when a message says its reader has to act, in every state, and in how few words."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from storage.clock import SHANGHAI
from storage.device_names import short_name
from storage.kinds import shown
from storage.marks import CHINESE, ENGLISH
from storage.moments import moment
from storage.texts import in_english
from tests.support.tables import NOON, bare_facts
from workflows.calendar import Calendar, ChineseWorkingDays
from workflows.due import due_at, variables_of
from workflows.repair.machine import REPAIR

CALENDAR = Calendar(ChineseWorkingDays({}, 2026))
NOW = datetime(2026, 12, 1, 10, tzinfo=SHANGHAI)


@pytest.mark.parametrize(("waited", "due"), [(0, 30), (30, 120), (119, 120), (500, 120)])
def test_a_fault_is_to_be_assessed_before_the_next_rung_of_its_ladder(waited: int, due: int) -> None:
    facts = replace(bare_facts(REPAIR), now=NOON + timedelta(minutes=waited))
    assert due_at(REPAIR, facts, CALENDAR) == NOON + timedelta(minutes=due)


def test_a_longer_time_of_the_house_is_what_the_message_says() -> None:
    facts = bare_facts(REPAIR)
    longer = replace(facts, policies={**facts.policies, "repair.triage": {"amount": 90, "unit": "minutes"}})
    assert variables_of(REPAIR, longer, CALENDAR)["due_at"] == moment(NOON + timedelta(minutes=90), NOON)


@pytest.mark.parametrize(
    ("at", "chinese", "english"),
    [
        (datetime(2026, 12, 1, 12, 30, tzinfo=SHANGHAI), "12月1日12:30", "1 Dec 12:30"),
        (datetime(2026, 12, 2, tzinfo=SHANGHAI), "12月1日24时", "1 Dec 24:00"),
        (datetime(2027, 1, 1, tzinfo=SHANGHAI), "12月31日24时", "31 Dec 24:00"),
        (datetime(2027, 1, 1, 8, tzinfo=SHANGHAI), "2027年1月1日08:00", "1 Jan 2027 08:00"),
    ],
)
def test_a_moment_is_short_and_the_end_of_a_day_is_its_24_00(
    at: datetime, chinese: str, english: str
) -> None:
    said = moment(at, NOW)
    assert (CHINESE.moment(said), ENGLISH.moment(said)) == (chinese, english)
    assert shown({"due_at": said}, in_english) == {"due_at": english}


@pytest.mark.parametrize(
    ("device", "short"),
    [
        ({"name": "X线正电子发射断层扫描仪（PET/CT）", "short_name": "PET/CT-1"}, "PET/CT-1"),
        ({"name": "X线正电子发射断层扫描仪（PET/CT）"}, "PET/CT"),
        ({"name": "医用直线加速器", "short_name": ""}, "医用直线加速器"),
        ({"name": "一二三四五六七八九十一二三"}, "一二三四五六七八九十一…"),
        ({}, ""),
    ],
)
def test_a_device_is_called_by_its_short_name_where_there_is_little_room(
    device: dict[str, str], short: str
) -> None:
    assert short_name(device) == short
