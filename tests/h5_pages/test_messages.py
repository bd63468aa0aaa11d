"""The ledger of messages: whose, how far each came, what it cost, and its way step by step."""

import io
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from storage.access import ledger
from storage.clock import SHANGHAI
from storage.sealing import MasterKey, new_master_key
from tests.support.pages import Pages, Visitor
from tests.support.world import add_account, add_card, add_organisation, add_person
from workflows.engine import Outcome
from workflows.identity.roles import Role

NOTE = """
INSERT INTO routing_note (at, message_id, what, reason, data)
VALUES ($2, $1, 'passed_over', 'Waits until {hour}', '{"hour": "7:00"}')
"""


async def administrator(pages: Pages, organisation: int | None = None) -> Visitor:
    place = organisation or pages.world.hospital
    return await pages.person(await add_person(pages.db, place, "Keeper", Role.ADMINISTRATOR))


async def told(pages: Pages, **changes: object) -> tuple[Outcome, int]:
    """A case whose engineer was sent an SMS; the delivery has these columns as well."""
    case = await pages.report(pages.world.reporter)
    sealer = MasterKey(new_master_key())
    account = await add_account(pages.db, pages.world.hospital, "sms", "Hospital's SMS", {}, {}, sealer)
    await add_card(pages.db, case.case_id, pages.world.engineer, account, "19900000001")
    row = await pages.db.fetchrow("SELECT message_id FROM delivery")
    assert row is not None
    await pages.db.execute("UPDATE message SET state = 'sent' WHERE id = $1", row["message_id"])
    for column, value in changes.items():
        await pages.db.execute(f"UPDATE delivery SET {column} = $1", value)
    return case, row["message_id"]


@pytest.mark.parametrize(
    ("column", "state"),
    [
        ("received_at", "delivered"),
        ("opened_at", "opened"),
        ("acted_at", "acted on"),
        ("recalled_at", "recalled"),
    ],
)
async def test_the_furthest_that_a_message_came_is_its_state(pages: Pages, column: str, state: str) -> None:
    case, _ = await told(pages, **{column: pages.clock.now()})
    visitor = await administrator(pages)
    listed = await visitor.get(f"/messages?case={case.number}&channel=sms")
    assert f">{state}</span>" in listed.text
    assert "1 of 1 are shown" in listed.text
    assert f"SMS · {state}" in (await visitor.get(f"/cases/{case.number}")).text


async def test_filters_narrow_the_list(pages: Pages) -> None:
    case, _ = await told(pages, state="refused", error="no such number")
    visitor = await administrator(pages)
    found = await visitor.get("/messages?outcome=failed")
    assert "1 of 1 are shown" in found.text
    assert "no such number" in found.text
    for query in ("outcome=opened", "channel=email", "case=WX2020-000001", "until=2020-01-01", "q=Nobody"):
        assert "There is no such message" in (await visitor.get(f"/messages?{query}")).text, query
    assert case.number in (await visitor.get(f"/messages?q={case.number}&workflow=repair")).text
    assert (await visitor.get("/messages?outcome=lost")).status == 404


async def test_everybody_sees_their_own_and_administrators_what_is_theirs(pages: Pages) -> None:
    case, message = await told(pages)
    elsewhere = await administrator(pages, await add_organisation(pages.db, "hospital", "Elsewhere"))
    own, other = await pages.person(pages.world.engineer), await pages.person(pages.world.reporter)
    assert (await own.get(f"/messages/{message}")).status == 200
    assert (await (await administrator(pages)).get(f"/messages/{message}")).status == 200
    for visitor in (elsewhere, other):
        assert (await visitor.get(f"/messages/{message}")).status == 404
        assert f"/messages/{message}" not in (await visitor.get("/messages")).text
    timeline = (await other.get(f"/cases/{case.number}")).text
    assert f"/messages/{message}" not in timeline


async def test_the_way_of_a_message_is_told_in_the_order_of_time(pages: Pages) -> None:
    at = pages.clock.now()
    _, message = await told(
        pages, tries=2, finished_at=at + timedelta(seconds=2), received_at=at + timedelta(seconds=9)
    )
    await pages.db.execute(NOTE, message, at + timedelta(seconds=1))
    way = (
        "Queued",
        "attempts: 2",
        "was skipped",
        "Waits until 7:00",
        "accepted by the provider",
        "SMS: arrived",
    )
    text = (await (await administrator(pages)).get(f"/messages/{message}")).text
    places = [text.index(words) for words in way]
    assert places == sorted(places)


async def test_what_is_still_to_come_is_told_last(pages: Pages) -> None:
    _, message = await told(pages)
    later = pages.clock.now() + timedelta(hours=3)
    await pages.db.execute(
        "UPDATE message SET state = 'queued', held = 'quiet', next_at = $2 WHERE id = $1", message, later
    )
    page = await (await administrator(pages)).get(f"/messages/{message}")
    assert "Next attempt" in page.text
    assert "until the recipient&#39;s quiet hours are over" in page.text


