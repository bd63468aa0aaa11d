"""The licences of the demo: in every state and colour, with numbers and people that are made up."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bot.demo.data import CITIES, DEMO, HOSPITALS
from bot.demo.devices import KINDS
from storage.device_types import DeviceType, LicenceClass, licence_class
from workflows.licence.forms import Ownership
from workflows.licence.stages import limit_of_years

T = DeviceType
ISSUED, PURCHASED, APPLIED, COMPLETE, LAPSED = range(5)
FIRST_SERIAL = 501
HISTORY_DAYS = 3  # the reminders of the past were told so many days ago
LADDERS = ("临床实用型", "临床研究型", "科研型")


@dataclass(frozen=True)
class LicenceStory:
    """A licence as it stands today. `left`: days until its limit, negative once it is past.

    `planned_in`: the unit acknowledged, with a plan so many days from today; `extended_by`: so many days,
    within `left` already. `proposes`: the unit asks for a correction, which waits.
    """

    hospital: str
    kind: DeviceType
    reached: int
    left: int
    planned_in: int | None = None
    extended_by: int = 0
    proposes: bool = False


# Days past are 4 to 7 more than a multiple of 7, so that no weekly reminder is due on the day of the start.
STORIES = [
    LicenceStory("h1", T.PET_CT, ISSUED, -4),
    LicenceStory("h1", T.LINAC, PURCHASED, -12, planned_in=9),
    LicenceStory("h2", T.SURGICAL_ROBOT, ISSUED, -19),
    LicenceStory("h3", T.LINAC, APPLIED, -5),
    LicenceStory("h4", T.PET_CT, ISSUED, -26),
    LicenceStory("h1", T.SURGICAL_ROBOT, ISSUED, 9, proposes=True),
    LicenceStory("h2", T.LINAC, PURCHASED, 17),
    LicenceStory("h3", T.PET_CT, ISSUED, 23, planned_in=20),
    LicenceStory("h4", T.LINAC, APPLIED, 12),
    LicenceStory("h2", T.PET_CT, ISSUED, 21, extended_by=90),
    LicenceStory("h1", T.TOMOTHERAPY, ISSUED, 44),
    LicenceStory("h1", T.PET_MR, PURCHASED, 58),
    LicenceStory("h2", T.GAMMA_KNIFE, ISSUED, 66),
    LicenceStory("h3", T.SURGICAL_ROBOT, PURCHASED, 71),
    LicenceStory("h3", T.LINAC, APPLIED, 50),
    LicenceStory("h4", T.TOMOTHERAPY, ISSUED, 80),
    LicenceStory("h1", T.LINAC, ISSUED, 112),
    LicenceStory("h2", T.PET_MR, PURCHASED, 125),
    LicenceStory("h2", T.TOMOTHERAPY, ISSUED, 133),
    LicenceStory("h3", T.GAMMA_KNIFE, APPLIED, 148),
    LicenceStory("h4", T.SURGICAL_ROBOT, ISSUED, 160, planned_in=60),
    LicenceStory("h1", T.X_RAY_RADIOSURGERY, ISSUED, 240),
    LicenceStory("h1", T.PROTON, ISSUED, 430),
    LicenceStory("h2", T.LINAC, ISSUED, 510),
    LicenceStory("h3", T.MR_LINAC, PURCHASED, 380),
    LicenceStory("h3", T.HEAVY_ION, ISSUED, 600),
    LicenceStory("h4", T.PET_MR, ISSUED, 300),
    LicenceStory("h1", T.GAMMA_KNIFE, COMPLETE, 150),
    LicenceStory("h1", T.PET_CT, COMPLETE, 220),
    LicenceStory("h1", T.LINAC, COMPLETE, 40),
    LicenceStory("h2", T.SURGICAL_ROBOT, COMPLETE, 95),
    LicenceStory("h2", T.LINAC, COMPLETE, 310),
    LicenceStory("h3", T.PET_CT, COMPLETE, 180),
    LicenceStory("h3", T.TOMOTHERAPY, COMPLETE, 260),
    LicenceStory("h3", T.LINAC, COMPLETE, 20),
    LicenceStory("h4", T.LINAC, COMPLETE, 130),
    LicenceStory("h4", T.GAMMA_KNIFE, COMPLETE, 400),
    LicenceStory("h2", T.PROTON, LAPSED, -90),
    LicenceStory("h4", T.PET_CT, LAPSED, -140),
    LicenceStory("h3", T.X_RAY_RADIOSURGERY, LAPSED, -60),
]


@dataclass(frozen=True)
class Act:
    """One step of a licence: on which day, by whom (a user name), what."""

    day: date
    who: str
    action: str
    data: Mapping[str, object]


def issued_on(story: LicenceStory, today: date) -> date:
    """The day of issue that leads to the limit, before it was extended."""
    limit = today + timedelta(days=story.left - story.extended_by)
    day = limit - timedelta(days=732)
    while limit_of_years(day, 2) < limit:
        day += timedelta(days=1)
    return day


def original(story: LicenceStory, place: int, today: date) -> dict[str, object]:
    """What the original says; `place` is the story's in the list."""
    city, name, code = next(rest for key, *rest in HOSPITALS if key == story.hospital)
    issued, kind = issued_on(story, today), KINDS[story.kind]
    national = _is_national(story, today)
    ladder = place % len(LADDERS)
    return {
        "licence_number": f"{'甲' if national else '乙'}10{kind.code}{ladder + 1}{FIRST_SERIAL + place:05d}",
        "unit_name": name + DEMO,
        "legal_representative": f"法定代表人{DEMO}",
        "ownership": Ownership.STATE,
        "device_address": f"{CITIES[city]}示例路 {place + 1} 号",
        "credit_code": code,
        "device_name": kind.name,
        "ladder_type": LADDERS[ladder],
        "issuing_authority": f"{'国家' if national else '江苏省'}卫生健康委员会{DEMO}",
        "issued_on": issued.isoformat(),
    }


