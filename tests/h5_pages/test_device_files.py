"""Photos and documents of devices: taken by their content, in scope alone, scanned where a scanner is set up."""

import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from storage.scanning import Clamd
from tests.support.clamd import EICAR, clamd
from tests.support.pages import Answer, Pages, Visitor, picture, running_pages
from tests.support.spreadsheets import spreadsheet
from tests.support.world import LABEL, add_organisation, add_person
from workflows.identity.roles import Role

PDF = b"%PDF-1.7\n%synthetic\n"


def archive(*names: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        for name in names:
            packed.writestr(name, "x")
    return content.getvalue()


def files(pages: Pages) -> str:
    return f"/devices/{pages.world.device}/files"


async def add(pages: Pages, visitor: Visitor, kind: str, *chosen: tuple[str, bytes]) -> Answer:
    await visitor.get(files(pages))
    return await visitor.post_files(files(pages), {"kind": kind}, *chosen)


async def key(pages: Pages, nth: int = 0) -> str:
    rows = await pages.db.fetch("SELECT public_key FROM device_file ORDER BY id")
    return str(rows[nth]["public_key"])


def noise(width: int, height: int) -> bytes:
    content = io.BytesIO()
    Image.effect_noise((width, height), 60).convert("RGB").save(content, "JPEG")
    return content.getvalue()


async def test_a_photo_is_shown_small_in_the_gallery_and_large_behind_it(pages: Pages) -> None:
    engineer = await pages.person(pages.world.engineer)
    assert (await add(pages, engineer, "photo", ("plate.jpg", noise(1600, 1200)))).status == 303
    page = (await engineer.get(f"/devices/{pages.world.device}")).text
    address = f"{files(pages)}/{await key(pages)}"
    assert f'src="{address}?small=1"' in page
    large, small = await engineer.get(address), await engineer.get(f"{address}?small=1")
    assert Image.open(io.BytesIO(large.body)).size == (1600, 1200)
    assert Image.open(io.BytesIO(small.body)).size == (320, 240)
    assert len(small.body) < 40_000


async def test_the_small_picture_of_an_old_photo_is_made_when_it_is_asked_for(pages: Pages) -> None:
    engineer = await pages.person(pages.world.engineer)
    await add(pages, engineer, "photo", ("plate.jpg", noise(800, 600)))
    await pages.db.execute("UPDATE stored_file SET thumbnail = NULL")
    small = await engineer.get(f"{files(pages)}/{await key(pages)}?small=1")
    assert Image.open(io.BytesIO(small.body)).size == (320, 240)
    assert await pages.db.fetch("SELECT 1 FROM stored_file WHERE thumbnail IS NOT NULL") != []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("manual.pdf", PDF),
        ("list.xlsx", spreadsheet(["a"])),
        ("letter.docx", archive("[Content_Types].xml", "word/document.xml")),
        ("talk.pptx", archive("[Content_Types].xml", "ppt/presentation.xml")),
    ],
)
async def test_documents_are_taken_as_they_are_and_never_run_by_a_browser(
    pages: Pages, name: str, content: bytes
) -> None:
    engineer = await pages.person(pages.world.engineer)
    assert (await add(pages, engineer, "manual", (name, content))).status == 303
    sent = await engineer.get(f"{files(pages)}/{await key(pages)}")
    assert sent.body == content
    assert sent.headers["Content-Type"] == "application/octet-stream"
    assert sent.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in sent.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("page.pdf", b"<html><script>alert(1)</script>", "is not accepted here"),
        ("run.pdf", b"MZ\x90\x00" + bytes(100), "is not accepted here"),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "is not accepted here"),
        ("any.docx", archive("hello.txt"), "is not accepted here"),
        ("macro.docx", archive("word/document.xml", "word/vbaProject.bin"), "contains macros"),
        ("plate.jpg", b"\xff\xd8\xff" + b"x" * 100, "picture"),
        ("huge.pdf", PDF + bytes(25 * 1024 * 1024), "is larger than 25 MB"),
    ],
)
async def test_anything_else_is_refused_by_its_content_and_says_so(
    pages: Pages, name: str, content: bytes, words: str
) -> None:
    engineer = await pages.person(pages.world.engineer)
    answer = await add(pages, engineer, "manual", (name, content))
    assert answer.status in (413, 422)
    assert words in answer.text
    assert await pages.db.fetch("SELECT 1 FROM device_file") == []


