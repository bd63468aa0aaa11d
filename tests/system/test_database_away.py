"""The database goes away under a running service and comes back: what was not committed is visibly not done."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from storage.embedded import EmbeddedServer
from storage.migrate import migrate
from tests.support import proofs
from tests.support.installation import Installation, installation
from tests.support.pages import Answer
from tests.support.people import Browser
from tests.support.service import answers
from tests.support.stories import NUMBER
from tests.support.towns import JOBS

FAULT = "The table does not move"
LONGEST_PAUSE_S = 40


@dataclass(frozen=True)
class Form:
    """A form that somebody has filled in."""

    browser: Browser
    path: str
    fields: Mapping[str, str]

    async def send(self) -> Answer:
        return await self.browser.once("POST", self.path, self.fields)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[EmbeddedServer]:
    server = EmbeddedServer(tmp_path / "postgres")
    await migrate(await server.start())
    yield server
    await server.stop()


async def _filled_in(browser: Browser, path: str, **fields: str) -> Form:
    page = await browser.open(path)
    return Form(browser, path, {**page.machinery, **fields})


async def _reported(here: Installation) -> str:
    """A case by somebody without an account."""
    form = await _report_form(here)
    found = NUMBER.search((await form.browser.open((await form.send()).location)).text)
    assert found
    return found[0]


async def _report_form(here: Installation) -> Form:
    path = f"/d/{here.hospital.label}/report"
    return await _filled_in(here.browsers.stranger(), path, fault=FAULT, name="A nurse")


async def _is_kept(form: Form) -> None:
    """A form that is sent now is refused with what was typed, to be sent again with the same key."""
    answer = await form.send()
    assert answer.status == 503
    assert answer.headers["Retry-After"]
    assert {name: answer.hidden(name) for name in form.fields} == form.fields


async def _callback(here: Installation, number: str, action: str) -> dict[str, object]:
    """The first try of WeCom to bring a press of the head."""
    card = await here.phones.card("head-0", number, action)
    order = {"corpid": "ww-sandbox-one", "agentid": 1000002, "userid": "head-0"}
    async with aiohttp.ClientSession() as http:
        url = f"{here.outside.http}/sandbox/press"
        async with http.post(url, json={**order, "task_id": card.task_id, "key": action}) as response:
            callback = await response.json()
    assert isinstance(callback, dict)
    return callback


async def _status(here: Installation, path: str) -> int:
    return (await here.browsers.stranger().once("GET", path)).status


@pytest.mark.parametrize("seconds", [6, pytest.param(30, marks=pytest.mark.soak)])
async def test_forms_keep_their_words_presses_are_not_acknowledged_and_all_goes_on(
    server: EmbeddedServer, seconds: float, tmp_path: Path
) -> None:
    async with installation(server.dsn, tmp_path) as here:
        engineer = await here.browsers.of("engineer-0")
        waiting, number = await _reported(here), await _reported(here)
        triage = {"urgency": "urgent", "diagnosis": "Tube", "estimate": "9000"}
        await engineer.fill_in(f"/cases/{number}/triage", **triage)
        await here.phones.card("head-0", number, "approve")
        forms = [await _report_form(here), await _filled_in(engineer, f"/cases/{waiting}/triage", **triage)]

        await server.stop()
        back = asyncio.create_task(_come_back(server, seconds))
        press = asyncio.create_task(_callback(here, number, "approve"))
        for form in forms:
            await _is_kept(form)
        assert await _status(here, "/healthz") == 200
        assert [await _status(here, path) for path in ("/readyz", f"/d/{here.hospital.label}")] == [503, 503]
        assert (await engineer.once("GET", "/todo")).status == 503

        await back
        await answers(f"{here.origin}/readyz", seconds=LONGEST_PAUSE_S)
        for form in forms:
            assert (await form.send()).status == 303
            assert (await form.send()).status == 303
        first = (await press)["attempts"][0]  # type: ignore[index]
        assert first["status"] == 503
        await _everything_is_said_and_done(here, number)


async def _come_back(server: EmbeddedServer, seconds: float) -> None:
    await asyncio.sleep(seconds)
    await server.start()


async def _everything_is_said_and_done(here: Installation, number: str) -> None:
    """Each action is one step, and messages go out again, without a restart."""
    made = "SELECT 1 FROM step s JOIN work_case c ON c.id = s.case_id WHERE c.number = $1 AND s.action = 'approve'"
    if await here.db.fetchrow(made, number) is None:  # WeCom has given up in the meantime
        assert await here.phones.press("head-0", number, "approve")
    async with asyncio.timeout(LONGEST_PAUSE_S):
        while not await proofs.is_settled(here.db):  # noqa: ASYNC110 - the service makes it true
            await asyncio.sleep(0.1)
    await proofs.every_state_has_its_history(here.db)
    steps = await here.db.fetch("SELECT action, count(*) AS times FROM step GROUP BY action")
    assert {row["action"]: row["times"] for row in steps} == {"report": 3, "triage": 2, "approve": 1}
    proofs.each_came_once(proofs.on_phones(here.phones, [here.hospital.known_as(job) for job in JOBS]))
    assert not here.process.ended.done()
    assert "Traceback" not in here.log.read_text(encoding="utf-8")
