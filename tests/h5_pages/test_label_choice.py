"""Labels chosen by filter or by tick, on different papers; who printed is on record."""

import pypdfium2 as pdfium
import pytest

from tests.support.pages import Pages
from tests.support.world import add_device, add_organisation


def texts(body: bytes) -> str:
    with pdfium.PdfDocument(body) as document:
        return "".join(str(page.get_textpage().get_text_range()) for page in document)


async def test_ticked_devices_alone_are_printed_with_generation_and_day(pages: Pages) -> None:
    other = await add_device(pages.db, pages.world.department, "MR-0001", label="label-of-the-mr-scanner")
    engineer = await pages.person(pages.world.engineer)
    page = (await engineer.get("/labels")).text
    assert f'name="id" value="{other}" checked' in page
    sheet = await engineer.get(f"/labels.pdf?boxes=1&layout=roll-62x29&id={other}")
    assert "MR-0001" in texts(sheet.body)
    assert "CT-0001" not in texts(sheet.body)
    assert "Label 1, printed 2026-03-02" in texts(sheet.body)
    note = await pages.db.fetchrow("SELECT subject, person_id FROM audit WHERE action = 'labels.print'")
    assert note is not None
    assert tuple(note) == ("MR-0001", pages.world.engineer)


async def test_without_a_tick_nothing_is_printed(pages: Pages) -> None:
    engineer = await pages.person(pages.world.engineer)
    answer = await engineer.get("/labels.pdf?boxes=1")
    assert answer.status == 403
    assert "Please tick at least one device." in answer.text


async def test_filters_choose_and_other_hospitals_labels_are_never_printed(pages: Pages) -> None:
    elsewhere = await add_organisation(pages.db, "hospital", "Second Demo Hospital")
    foreign = await add_device(pages.db, elsewhere, "CT-0099", label="foreign-label")
    engineer = await pages.person(pages.world.engineer)
    assert "CT-0099" not in texts((await engineer.get("/labels.pdf?type=ct")).body)
    assert (await engineer.get(f"/labels.pdf?id={foreign}")).status == 404


@pytest.mark.parametrize("query", ["layout=a0", "id=x", "boxes=perhaps"])
async def test_a_wrong_choice_is_no_page(pages: Pages, query: str) -> None:
    assert (await (await pages.person(pages.world.engineer)).get(f"/labels.pdf?{query}")).status == 404


async def test_the_choice_is_for_those_who_print(pages: Pages) -> None:
    assert (await (await pages.person(pages.world.reporter)).get("/labels")).status == 403
