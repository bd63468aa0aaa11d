"""Every function that reads for a viewer shows somebody from elsewhere nothing."""

import importlib
import inspect
import pkgutil
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest

from storage import access
from storage.access import (
    NotVisible,
    calendar,
    cases,
    devices,
    files,
    licences,
    messages,
    patients,
    people,
    sensors,
)
from storage.access.cases import DetailTable, Duty
from storage.access.device_lists import Wanted, listed
from storage.database import Database
from storage.directory import Grant, Viewer
from storage.paging import Order
from tests.support.account_reads import ACCOUNT_READS, WITHOUT_SIGN_IN, make_account
from tests.support.case_details import make_details
from tests.support.channel_reads import CHANNEL_READS, make_channel
from tests.support.desk import Desk, open_desk
from tests.support.device_reads import DEVICE_READS, make_device_records
from tests.support.duty_reads import DUTY_READS
from tests.support.house_calls import HOUSE_CALLS
from tests.support.ledger_reads import LEDGER_READS, make_delivery
from tests.support.listener_reads import LISTENER_READS
from tests.support.own_notice_reads import OWN_NOTICE_READS
from tests.support.trail_reads import TRAIL_READS
from tests.support.world import DEVICE_NUMBER, LABEL, add_organisation, add_person
from workflows.engine import Outcome
from workflows.identity.roles import Role

SHA, PHOTO = "a" * 64, "photo-key"
NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
MAKE_PHOTO = """
WITH f AS (INSERT INTO stored_file (sha256, size, media_type, stored_at) VALUES ($2, 1, 'image/png', now()))
INSERT INTO attachment (case_id, file_id, version, name, public_key) VALUES ($1, $2, 1, 'front.png', $3)
"""
MAKE_DAY = """
INSERT INTO calendar_override (day, is_workday, note, set_by_id) VALUES ('2027-02-06', true, '', $1)
ON CONFLICT DO NOTHING
"""
MAKE_LOOK = """
INSERT INTO audit (at, person_id, case_id, door, client, action, subject, data, organisation_id, subject_kind,
                   subject_id)
SELECT now(), $1, c.id, 'page', '', 'look', '', '{"fields": ["name"]}', c.organisation_id, 'case', c.id
  FROM work_case c WHERE c.id = $2
"""


@dataclass(frozen=True)
class Town:
    """One case with everything that hangs on it, and who looks at it."""

    db: Database
    desk: Desk
    case: Outcome
    message: int
    path: str
    insider: Viewer

    @property
    def root(self) -> str:
        return self.path.partition(".")[0] + "."


Call = Callable[[Town, Viewer], Awaitable[object]]


async def sealed_patient(town: Town, viewer: Viewer) -> object:
    async with town.db.connection() as connection:
        return await patients.patient(connection, viewer, town.case.number)


ADMIN = Role.ADMINISTRATOR
WANTED = licences.Wanted()
YEAR = (date(2028, 1, 1), date(2028, 12, 31))


async def licences_due(town: Town, viewer: Viewer) -> object:
    found = await licences.counts(town.db, viewer, WANTED, {"blue": YEAR})
    return [count for count in found.values() if count]


async def licences_counted(town: Town, viewer: Viewer) -> object:
    return await licences.total(town.db, viewer, WANTED) or ()


async def licences_listed(town: Town, viewer: Viewer) -> object:
    return (await licences.lines(town.db, viewer, WANTED, None, Order("limit"))).rows


async def calendar_names(town: Town, viewer: Viewer) -> object:
    await town.db.execute(MAKE_DAY, town.desk.administrator)
    return [line.set_by for line in (await calendar.year(town.db, viewer, 2027)).days if line.set_by]