def _is_national(story: LicenceStory, today: date) -> bool:
    """Is it of category A?"""
    return licence_class(story.kind, issued_on(story, today)) is LicenceClass.NATIONAL


def _proposed(story: LicenceStory, place: int, today: date) -> dict[str, object]:
    """The day of issue as the unit says that it stands on the paper."""
    later = (issued_on(story, today) + timedelta(days=30)).isoformat()
    return {**original(story, place, today), "issued_on": later, "reason": "登记日期与正本不符"}


def acts(story: LicenceStory, place: int, today: date, first: date) -> Iterator[Act]:
    """The steps, none before `first`, on days of the past."""
    contact = "licence" if story.hospital == "h1" else f"{story.hospital}-licence"
    authority = "nation" if _is_national(story, today) else "province"
    begin = max(first, issued_on(story, today) + timedelta(days=10)) + timedelta(days=place % 5)
    yield Act(begin, contact, "register", original(story, place, today))
    days = [begin + (today - begin) * share // 10 for share in (3, 5, 7, 9)]
    if story.reached in (PURCHASED, APPLIED, COMPLETE):
        bought = {"purchased_on": _before(days[0], 2), "contract": f"演示合同 {place + 1:03d}"}
        yield Act(days[0], contact, "purchase", bought)
    if story.reached in (APPLIED, COMPLETE):
        yield Act(days[1], contact, "apply", _duplicate(story, place, days[1]))
    if story.reached == COMPLETE:
        yield Act(days[2], authority, "issue", {})
    if story.extended_by:
        limit = {"limit_on": (today + timedelta(days=story.left)).isoformat(), "reason": "厂家延迟交货"}
        yield Act(days[2], authority, "extend", limit)
    if story.planned_in is not None:
        planned = {"planned_on": (today + timedelta(days=story.planned_in)).isoformat()}
        yield Act(_told_on(today), contact, "acknowledge", planned)
    if story.reached == LAPSED:
        yield Act(days[3], authority, "lapse", {"reason": "逾期未配置"})
    if story.proposes:
        yield Act(_told_on(today), contact, "propose", _proposed(story, place, today))


def _told_on(today: date) -> date:
    """The day on which the stage that runs was told at the latest."""
    return today - timedelta(days=HISTORY_DAYS)


def _duplicate(story: LicenceStory, place: int, day: date) -> dict[str, object]:
    kind = KINDS[story.kind]
    return {
        "maker": kind.maker,
        "model": kind.model,
        "duplicate_ladder_type": LADDERS[(place + (story.reached == APPLIED and place % 2)) % len(LADDERS)],
        "serial": f"DEMO-{kind.prefix}-{FIRST_SERIAL + place:04d}",
        "installed_on": _before(day, 1),
        "reported_on": day.isoformat(),
    }


def _before(day: date, days: int) -> str:
    return (day - timedelta(days=days)).isoformat()
