"""Broken input, a database that is away, and faults of our own: nothing is lost, and a page says so."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from h5_pages.channel_forms import FORMS, secret_fields
from h5_pages.visit import kept_fields
from storage.database import Database
from tests.support.gate import Gate, gate_to
from tests.support.pages import Pages, picture, running_pages
from tests.support.world import LABEL, add_person
from workflows.identity.roles import Role

REPORT = f"/d/{LABEL}/report"
TYPED = {"fault": "No image on the screen", "name": "A nurse"}
MULTIPART = "multipart/form-data; boundary=x"
PART = b'--x\r\nContent-Disposition: form-data; name="fault"\r\n\r\n'


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"fault=%FF%FE", "application/x-www-form-urlencoded"),
        (b"\xff\xfe=1", "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
        (b"", ""),
        (b"no boundary here", "multipart/form-data"),
        (b"nothing of the kind", MULTIPART),
        (PART + b"cut off", MULTIPART),
        (PART + b"\xff\xfe\r\n--x--\r\n", MULTIPART),
        (b"--x\r\nNonsense\r\n\r\n\r\n--x--\r\n", MULTIPART),
        (b"--x\r\nContent-Disposition: form-data\r\n\r\nx\r\n--x--\r\n", MULTIPART),
        (
            b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y--\r\n--x--\r\n",
            "multipart/form-data; boundary=x",
        ),
    ],
)
async def test_a_broken_form_is_answered_with_a_page(pages: Pages, body: bytes, media_type: str) -> None:
    answer = await (await pages.visitor()).post_raw(REPORT, body, media_type)
    assert answer.status == 400
    assert "could not be read" in answer.text


async def test_more_text_than_anybody_types_is_refused(pages: Pages) -> None:
    visitor = await pages.visitor()
    await visitor.get(REPORT)
    answer = await visitor.post(REPORT, {**TYPED, "fault": "x" * 300_000})
    assert answer.status == 413
    assert "too large" in answer.text


async def test_more_fields_than_any_form_has_are_refused(pages: Pages) -> None:
    visitor = await pages.visitor()
    await visitor.get(REPORT)
    assert (await visitor.post(REPORT, {f"f{i}": "x" for i in range(200)})).status == 413


@pytest.fixture
async def gated(database_url: str, tmp_path: Path) -> AsyncIterator[tuple[Pages, Gate]]:
    """Pages whose way to the database can be shut."""
    async with gate_to(database_url) as gate, running_pages(gate.dsn, tmp_path) as pages:
        yield pages, gate


async def test_a_report_while_the_database_is_away_is_offered_again_and_then_done_once(
    gated: tuple[Pages, Gate],
) -> None:
    pages, gate = gated
    visitor = await pages.visitor()
    form = await visitor.get(REPORT)
    await gate.shut()
    away = await visitor.post(REPORT, TYPED)
    assert away.status == 503
    assert "Nothing was saved" in away.text
    assert away.hidden("fault") == TYPED["fault"]
    assert away.hidden("key") == form.hidden("key")
    await gate.unlock()
    visitor.page = away
    assert (await visitor.post(REPORT, {name: away.hidden(name) for name in TYPED})).status == 303
    assert len(await pages.db.fetch("SELECT 1 FROM work_case")) == 1


async def test_an_action_while_the_database_is_away_is_offered_again(gated: tuple[Pages, Gate]) -> None:
    pages, gate = gated
    case = await pages.report(pages.world.reporter)
    engineer = await pages.person(pages.world.engineer)
    path = f"/cases/{case.number}/remark"
    await engineer.get(path)
    await gate.shut()
    away = await engineer.post(path, {"remark": "My own words"})
    assert away.status == 503
    assert away.hidden("remark") == "My own words"
    await gate.unlock()
    engineer.page = away
    assert (await engineer.post(path, {"remark": "My own words"})).status == 303


async def test_photos_that_could_not_be_kept_are_named_as_lost(gated: tuple[Pages, Gate]) -> None:
    pages, gate = gated
    visitor = await pages.visitor()
    await visitor.get(REPORT)
    await gate.shut()
    away = await visitor.post_files(REPORT, TYPED, ("front.jpg", picture()))
    assert away.status == 503
    assert "The new photos could not be saved." in away.text
    assert away.hidden("fault") == TYPED["fault"]


async def test_a_password_is_never_written_into_a_page(gated: tuple[Pages, Gate]) -> None:
    pages, gate = gated
    visitor = await pages.visitor()
    await visitor.get("/sign-in")
    await gate.shut()
    away = await visitor.post("/sign-in", {"username": "somebody", "password": "very secret"})
    assert away.status == 503
    assert "very secret" not in away.text


def test_no_secret_of_a_channel_account_is_among_the_words_that_are_kept() -> None:
    for kind in FORMS:
        secrets = dict.fromkeys(secret_fields(kind), "made up")
        assert kept_fields({"name": "Ours", **secrets}) == {"name": "Ours"}, kind


async def test_a_secret_is_not_shown_to_whoever_sits_there_after_the_session_has_ended(pages: Pages) -> None:
    admin = await pages.person(await add_person(pages.db, pages.world.hospital, "Admin", Role.ADMINISTRATOR))
    await admin.get("/admin/channels/new?kind=wecom")
    await pages.db.execute("UPDATE web_session SET ended_at = now()")
    typed = {"name": "Our corporation", "secret": "made-up-secret"}
    answer = await admin.post("/admin/channels/new?kind=wecom", typed)
    assert ("Our corporation" in answer.text, "made-up-secret" in answer.text) == (True, False)


async def test_a_page_works_again_without_a_restart_when_the_database_is_back(
    gated: tuple[Pages, Gate],
) -> None:
    pages, gate = gated
    visitor = await pages.visitor()
    await gate.shut()
    assert (await visitor.get(f"/d/{LABEL}")).status == 503
    await gate.unlock()
    assert (await visitor.get(f"/d/{LABEL}")).status == 200


async def test_a_fault_of_ours_is_answered_with_a_number_that_the_log_knows(
    pages: Pages, owner_url: str
) -> None:
    async with Database.open(owner_url, max_size=1) as owner:
        await owner.execute("ALTER TABLE device_label RENAME TO lost")
    with capture_logs() as logged:
        answer = await (await pages.visitor()).get(f"/d/{LABEL}")
    assert answer.status == 500
    (entry,) = [entry for entry in logged if entry["event"] == "page_failed"]
    assert f"this number: {entry['reference']}" in answer.text
    assert entry["route"] == "/d/{token}"