async def test_a_message_told_along_with_others_leads_to_the_one_that_told_of_it(pages: Pages) -> None:
    _, digest = await told(pages)
    row = await pages.db.fetchrow("SELECT id FROM message WHERE id <> $1 ORDER BY id LIMIT 1", digest)
    assert row is not None
    await pages.db.execute(
        "UPDATE message SET state = 'bundled', bundle_id = $2 WHERE id = $1", row["id"], digest
    )
    visitor = await administrator(pages)
    assert f'href="/messages/{digest}"' in (await visitor.get(f"/messages/{row['id']}")).text
    assert f'href="/messages/{row["id"]}"' in (await visitor.get(f"/messages/{digest}")).text
    assert "grouped with other messages" in (await visitor.get("/messages?outcome=bundled")).text


async def test_costs_are_summed_by_month_and_channel_for_the_filter(pages: Pages) -> None:
    await told(pages, parts=3, cost=0.135)
    visitor = await administrator(pages)
    listed = (await visitor.get("/messages")).text
    assert "Quantity and cost by month" in listed
    assert "¥0.14" in listed
    assert "Quantity and cost by month" not in (await visitor.get("/messages?channel=email")).text


async def test_the_list_leaves_as_a_spreadsheet_and_that_is_on_record(pages: Pages) -> None:
    case, _ = await told(pages, parts=2, received_at=pages.clock.now())
    answer = await (await administrator(pages)).get("/messages/export.xlsx?channel=sms")
    sheet = load_workbook(io.BytesIO(answer.body)).active
    assert isinstance(sheet, Worksheet)
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 2
    line = dict(zip(rows[0], rows[1], strict=True))
    assert (line["Case"], line["State"], line["Parts"]) == (case.number, "delivered", 2)
    taken = await pages.db.fetchrow("SELECT subject FROM audit WHERE action = 'export'")
    assert taken is not None
    assert taken["subject"] == "messages"


async def test_auditors_see_what_administrators_see(pages: Pages) -> None:
    case, message = await told(pages)
    auditor = await pages.person(await add_person(pages.db, pages.world.hospital, "Auditor", Role.AUDITOR))
    assert f"/messages/{message}" in (await auditor.get(f"/messages?case={case.number}")).text
    assert (await auditor.get(f"/messages/{message}")).status == 200
    assert 'href="/messages"' in (await auditor.get("/admin")).text


async def test_steps_of_a_message_are_told_to_the_second(pages: Pages) -> None:
    at = pages.clock.now() + timedelta(seconds=9)
    _, message = await told(pages, tries=1, received_at=at)
    page = await (await administrator(pages)).get(f"/messages/{message}")
    assert f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}" in page.text


async def test_a_list_of_one_persons_messages_names_them(pages: Pages) -> None:
    await told(pages)
    page = await (await administrator(pages)).get(f"/messages?person={pages.world.engineer}")
    assert "Person: Engineer" in page.text
    assert 'name="person" value=' in page.text


async def test_days_the_other_way_round_mean_the_same(pages: Pages) -> None:
    case, _ = await told(pages)
    visitor = await administrator(pages)
    for query in ("since=2026-01-01&until=2027-01-01", "since=2027-01-01&until=2026-01-01"):
        assert case.number in (await visitor.get(f"/messages?{query}")).text, query


async def test_pages_of_the_ledger_hold_every_row_once(pages: Pages) -> None:
    await told(pages)
    more = (
        "INSERT INTO message (created_at, case_version, kind, person_id, lane, variables, next_at, state) "
        "SELECT $1, 0, 'digest.list', $2, '', '{\"count\": 2}', $1, 'sent' FROM generate_series(1, 120)"
    )
    await pages.db.execute(more, pages.clock.now(), pages.world.engineer)
    engineer = await pages.person(pages.world.engineer)
    rows, url = list[str](), "/messages?sort=at"
    while url:
        text = (await engineer.get(url)).text
        rows += re.findall(r'<td class="lead"><a href="/messages/(\d+)"', text)
        url = unescape("".join(re.findall(r'rel="next" href="([^"]+)"', text)))
    assert len(rows) > 120
    assert rows == sorted(set(rows), key=int)


async def test_a_ledger_of_more_than_can_be_counted_at_once_says_so(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    await told(pages)
    monkeypatch.setattr(ledger, "LINES", replace(ledger.LINES, most_counted=1))
    monkeypatch.setattr(ledger, "MOST_COUNTED", 1)
    assert "of more than 1 are shown" in (await (await administrator(pages)).get("/messages")).text