DUTIES = [Duty("repair", "reported", role, None, [], False) for role in Role]
DETAILS = {"repair": DetailTable("repair", {})}
CALLS: dict[Callable[..., Any], Call] = {
    calendar.year: calendar_names,
    cases.todo: lambda t, v: cases.todo(t.db, v, DUTIES),
    cases.visible: lambda t, v: cases.visible(t.db, v, open_only=False),
    cases.find: lambda t, v: cases.find(t.db, v, t.case.number),
    cases.page: lambda t, v: cases.page(t.db, v, t.case.number, DETAILS, NOW),
    devices.record: lambda t, v: devices.record(t.db, v, t.desk.world.device),
    devices.by_number: lambda t, v: devices.by_number(t.db, v, DEVICE_NUMBER),
    files.attachment: lambda t, v: files.attachment(t.db, v, PHOTO),
    licences.cities: lambda t, v: licences.cities(t.db, v, WANTED),
    licences.code: lambda t, v: licences.code(t.db, v, t.case.number),
    licences.counts: licences_due,
    licences.lines: licences_listed,
    licences.total: licences_counted,
    licences.units: lambda t, v: licences.units(t.db, v, [Role.LICENCE_CONTACT]),
    messages.dead_letters: lambda t, v: messages.dead_letters(t.db, v, Role.ADMINISTRATOR),
    messages.check_dead_letter: lambda t, v: messages.check_dead_letter(
        t.db, v, Role.ADMINISTRATOR, t.message
    ),
    patients.patient: sealed_patient,
    patients.looks: lambda t, v: patients.looks(t.db, v, t.case.number, "look"),
    sensors.of_alarm: lambda t, v: sensors.of_alarm(t.db, v, t.case.number),
    sensors.of_device: lambda t, v: sensors.of_device(t.db, v, t.desk.world.device),
    **HOUSE_CALLS,
    people.candidates: lambda t, v: people.candidates(t.db, v, Role.ENGINEER, t.path, NOW),
    **ACCOUNT_READS,
    **CHANNEL_READS,
    **DEVICE_READS,
    **DUTY_READS,
    **LEDGER_READS,
    **LISTENER_READS,
    **OWN_NOTICE_READS,
    **TRAIL_READS,
}
WITHOUT_VIEWER = {
    **WITHOUT_SIGN_IN,
    "cards.card": "the provider showed the card to who presses it",
    "cards.notice": "the same; who presses must be whom it was sent to",
    "cases.by_link": "makes the viewer from a link",
    "devices.by_label": "the public minimum behind a QR code",
    "open_faults.of_device": "when and how far, without words or people, for whoever holds a label",
    "devices.was_replaced": "what a label says that was replaced",
    "notices.by_link": "the message behind a link in a mail",
    "notices.photo_by_link": "the photo at the head of a card, for whoever has the card",
    "licences.public": "what a licence says to whoever holds it",
}
FOREIGNERS = ("head elsewhere", "administrator elsewhere", "no post", "nobody", "link of another case")


@pytest.fixture
async def town(database_url: str) -> AsyncIterator[Town]:
    async with open_desk(database_url) as desk:
        case = await desk.report()
        await desk.db.execute(MAKE_PHOTO, case.case_id, SHA, PHOTO)
        await make_details(desk.db, case.case_id)
        # A city among the case's organisations; which level it stands at does not matter here.
        await desk.db.execute("UPDATE organisation SET kind = 'city' WHERE id = $1", desk.world.department)
        await desk.db.execute(MAKE_LOOK, desk.world.head, case.case_id)
        await make_device_records(desk, SHA)
        await desk.db.execute("UPDATE message SET state = 'dead', finished_at = now()")
        await make_account(desk)
        await make_channel(desk)
        await make_delivery(desk, case)
        message = await desk.value("SELECT min(id) FROM message")
        path = await desk.value("SELECT path FROM organisation WHERE id = $1", desk.world.department)
        grants = tuple(Grant(role, desk.world.hospital, path.partition(".")[0] + ".") for role in Role)
        yield Town(desk.db, desk, case, message, path, Viewer("Insider", desk.administrator, grants=grants))


async def foreigner(town: Town, kind: str) -> Viewer:
    desk = town.desk
    if kind == "nobody":
        return Viewer("")
    if kind == "link of another case":
        other = await desk.report_without_account()
        assert other.participant_id is not None
        await desk.db.execute(
            "UPDATE work_case SET organisation_id = $2, device_id = NULL WHERE id = $1",
            other.case_id,
            await add_organisation(desk.db, "hospital", "Third"),
        )
        return (await cases.by_link(town.db, other.participant_id))[0]
    elsewhere = await add_organisation(desk.db, "hospital", "Third Demo Hospital")
    role = {"head elsewhere": Role.EQUIPMENT_HEAD, "administrator elsewhere": Role.ADMINISTRATOR}.get(kind)
    return await desk.viewer(await add_person(desk.db, elsewhere, kind, role))


