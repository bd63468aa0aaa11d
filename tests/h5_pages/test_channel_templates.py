"""The table of texts for approval on pages: saved, filled in, brought back whole or not at all."""

import io
import json
from typing import Any

from openpyxl import load_workbook

from tests.support.pages import Answer, Pages, Visitor
from tests.support.sms import sms_secrets, sms_settings
from tests.support.world import add_account, add_person
from workflows.identity.roles import Role

TEMPLATES = "SELECT settings FROM channel_account WHERE id = $1"
KIND, TEXT, CODE = 0, 3, 6


async def admin(pages: Pages) -> Visitor:
    person = await add_person(pages.db, pages.world.hospital, "Administrator", Role.ADMINISTRATOR)
    return await pages.person(person)


async def account(pages: Pages, kind: str = "sms") -> int:
    settings = sms_settings() if kind == "sms" else {}
    secrets = sms_secrets() if kind == "sms" else {}
    return await add_account(pages.db, pages.world.hospital, kind, "Our SMS", settings, secrets, pages.master)


async def saved(visitor: Visitor, number: int) -> Any:
    """The table as a spreadsheet program opens it."""
    answer = await visitor.get(f"/admin/channels/{number}/templates.xlsx")
    assert answer.status == 200
    return load_workbook(io.BytesIO(answer.body))


async def brought(visitor: Visitor, number: int, book: Any) -> Answer:
    content = io.BytesIO()
    book.save(content)
    page = f"/admin/channels/{number}/templates"
    await visitor.get(page)
    return await visitor.post_files(page, {"seen_version": "1"}, ("table.xlsx", content.getvalue()))


async def codes(pages: Pages, number: int) -> dict[str, str]:
    row = await pages.db.fetchrow(TEMPLATES, number)
    assert row is not None
    return {kind: template["code"] for kind, template in row["settings"]["templates"].items()}


async def test_ids_written_into_the_saved_table_serve_their_kinds(pages: Pages) -> None:
    visitor, number = await admin(pages), await account(pages)
    book = await saved(visitor, number)
    for row in list(book.active.iter_rows(min_row=3))[:2]:
        row[CODE].value = f"SMS_{row[KIND].row}"
    answer = await brought(visitor, number, book)
    assert answer.status == 303, answer.text
    assert len(await codes(pages, number)) == 3
    page = await visitor.get(answer.location)
    assert "3 of " in page.text
    trail = await pages.db.fetchrow("SELECT action FROM audit ORDER BY id DESC LIMIT 1")
    assert trail is not None
    assert trail["action"] == "channel_account.change"


async def test_one_wrong_line_leaves_everything_as_it_was(pages: Pages) -> None:
    visitor, number = await admin(pages), await account(pages)
    before = await codes(pages, number)
    book = await saved(visitor, number)
    first, second, third = list(book.active.iter_rows(min_row=3))[:3]
    first[CODE].value = "SMS_1"
    second[CODE].value, second[TEXT].value = "SMS_2", "没有变量的文字"
    third[CODE].value = 1110001
    answer = await brought(visitor, number, book)
    assert answer.status == 422
    assert "Row 4" in answer.text
    assert "Row 5" in answer.text
    assert "An id of this provider looks like SMS_123456789." in answer.text
    assert await codes(pages, number) == before


async def test_a_table_without_ids_says_so(pages: Pages) -> None:
    visitor, number = await admin(pages), await account(pages)
    book = await saved(visitor, number)
    for row in book.active.iter_rows(min_row=2):
        row[CODE].value = None
    answer = await brought(visitor, number, book)
    assert answer.status >= 400
    assert "No line of this table has an approved id" in answer.text


async def test_something_else_than_a_spreadsheet_is_refused(pages: Pages) -> None:
    visitor, number = await admin(pages), await account(pages)
    page = f"/admin/channels/{number}/templates"
    await visitor.get(page)
    answer = await visitor.post_files(page, {"seen_version": "1"}, ("table.xlsx", b"PK\x03\x04 no"))
    assert answer.status >= 400
    assert await codes(pages, number) == {"default": "SMS_100000001"}


async def test_an_account_without_templates_has_no_table(pages: Pages) -> None:
    visitor, number = await admin(pages), await account(pages, "email")
    assert (await visitor.get(f"/admin/channels/{number}/templates")).status == 404


async def test_saved_table_comes_back_unchanged_and_changes_nothing(pages: Pages) -> None:
    visitor, number = await admin(pages), await account(pages)
    before = await pages.db.fetchrow(TEMPLATES, number)
    answer = await brought(visitor, number, await saved(visitor, number))
    assert "The account already has all ids of this table" in answer.text
    assert await pages.db.fetchrow(TEMPLATES, number) == before


async def test_where_somebody_reads_english_there_are_english_texts_too(pages: Pages) -> None:
    visitor, number = await admin(pages), await account(pages)
    await pages.db.execute("UPDATE person SET language = NULL")
    kinds = {row[KIND].value for row in (await saved(visitor, number)).active.iter_rows(min_row=2)}
    assert "repair.received" in kinds
    assert not [kind for kind in kinds if "@" in kind]
    await pages.db.execute("UPDATE person SET language = 'en' WHERE id = $1", pages.world.reporter)
    kinds = {row[KIND].value for row in (await saved(visitor, number)).active.iter_rows(min_row=2)}
    assert {"default@en", "repair.received@en"} <= kinds


async def test_account_with_every_text_in_two_languages_can_still_be_changed(pages: Pages) -> None:
    visitor, number = await admin(pages), await account(pages)
    await pages.db.execute("UPDATE person SET language = 'en'")
    book = await saved(visitor, number)
    for row in book.active.iter_rows(min_row=3):
        row[CODE].value = f"SMS_{100000000 + row[KIND].row}"
    answer = await brought(visitor, number, book)
    assert answer.status == 303, answer.text
    known = await pages.db.fetchrow(TEMPLATES, number)
    assert known is not None
    url, asked = f"/admin/channels/{number}/edit", known["settings"]
    await visitor.get(url)
    templates = json.dumps(asked["templates"], ensure_ascii=False, indent=2)
    typed = {
        **asked,
        "name": "Our SMS",
        "templates": templates,
        "price_per_part": "0.05",
        "seen_version": "2",
    }
    answer = await visitor.post(url, {name: str(value) for name, value in typed.items()})
    assert answer.status == 303, answer.text
    assert len(await codes(pages, number)) > 100


async def test_a_file_that_is_no_table_is_refused_by_its_name(pages: Pages) -> None:
    visitor, number = await admin(pages), await account(pages)
    page = f"/admin/channels/{number}/templates"
    await visitor.get(page)
    answer = await visitor.post_files(page, {"seen_version": "1"}, ("junk.xlsx", b"PK no table"))
    assert (answer.status, "junk.xlsx” is not accepted here" in answer.text) == (422, True)
