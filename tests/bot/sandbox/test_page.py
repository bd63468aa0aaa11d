from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox.clock import ClockAwayError, ClockState
from bot.sandbox.render import card_html, link, markdown_html, text_html
from tests.support.sandbox import AGENT, CORPID, Sandbox, button_card, card_to, sandbox, text_to
from tests.support.sandbox_cards import MULTIPLE, NEWS, VOTE

PRESS = {"corpid": CORPID, "agentid": str(AGENT), "userid": "u1", "task_id": "t1", "key": "ok"}


async def _page(box: Sandbox) -> str:
    async with box.http.get("/") as response:
        assert response.status == 200
        return await response.text()


async def test_every_kind_of_message_is_shown(box: Sandbox) -> None:
    for card in (NEWS, VOTE, MULTIPLE, button_card(source={"desc": "Equipment", "desc_color": 2})):
        await box.send(card_to(card=card))
    await box.send(text_to(content="<script>alert(1)</script>"))
    await box.send(text_to(msgtype="markdown", markdown={"content": "**bold**"}))
    textcard = {"title": "Licence", "description": "ends soon", "url": "https://h.example/d"}
    await box.send(text_to(msgtype="textcard", textcard=textcard))
    page = await _page(box)
    assert "Repair of CT-3" in page
    assert "ends soon" in page
    assert "Which one?" in page
    assert "<b>bold</b>" in page
    assert "<script>alert" not in page


async def test_a_greyed_card_shows_its_words_and_no_buttons(box: Sandbox) -> None:
    code = (await box.send(card_to()))["response_code"]
    assert 'value="ok"' in await _page(box)
    body = {
        "userids": ["u1"],
        "agentid": AGENT,
        "response_code": code,
        "button": {"replace_name": "Done by Li"},
    }
    await box.call("update_template_card", body)
    page = await _page(box)
    assert "Done by Li" in page
    assert 'value="ok"' not in page


async def test_pages_run_only_their_own_script(box: Sandbox) -> None:
    async with box.http.get("/") as response:
        policy = response.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    async with box.http.get("/static/sandbox.js") as response:
        assert response.status == 200


async def test_a_press_by_plain_form_shows_what_became_of_it() -> None:
    async with sandbox() as box:
        await box.send(card_to())
        async with box.http.post("/press?person=0", data=PRESS) as response:
            assert response.url.path_qs == "/?person=0"
            assert "On its way to the service" in await response.text()


async def test_a_press_that_cannot_be_is_explained_once(box: Sandbox) -> None:
    async with box.http.post("/press", data=PRESS) as response:
        assert "no such card on this phone" in await response.text()
    assert "no such card on this phone" not in await _page(box)


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
async def test_another_sites_page_cannot_act(box: Sandbox, origin: str) -> None:
    for path in ("/press", "/say", "/clock", "/sandbox/faults"):
        async with box.http.post(path, data=PRESS, headers={"Origin": origin}) as response:
            assert response.status == 403


class Hand:
    """A clock that notes how it is moved."""

    def __init__(self) -> None:
        self.moves: list[float | str] = []

    async def state(self) -> ClockState:
        now = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
        return ClockState(now, timedelta(hours=5), False, now + timedelta(hours=2))

    async def advance(self, seconds: float) -> None:
        self.moves.append(seconds)

    async def advance_to_next(self) -> None:
        self.moves.append("next")


async def test_the_clock_is_shown_and_moved() -> None:
    hand = Hand()
    async with sandbox(clock_control=hand) as box:
        page = await _page(box)
        assert "2026-03-02 09:00:00" in page
        assert "2026-03-02 11:00:00" in page
        for step in ("hour", "day", "week", "next"):
            async with box.http.post("/clock", data={"step": step}) as response:
                assert response.status == 200
    assert hand.moves == [3600.0, 86400.0, 604800.0, "next"]


class Away(Hand):
    """A clock whose owner cannot be reached."""

    async def state(self) -> ClockState:
        raise ClockAwayError("the database is away")


async def test_a_clock_that_is_away_leaves_the_phones_in_place() -> None:
    async with sandbox(clock_control=Away()) as box:
        page = await _page(box)
    assert "the database is away" in page
    assert "Engineer 1" in page


async def test_a_form_that_is_not_the_pages_is_refused(box: Sandbox) -> None:
    async with box.http.post("/press", data=PRESS | {"agentid": "x"}) as response:
        assert response.status == 400


async def test_a_sandbox_without_a_clock_moves_none(box: Sandbox) -> None:
    assert "Business time" not in await _page(box)
    async with box.http.post("/clock", data={"step": "hour"}) as response:
        assert response.status == 404


def test_markup_of_wecom_becomes_safe_html() -> None:
    assert text_html('<a href="https://h.example/?a=1&b=2">go</a>') == (
        '<a href="https://h.example/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">go</a>'
    )
    assert "<a" not in text_html('<a href="javascript:alert(1)">go</a>')
    assert card_html('<div class="gray">d</div><br><i>') == '<span class="line gray">d</span><br>&lt;i&gt;'
    assert '<span class="font-warning">hot</span>' in markdown_html('> <font color="warning">hot</font>')
    assert link("javascript:alert(1)") == "#"
