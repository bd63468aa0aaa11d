"""The audit page: who did what, when, from where; in words, by scope, with filters, and itself on record."""

import io
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from openpyxl import load_workbook

from h5_pages.times import to_the_second
from storage.audit import AuditRow, append
from tests.support.pages import Answer, Pages, Visitor
from tests.support.world import DEVICE_NUMBER, add_organisation, add_person
from workflows.identity.roles import Role


async def auditor(pages: Pages, role: Role = Role.AUDITOR) -> Visitor:
    return await pages.person(await add_person(pages.db, pages.world.hospital, "Auditor", role))


async def note(pages: Pages, action: str, subject: str, organisation: int | None = None, **more: Any) -> None:
    row = AuditRow(pages.clock.now(), pages.world.head, None, "page", "198.51.100.7", action, subject)
    async with pages.db.connection() as connection:
        await append(connection, replace(row, organisation_id=organisation or pages.world.hospital, **more))


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
async def test_a_change_is_told_in_words_with_before_and_after(pages: Pages, role: Role) -> None:
    changed: dict[str, Any] = {"before": {"location": "Room 1"}, "after": {"location": "Room 2"}}
    subject: dict[str, Any] = {"subject_kind": "device", "subject_id": pages.world.device}
    await note(pages, "device.move", DEVICE_NUMBER, **subject, **changed)
    page = await (await auditor(pages, role)).get("/admin/audit")
    assert page.status == 200
    for words in ("Device: moved", "Head", "198.51.100.7", "Place:", "Room 1 → Room 2", "phone page"):
        assert words in page.text, words
    assert f'href="/devices/{pages.world.device}">{DEVICE_NUMBER}</a>' in page.text


async def test_steps_of_cases_stand_between_the_other_rows(pages: Pages) -> None:
    case = await pages.report(pages.world.reporter)
    page = await (await auditor(pages)).get(f"/admin/audit?case={case.number}")
    assert "1 of 1 are shown" in page.text
    assert f'href="/cases/{case.number}"' in page.text
    assert "Reporter" in page.text


async def test_what_stands_for_a_kind_is_told_in_words(pages: Pages) -> None:
    visitor = await auditor(pages)
    await visitor.get("/admin/audit?kind=channel_account")
    page = (await visitor.get("/admin/audit?action=audit.look")).text
    assert "<td>Audit</td>" in page
    assert "Kind: Channel account" in page


async def test_times_are_to_the_second_and_the_service_is_no_stranger(pages: Pages) -> None:
    row = AuditRow(pages.clock.now(), None, None, "system", "", "policy.set", "by itself")
    async with pages.db.connection() as connection:
        await append(connection, replace(row, organisation_id=pages.world.hospital))
    page = (await (await auditor(pages)).get("/admin/audit?action=policy.set")).text
    assert to_the_second(pages.clock.now()) in page
    assert "nobody signed in" not in page


@pytest.mark.parametrize("role", [Role.ENGINEER, Role.SAFETY_OFFICER])
async def test_others_may_not_read_it(pages: Pages, role: Role) -> None:
    visitor = await auditor(pages, role)
    assert (await visitor.get("/admin/audit")).status == 403
    assert (await visitor.get("/admin/audit/export.xlsx")).status == 403


async def test_nobody_reads_of_another_hospital(pages: Pages) -> None:
    elsewhere = await add_organisation(pages.db, "hospital", "Elsewhere")
    await note(pages, "policy.set", "secret of elsewhere", elsewhere)
    await note(pages, "policy.set", "ours")
    visitor = await auditor(pages)
    page = await visitor.get("/admin/audit?kind=&action=policy.set")
    assert "ours" in page.text
    assert "secret of elsewhere" not in page.text
    assert "0 of 0" in (await visitor.get(f"/admin/audit?unit={elsewhere}")).text


