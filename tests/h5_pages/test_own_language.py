from datetime import timedelta

from storage import outbox
from tests.support.pages import Pages
from tests.support.world import LABEL


async def chosen(pages: Pages, person: int) -> str | None:
    row = await pages.db.fetchrow("SELECT language FROM person WHERE id = $1", person)
    assert row is not None
    language: str | None = row["language"]
    return language


async def test_a_persons_choice_holds_for_all_that_is_told_and_in_every_browser(pages: Pages) -> None:
    engineer = pages.world.engineer
    visitor = await pages.person(engineer)
    await visitor.get("/todo")
    answer = await visitor.post("/me/language", {"to": "en", "next": "/devices"})
    assert (answer.status, answer.location) == (303, "/devices")
    assert await chosen(pages, engineer) == "en"
    page = await (await pages.person(engineer)).get("/todo", **{"Accept-Language": "zh-CN"})
    assert '<html lang="en">' in page.text


async def test_the_choice_is_on_record(pages: Pages) -> None:
    visitor = await pages.person(pages.world.engineer)
    await visitor.get("/todo")
    await visitor.post("/me/language", {"to": "zh_CN"})
    row = await pages.db.fetchrow("SELECT before, after FROM audit WHERE action = 'person.change'")
    assert row is not None
    assert (row["before"], row["after"]) == ({"language": None}, {"language": "zh_CN"})


async def test_a_language_that_there_is_not_changes_nothing(pages: Pages) -> None:
    visitor = await pages.person(pages.world.engineer)
    await visitor.get("/todo")
    assert (await visitor.post("/me/language", {"to": "fr"})).status == 404
    assert await chosen(pages, pages.world.engineer) is None


async def test_a_choice_of_this_browser_yields_to_the_persons_own(pages: Pages) -> None:
    await pages.db.execute("UPDATE person SET language = 'zh_CN' WHERE id = $1", pages.world.engineer)
    visitor = await pages.person(pages.world.engineer)
    await visitor.get("/language?to=en&next=/todo")
    assert '<html lang="zh-CN">' in (await visitor.get("/todo")).text


async def test_a_reporter_without_account_is_told_in_the_language_of_the_form(pages: Pages) -> None:
    visitor = await pages.visitor()
    await visitor.get(f"/language?to=en&next=/d/{LABEL}")
    await visitor.get(f"/d/{LABEL}/report")
    report = {"fault": "No image", "name": "A nurse", "email": "nurse@hospital.example"}
    await visitor.post(f"/d/{LABEL}/report", report)
    now = pages.clock.now()
    claimed = await outbox.claim(pages.db, now, timedelta(minutes=1), 10)
    assert [message.language for message in claimed if message.participant_id] == ["en"]