def public_functions() -> dict[str, Callable[..., Any]]:
    """Every function of `storage.access` that front doors may call."""
    found = {}
    for info in pkgutil.iter_modules(access.__path__):
        module = importlib.import_module(f"storage.access.{info.name}")
        for name, function in inspect.getmembers(module, inspect.iscoroutinefunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                found[f"{info.name}.{name}"] = function
    return found


def takes_viewer(function: Callable[..., Any]) -> bool:
    return any(p.annotation in (Viewer, "Viewer") for p in inspect.signature(function).parameters.values())


def test_every_function_takes_a_viewer_or_says_why_not() -> None:
    without = {name for name, function in public_functions().items() if not takes_viewer(function)}
    assert without == set(WITHOUT_VIEWER)


def test_every_function_that_takes_a_viewer_is_tried_here() -> None:
    assert {f for f in public_functions().values() if takes_viewer(f)} == set(CALLS)


async def seen(call: Call, town: Town, viewer: Viewer) -> bool:
    """Did the viewer get anything at all?"""
    try:
        result = await call(town, viewer)
    except NotVisible:
        return False
    return len(result) > 0 if isinstance(result, Sequence) else True


async def test_who_belongs_there_sees_everything(town: Town) -> None:
    unseen = [f.__name__ for f, call in CALLS.items() if not await seen(call, town, town.insider)]
    assert unseen == []


@pytest.mark.parametrize("kind", FOREIGNERS)
async def test_who_belongs_elsewhere_sees_nothing(town: Town, kind: str) -> None:
    viewer = await foreigner(town, kind)
    calls = {
        f.__name__: call for f, call in CALLS.items() if not (kind.startswith("link") and f is cases.visible)
    }
    assert [name for name, call in calls.items() if await seen(call, town, viewer)] == []


async def test_who_has_a_part_sees_that_case_and_no_other(town: Town) -> None:
    opened = await town.desk.report_without_account()
    assert opened.participant_id is not None
    viewer, number = await cases.by_link(town.db, opened.participant_id)
    assert number == opened.number
    assert [line.number for line in await cases.visible(town.db, viewer)] == [opened.number]


async def test_a_part_that_has_ended_shows_nothing_more(town: Town) -> None:
    opened = await town.desk.report_without_account()
    assert opened.participant_id is not None
    viewer, _ = await cases.by_link(town.db, opened.participant_id)
    await town.db.execute("UPDATE participant SET ended_at = now() WHERE id = $1", opened.participant_id)
    assert await cases.visible(town.db, viewer) == []
    with pytest.raises(NotVisible):
        await cases.by_link(town.db, opened.participant_id)


async def test_a_link_is_not_made_for_who_has_an_account(town: Town) -> None:
    reporter = await town.desk.value("SELECT id FROM participant WHERE case_id = $1", town.case.case_id)
    with pytest.raises(NotVisible):
        await cases.by_link(town.db, reporter)


async def test_a_revoked_label_shows_nothing(town: Town) -> None:
    assert (await devices.by_label(town.db, LABEL)).number == DEVICE_NUMBER
    await town.db.execute("UPDATE device_label SET revoked_at = now()")
    with pytest.raises(NotVisible):
        await devices.by_label(town.db, LABEL)


def test_a_grant_reaches_below_its_organisation_and_not_its_namesakes() -> None:
    grant = Grant(Role.ENGINEER, 1, "1.")
    assert [grant.covers(path) for path in ("1.", "1.4.17.", "11.", "4.1.", "")] == [
        True,
        True,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize("words", ["%", "_", "\\", "'", "100%", "a\\%"])
async def test_words_to_search_for_are_no_patterns(town: Town, words: str) -> None:
    found = await listed(town.db, town.insider, Wanted(words=words), Order("number"))
    assert all(words in f"{device}" for device in found.rows)
