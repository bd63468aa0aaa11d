"""Keeping the calendar of working days (调休): the days that the State Council's notice moves, entered each autumn.

Deadlines that run already keep their due times; what begins from now on counts with the new days.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from storage import calendar_days
from storage.calendar_days import Override
from storage.clock import SHANGHAI
from storage.directory import Viewer
from storage.texts import N_
from workflows.administration.office import By, Change, Desk, Office
from workflows.calendar import Calendar
from workflows.definition import Form
from workflows.errors import FormInvalid, NotPermitted
from workflows.forms import fill_in
from workflows.identity.roles import Role

KEEP = N_("keep the calendar of working days")
ASKED_FROM_MONTH = 11
LONGEST_NOTE = 200
YEARS = range(2000, 2101)
WORDS = {
    "work": True, "working": True, "班": True, "上班": True, "调休上班": True, "工作日": True,
    "off": False, "free": False, "休": False, "休息": False, "放假": False, "休息日": False,
}  # fmt: skip
LINE = re.compile(
    r"(?P<day>\d{4}[-/.]\d{1,2}[-/.]\d{1,2})[\s,，;；]+(?P<word>[^\s,，;；]+)[\s,，;；]*(?P<note>.*)"
)
NOT_UNDERSTOOD = N_(
    "Line {line} is not valid: “{words}”. Please write date and “work” or “off”, as in 2027-02-06 work."
)
TWICE = N_("Line {line}: {day} appears twice.")
NOTE_LONG = N_("Line {line}: the note has more than {most} characters.")
YEAR_ODD = N_("Line {line}: please check the year.")


class DayLines(Form):
    """Days that differ, one a line, as pasted from a notice or a spreadsheet."""

    lines: Annotated[str, StringConstraints(min_length=1, max_length=20_000)] = Field(
        title=N_("Days, one a line"),
        description=N_("Date, “work” or “off”, and an optional note: 2027-02-06 work Spring Festival"),
        json_schema_extra={"kind": "textarea"},
    )


async def enter(office: Office, by: By, data: Mapping[str, Any]) -> list[date]:
    """Enter days, all or none; those that changed. Raises `FormInvalid`, `NotPermitted`, `DatabaseAway`."""
    await _check_keeps(office, by)
    days = parse(fill_in(DayLines, data).lines)
    async with office.writing(by) as desk:
        before = await calendar_days.at(desk.connection, [d.day for d in days])
        changed = await calendar_days.enter(desk.connection, days, by.viewer.person_id)
        for d in days:
            if d.day in changed:
                await _record(desk, "calendar.enter", d.day, before.get(d.day), d)
    return changed


async def remove(office: Office, by: By, day: date) -> None:
    """Take a day back: it counts as in the statutory calendar again. Raises `NotPermitted`, `DatabaseAway`."""
    await _check_keeps(office, by)
    async with office.writing(by) as desk:
        was = await calendar_days.remove(desk.connection, day)
        if was is not None:
            await _record(desk, "calendar.remove", day, was, None)


async def set_complete(office: Office, by: By, year: int, *, complete: bool) -> None:
    """Say whether all days of a year are entered. Raises `NotPermitted`, `DatabaseAway`."""
    await _check_keeps(office, by)
    async with office.writing(by) as desk:
        if await calendar_days.set_complete(desk.connection, year, complete, by.viewer.person_id):
            was, now = {"complete": not complete}, {"complete": complete}
            change = Change("calendar.complete", _place(by), "calendar", year, str(year), was, now)
            await desk.record(change)


def asks_for(calendar_now: Calendar, now: datetime) -> int | None:
    """The year whose days should be entered by now: from November on the next one, while it is not known."""
    today = now.astimezone(SHANGHAI)
    year = today.year + (today.month >= ASKED_FROM_MONTH)
    unknown = calendar_now.is_provisional(datetime(year, 6, 1, tzinfo=SHANGHAI))
    return year if unknown else None


def parse(text: str) -> list[Override]:
    """The days of the lines; raises `FormInvalid` that says which line is wrong."""
    days: dict[date, Override] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            found = _parsed(number, line.strip())
            if found.day in days:
                raise _wrong(TWICE, line=number, day=found.day.isoformat())
            days[found.day] = found
    return list(days.values())


def _parsed(number: int, line: str) -> Override:
    match = LINE.fullmatch(line)
    is_workday = WORDS.get(match["word"].lower()) if match else None
    if match is None or is_workday is None:
        raise _wrong(NOT_UNDERSTOOD, line=number, words=line[:40])
    try:
        day = date(*(int(part) for part in re.split(r"[-/.]", match["day"])))
    except ValueError:
        raise _wrong(NOT_UNDERSTOOD, line=number, words=line[:40]) from None
    if day.year not in YEARS:
        raise _wrong(YEAR_ODD, line=number)
    if len(match["note"]) > LONGEST_NOTE:
        raise _wrong(NOTE_LONG, line=number, most=LONGEST_NOTE)
    return Override(day, is_workday, match["note"].strip())


def _wrong(text: str, **params: Any) -> FormInvalid:
    return FormInvalid({"lines": (text, params)})


async def keeps(office: Office, viewer: Viewer) -> bool:
    """May the viewer keep the calendar for everybody? Raises `DatabaseAway`."""
    places = [grant.path for grant in viewer.grants if grant.role == Role.ADMINISTRATOR]
    return await calendar_days.are_kept_at(office.db, places)


async def _check_keeps(office: Office, by: By) -> None:
    if not await keeps(office, by.viewer):
        raise NotPermitted(action_text=KEEP)


async def _record(desk: Desk, action: str, day: date, was: Override | None, now: Override | None) -> None:
    await desk.record(
        Change(action, _place(desk.by), "calendar", day.year, day.isoformat(), _fields(was), _fields(now))
    )


def _fields(override: Override | None) -> dict[str, Any]:
    return {} if override is None else {"is_workday": override.is_workday, "note": override.note}


def _place(by: By) -> int | None:
    """The calendar belongs to nobody in particular: auditors of the highest place that keeps it read of it."""
    held = [grant for grant in by.viewer.grants if grant.role == Role.ADMINISTRATOR]
    return min(held, key=lambda grant: len(grant.path)).organisation_id if held else None