async def test_what_was_good_is_kept_when_another_file_is_refused(pages: Pages) -> None:
    engineer = await pages.person(pages.world.engineer)
    answer = await add(pages, engineer, "manual", ("a.pdf", PDF), ("b.exe", b"MZ"))
    kept = answer.hidden("kept_photo")
    assert "a.pdf" in kept
    assert (await engineer.post_files(files(pages), {"kind": "manual", "kept_photo": kept})).status == 303
    rows = await pages.db.fetch("SELECT name, kind FROM device_file")
    assert [tuple(row) for row in rows] == [("a.pdf", "manual")]


@pytest.mark.parametrize(
    ("kind", "chosen"), [("", [("a.pdf", PDF)]), ("film", [("a.pdf", PDF)]), ("manual", [])]
)
async def test_a_wrong_kind_or_no_file_is_said(
    pages: Pages, kind: str, chosen: list[tuple[str, bytes]]
) -> None:
    engineer = await pages.person(pages.world.engineer)
    answer = await add(pages, engineer, kind, *chosen)
    assert answer.status in (403, 422)
    assert 'role="alert"' in answer.text


async def test_contracts_are_for_those_who_keep_the_record(pages: Pages) -> None:
    engineer, nurse = await pages.person(pages.world.engineer), await pages.person(pages.world.reporter)
    await add(pages, engineer, "contract", ("price.pdf", PDF))
    await add(pages, engineer, "manual", ("manual.pdf", PDF + b"2"))
    assert "price.pdf" not in (await nurse.get(files(pages))).text
    assert "manual.pdf" in nurse.page.text
    assert (await nurse.get(f"{files(pages)}/{await key(pages)}")).status == 404
    assert (await nurse.get(f"{files(pages)}/{await key(pages, 1)}")).status == 200
    assert (await add(pages, nurse, "manual", ("mine.pdf", PDF))).status == 403


async def test_nobody_from_elsewhere_reads_or_adds(pages: Pages) -> None:
    engineer = await pages.person(pages.world.engineer)
    await add(pages, engineer, "manual", ("manual.pdf", PDF))
    elsewhere = await add_organisation(pages.db, "hospital", "Second Demo Hospital")
    foreign = await pages.person(await add_person(pages.db, elsewhere, "Foreign", Role.ADMINISTRATOR))
    assert (await foreign.get(files(pages))).status == 404
    assert (await foreign.get(f"{files(pages)}/{await key(pages)}")).status == 404
    assert (await foreign.post_files(files(pages), {"kind": "manual"}, ("x.pdf", PDF))).status in (403, 404)


async def test_a_file_is_taken_out_and_the_history_says_so(pages: Pages) -> None:
    engineer = await pages.person(pages.world.engineer)
    await add(pages, engineer, "manual", ("manual.pdf", PDF))
    await engineer.get(files(pages))
    fields = {"file": engineer.page.hidden("file")}
    assert (await engineer.post(f"{files(pages)}/remove", fields)).status == 303
    assert (await engineer.get(f"{files(pages)}/{await key(pages)}")).status == 404
    assert "removed a file" in (await engineer.get(f"/devices/{pages.world.device}/history")).text
    assert (await engineer.post(f"{files(pages)}/remove", fields)).status == 403


@pytest.fixture
async def guarded(database_url: str, tmp_path: Path) -> AsyncIterator[Pages]:
    async with clamd() as address, running_pages(database_url, tmp_path, scanner=Clamd(address)) as running:
        yield running


async def test_what_the_scanner_knows_is_refused_and_the_words_are_kept(guarded: Pages) -> None:
    stranger = await guarded.visitor()
    await stranger.get(f"/d/{LABEL}/report")
    typed = {"fault": "No image", "name": "A nurse"}
    bad = ("virus.jpg", picture() + EICAR)
    answer = await stranger.post_files(f"/d/{LABEL}/report", typed, ("good.jpg", picture()), bad)
    assert answer.status == 422
    assert "“virus.jpg” contains a virus (Eicar-Test-Signature)" in answer.text
    assert "No image" in answer.text
    assert "good.jpg" in answer.hidden("kept_photo")


async def test_while_the_scanner_is_away_uploads_are_refused_and_the_rest_goes_on(
    database_url: str, tmp_path: Path
) -> None:
    away = Clamd("tcp://127.0.0.1:1")
    async with running_pages(database_url, tmp_path, scanner=away) as pages:
        stranger = await pages.visitor()
        await stranger.get(f"/d/{LABEL}/report")
        typed = {"fault": "No image", "name": "A nurse"}
        answer = await stranger.post_files(f"/d/{LABEL}/report", typed, ("a.jpg", picture()))
        assert answer.status == 503
        assert "could not be checked for viruses" in answer.text
        assert (await stranger.post_files(f"/d/{LABEL}/report", typed)).status == 303
