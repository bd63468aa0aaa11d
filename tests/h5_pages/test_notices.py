"""The link in a mail: looking does nothing, a press acknowledges or stops, and one click in the mail program stops."""

import pytest

from storage.database import Record
from tests.h5_pages.test_sensors import measured
from tests.support.pages import Pages, Visitor

ONE_CLICK = b"List-Unsubscribe=One-Click"
IN_PARTS = b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
FORM = "application/x-www-form-urlencoded"
MUTES = "SELECT person_id, kind, way FROM mute WHERE ended_at IS NULL"


async def told(pages: Pages, severity: str = "notice") -> Record:
    """A message to the engineer."""
    await pages.report(pages.world.reporter, "No image")
    await pages.db.execute("UPDATE message SET severity = $1", severity)
    row = await pages.db.fetchrow("SELECT * FROM message WHERE person_id = $1", pages.world.engineer)
    assert row is not None
    return row


async def acknowledged(pages: Pages, message: Record) -> str:
    row = await pages.db.fetchrow("SELECT acknowledged_way FROM message WHERE id = $1", message["id"])
    return str(row["acknowledged_way"]) if row else ""


@pytest.fixture
async def stranger(pages: Pages) -> Visitor:
    """Whoever opens the mail, signed in or not: the link is all that counts."""
    return await pages.visitor()


async def test_whoever_only_looks_acknowledges_nothing(pages: Pages, stranger: Visitor) -> None:
    message = await told(pages)
    answers = [await stranger.get(f"/n/{pages.links.notice(message['id'])}") for _ in range(3)]
    assert all(answer.status == 200 and "not marked as read yet" in answer.text for answer in answers)
    assert await acknowledged(pages, message) == ""
    assert await pages.db.fetch(MUTES) == []


async def test_the_link_of_who_has_left_tells_and_does_nothing(pages: Pages, stranger: Visitor) -> None:
    message = await told(pages)
    await pages.db.execute("UPDATE person SET active = false WHERE id = $1", pages.world.engineer)
    link = f"/n/{pages.links.notice(message['id'])}"
    for answer in (await stranger.get(link), await stranger.post(link, {"do": "acknowledge"})):
        assert (answer.status, "No image" in answer.text) == (404, False)
    assert await acknowledged(pages, message) == ""


async def test_a_press_acknowledges_by_mail_and_again_changes_nothing(
    pages: Pages, stranger: Visitor
) -> None:
    message = await told(pages)
    link = f"/n/{pages.links.notice(message['id'])}"
    await stranger.get(link)
    for _ in range(2):
        assert "Marked as read" in (await stranger.post(link, {"do": "acknowledge"})).text
    assert await acknowledged(pages, message) == "mail"


async def test_who_cannot_acknowledge_the_alarm_itself_is_told_so(pages: Pages, stranger: Visitor) -> None:
    await measured(pages, 31)
    engineer = pages.world.engineer
    alarm = await pages.db.fetchrow("SELECT * FROM message WHERE person_id = $1", engineer)
    assert alarm is not None
    await pages.db.execute("DELETE FROM post WHERE person_id = $1", engineer)
    answer = await stranger.post_raw(f"/n/{pages.links.notice(alarm['id'])}", b"do=acknowledge", FORM)
    assert "You cannot (or can no longer) acknowledge everything" in answer.text
    assert await acknowledged(pages, alarm) == "mail"
    assert [row["state"] for row in await pages.db.fetch("SELECT state FROM work_case")] == ["raised"]


@pytest.mark.parametrize(("body", "form"), [(ONE_CLICK, FORM), (IN_PARTS, "multipart/form-data; boundary=x")])
async def test_one_click_of_a_mail_program_stops_the_kind_once(
    pages: Pages, stranger: Visitor, body: bytes, form: str
) -> None:
    """In either of the forms of RFC 8058."""
    message = await told(pages)
    for _ in range(2):
        answer = await stranger.post_raw(f"/n/{pages.links.notice(message['id'])}", body, form)
        assert answer.status == 200
    rows = await pages.db.fetch(MUTES)
    assert [tuple(row) for row in rows] == [(pages.world.engineer, message["kind"], "mail")]
    assert await acknowledged(pages, message) == ""


async def test_one_click_may_come_from_the_page_of_a_mail_program(pages: Pages, stranger: Visitor) -> None:
    link = f"/n/{pages.links.notice((await told(pages))['id'])}"
    headers = {"Content-Type": FORM, "Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}
    async with stranger.client.post(link, data=ONE_CLICK, headers=headers) as answer:
        assert answer.status == 200
    assert len(await pages.db.fetch(MUTES)) == 1


async def test_what_is_urgent_cannot_be_stopped(pages: Pages, stranger: Visitor) -> None:
    message = await told(pages, "critical")
    link = f"/n/{pages.links.notice(message['id'])}"
    assert "Mute this kind" not in (await stranger.get(link)).text
    assert "cannot be muted" in (await stranger.post_raw(link, ONE_CLICK, FORM)).text
    assert await pages.db.fetch(MUTES) == []


async def test_a_link_that_is_not_ours_does_nothing(pages: Pages, stranger: Visitor) -> None:
    message = await told(pages)
    for token in (pages.links.token(message["id"]), pages.links.notice(message["id"] + 10_000), "x"):
        assert (await stranger.post_raw(f"/n/{token}", b"do=acknowledge", FORM)).status == 404
    assert await acknowledged(pages, message) == ""
