"""The shipped nginx in front of the service: what is outside, what is not, what it writes down, restarts one by one."""

import asyncio
import json
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest

from storage.database import Database
from storage.sealing import MasterKey, new_master_key
from tests.support.aftermath import settings_for
from tests.support.nginx import Nginx, checked, lay_out, needs_nginx, running_nginx
from tests.support.pages import Answer
from tests.support.people import browsers
from tests.support.service import Process, answers, command, free_port, soon
from tests.support.towns import Hospital, build_hospitals, outside_world

pytestmark = [needs_nginx, pytest.mark.timeout(300)]  # a machine that does other work as well needs its time


@dataclass
class Front:
    """nginx before room for two processes with pages."""

    nginx: Nginx
    http: aiohttp.ClientSession
    hospital: Hospital
    db: Database
    settings: list[dict[str, str]]
    folder: Path
    stack: AsyncExitStack

    async def status(self, url: str, **request: object) -> int:
        async with self.http.get(url, allow_redirects=False, **request) as response:  # type: ignore[arg-type]
            await response.read()
            return response.status

    async def start(self, number: int) -> Process:
        log = self.folder / f"{number}.log"
        starting = command("serve", settings=self.settings[number], folder=self.folder, log=log)
        process = await self.stack.enter_async_context(starting)
        await answers(f"http://127.0.0.1:{self.settings[number]['YISHE_PORT']}/readyz", seconds=90)
        return process


@pytest.fixture
async def front(database_url: str, owner_url: str, tmp_path: Path) -> AsyncIterator[Front]:
    ports, key = [free_port(), free_port()], new_master_key()
    async with AsyncExitStack() as stack:
        nginx = await stack.enter_async_context(running_nginx(tmp_path / "nginx", ports))
        outside = await stack.enter_async_context(outside_world(nginx.outside, 1))
        db = await stack.enter_async_context(Database.open(owner_url, max_size=2))
        [hospital] = await build_hospitals(db, MasterKey(key), outside, 1)
        more = {"YISHE_PUBLIC_URL": nginx.outside, "YISHE_ONLY": "pages"}
        settings = [settings_for(database_url, key, port, tmp_path) | more for port in ports]
        trusting = aiohttp.TCPConnector(ssl=False)
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=trusting))
        yield Front(nginx, http, hospital, db, settings, tmp_path, stack)


async def test_the_shipped_configuration_is_sound(tmp_path: Path) -> None:
    assert await checked(lay_out(tmp_path / "nginx", [8001, 8002])) == ""


async def test_outside_are_pages_and_callbacks_alone(front: Front) -> None:
    await front.start(0)  # where nobody listens on the other port, this one answers
    label, out, inside = f"/d/{front.hospital.label}", front.nginx.outside, front.nginx.inside
    shown = [label, f"{label}/report", "/sign-in", "/help"]
    assert [await front.status(out + path) for path in shown] == [200] * 4
    hidden = ["/admin", "/admin/people", "/metrics", "/healthz", "/readyz", "/nothing-of-ours"]
    assert [await front.status(out + path) for path in hidden] == [404] * 6
    assert await front.status(out + "/wecom/all-towns?msg_signature=x&timestamp=1&nonce=1&echostr=x") == 403
    assert [await front.status(inside + path) for path in ("/readyz", "/metrics", label)] == [200] * 3
    assert await front.status(inside + "/admin") == 303  # to the sign-in
    plain = f"http://127.0.0.1:{front.nginx.plain_port}{label}"
    assert await front.status(plain) == 301
    await _is_written_down_without_tokens(front)
    await _only_the_last_proxy_is_believed(front)
    await _a_form_from_inside_is_no_foreign_one(front)
    await _too_much_is_refused(front)


async def _is_written_down_without_tokens(front: Front) -> None:
    await front.status(f"{front.nginx.outside}/f/very-secret-token?code=very-secret-code", headers={
        "Referer": f"{front.nginx.outside}/p/very-secret-link"})  # fmt: skip
    await soon(lambda: '"/f"' in front.nginx.log())  # it is written after the answer
    lines = [json.loads(line) for line in front.nginx.log().splitlines()]
    assert {"/d", "/f", "/sign-in", "/admin"} <= {line["area"] for line in lines}
    written = front.nginx.log() + (front.nginx.folder / "error.log").read_text()
    assert front.hospital.label not in written
    assert "very-secret" not in written


async def _only_the_last_proxy_is_believed(front: Front) -> None:
    async with browsers(
        front.nginx.outside
    ) as people:  # each says in X-Forwarded-For that it is somebody else
        people.trusting = True
        await people.of(front.hospital.known_as("engineer"))
    row = await front.db.fetchrow("SELECT address FROM web_session")
    assert row
    assert row["address"] == "127.0.0.1"


async def _a_form_from_inside_is_no_foreign_one(front: Front) -> None:
    """Its page has another name and port than the public address, as browsers say with every form."""
    url = f"{front.nginx.inside}/sign-in"
    async with front.http.get(url) as shown:
        page = Answer(shown.status, await shown.text(), {}, b"")
        cookies = {name: morsel.value for name, morsel in shown.cookies.items()}
    form = {**page.machinery, "username": "nobody", "password": "wrong"}
    headers = {"Origin": front.nginx.inside}
    async with front.http.post(url, data=form, cookies=cookies, headers=headers) as answer:
        assert answer.status == 401, "neither foreign nor forged"


async def _too_much_is_refused(front: Front) -> None:
    async with front.http.post(f"{front.nginx.outside}/sign-in", data=BytesIO(b"x" * 3_000_000)) as answer:
        assert answer.status == 413


async def test_processes_are_restarted_one_by_one_and_nobody_notices(front: Front) -> None:
    seen: Counter[int] = Counter()
    processes = [await front.start(number) for number in range(2)]
    enough = asyncio.Event()

    async def visit(path: str, pause_s: float) -> None:
        while not enough.is_set():
            seen[await front.status(f"{front.nginx.outside}{path}")] += 1
            await asyncio.sleep(pause_s)

    async with asyncio.TaskGroup() as visitors:
        for path, pause_s in (("/static/yishe.css", 0.05), ("/static/yishe.css", 0.05), ("/help", 3.0)):
            visitors.create_task(visit(path, pause_s))  # pages have their own limit for one address
        for number, process in enumerate(processes):
            process.send(signal.SIGTERM)
            assert await process.exit_code() == 0
            await front.start(number)
        enough.set()
    assert seen.keys() == {200}
    assert seen[200] > 20