async def test_looking_and_taking_a_file_are_on_record_with_their_filters(pages: Pages) -> None:
    visitor = await auditor(pages)
    await visitor.get("/admin/audit?q=Head&since=2026-03-01")
    await visitor.get("/admin/audit/export.xlsx?q=Head")
    rows = await pages.db.fetch(
        "SELECT action, client, after->'filters' AS filters FROM trail "
        "WHERE action IN ('audit.look', 'export') ORDER BY id"
    )
    assert [row["action"] for row in rows] == ["audit.look", "export"]
    assert rows[0]["filters"] == {"q": "Head", "since": "2026-03-01"}
    assert all(row["client"] for row in rows)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=beta", {"beta"}),
        ("q=198.51.100.7", {"alpha", "beta", "gamma"}),
        ("action=person.change", {"alpha", "beta"}),
        ("kind=policy", {"gamma"}),
        ("since=2026-03-03&action=person.change", {"beta"}),
        ("until=2026-03-02&q=a", {"alpha"}),
        ("since=2026-03-02&until=2026-03-01&q=a", {"alpha"}),
    ],
)
async def test_filters_narrow_it(pages: Pages, query: str, found: set[str]) -> None:
    await note(pages, "person.change", "alpha", subject_kind="person")
    pages.clock.forward(timedelta(days=1))
    await note(pages, "person.change", "beta", subject_kind="person")
    await note(pages, "policy.set", "gamma", subject_kind="policy")
    page = await (await auditor(pages)).get(f"/admin/audit?{query}")
    assert {name for name in ("alpha", "beta", "gamma") if f">{name}</" in page.text} == found


def next_url(page: Answer) -> str:
    found = re.search(r'rel="next" href="([^"]+)"', page.text)
    assert found is not None
    return unescape(found[1])


@pytest.mark.parametrize("sort", ["", "at"])
async def test_following_pages_show_each_row_once(pages: Pages, sort: str) -> None:
    for number in range(60):  # all at one instant, from both tables
        await note(pages, "policy.set", f"row{number:02}.")
    for number in range(5):
        await pages.report(pages.world.reporter, f"fault {number}")
    visitor = await auditor(pages)
    first = await visitor.get(f"/admin/audit?q=&sort={sort}")
    second = await visitor.get(next_url(first))
    seen = [
        name for page in (first, second) for name in (f"row{n:02}." for n in range(60)) if name in page.text
    ]
    assert sorted(seen) == [f"row{n:02}." for n in range(60)]


async def test_a_spreadsheet_holds_the_whole_list(pages: Pages) -> None:
    for number in range(3):
        await note(
            pages, "policy.set", f"limit {number}", before={"value": number}, after={"value": number + 1}
        )
    answer = await (await auditor(pages)).get("/admin/audit/export.xlsx?action=policy.set")
    sheet = load_workbook(io.BytesIO(answer.body)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:4] == ("Time", "Who", "What was done", "Code")
    assert [row[5] for row in rows[1:]] == ["limit 2", "limit 1", "limit 0"]
    assert rows[1][7] == "Policy value: 2 → 3"


@pytest.mark.parametrize("query", ["until=0001-01-01", "kind=<b>", "unit=0", "since=never", "sort=x"])
async def test_a_made_up_address_is_not_found(pages: Pages, query: str) -> None:
    assert (await (await auditor(pages)).get(f"/admin/audit?{query}")).status == 404


async def test_records_tell_their_own_history_to_who_may_read_it(pages: Pages) -> None:
    subject: dict[str, Any] = {"subject_kind": "person", "subject_id": pages.world.engineer}
    await note(pages, "person.change", "Engineer", before={"title": "A"}, after={"title": "B"}, **subject)
    visitor = await auditor(pages, Role.ADMINISTRATOR)
    page = await visitor.get(f"/admin/people/{pages.world.engineer}")
    assert "What was changed: 1" in page.text
    assert "Person: changed" in page.text
    assert "A → B" in page.text
    assert "What was changed" not in (await visitor.get(f"/admin/people/{pages.world.head}")).text
