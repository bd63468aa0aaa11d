"""The follow-up link: its reporter's way back, and nobody else's."""

from tests.support.pages import Pages, reported_by_stranger
from workflows.engine import Outcome

TRIAGE = {"urgency": "normal", "diagnosis": "Tube worn", "estimate": "1200"}


async def repair(pages: Pages, case: Outcome) -> None:
    await pages.act(case, "triage", pages.world.engineer, **TRIAGE)
    await pages.act(case, "start", pages.world.engineer)
    await pages.act(case, "finish", pages.world.engineer, work_done="New tube", cost="1100")


async def test_the_reporter_confirms_by_the_link_alone(pages: Pages) -> None:
    _, link, case = await reported_by_stranger(pages)
    await repair(pages, case)
    other_browser = await pages.visitor()
    page = await other_browser.get(link)
    assert "Confirm: it works" in page.text
    await other_browser.get(f"{link}/confirm")
    answer = await other_browser.post(f"{link}/confirm", {})
    assert (answer.status, answer.location) == (303, link)
    assert "Closed" in (await other_browser.get(link)).text


async def test_the_reporter_says_that_it_is_not_fixed(pages: Pages) -> None:
    visitor, link, case = await reported_by_stranger(pages)
    await repair(pages, case)
    await visitor.get(f"{link}/reopen")
    assert (await visitor.post(f"{link}/reopen", {"reason": "Still no image"})).status == 303
    steps = await pages.db.fetch("SELECT door FROM step WHERE action = 'reopen'")
    assert [step["door"] for step in steps] == ["link"]


async def test_the_link_shows_neither_money_nor_who_was_told(pages: Pages) -> None:
    visitor, link, case = await reported_by_stranger(pages)
    await repair(pages, case)
    page = await visitor.get(link)
    assert "1,100" not in page.text
    assert "Told:" not in page.text


async def test_a_link_that_was_not_made_here_says_what_to_do(pages: Pages) -> None:
    visitor, link, _ = await reported_by_stranger(pages)
    for forged in ("/f/1-AAAAAAAAAAAAAAAAAAAAAA", link[:-1] + ("A" if link[-1] != "A" else "B"), "/f/x"):
        page = await visitor.get(forged)
        assert page.status == 404
        assert "This link is not valid" in page.text


async def test_a_link_opens_no_other_action(pages: Pages) -> None:
    visitor, link, _ = await reported_by_stranger(pages)
    await visitor.get(f"{link}/remark")
    assert (await visitor.post(f"{link}/triage", TRIAGE)).status == 403


async def test_a_link_page_is_neither_indexed_nor_kept_nor_told_to_other_sites(pages: Pages) -> None:
    visitor, link, _ = await reported_by_stranger(pages)
    headers = (await visitor.get(link)).headers
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "same-origin"
