"""The pages as a running server, on a fresh database with a small hospital, and browsers to visit them."""

import io
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from multidict import CIMultiDict
from PIL import Image

from bot.guard import SERVER
from bot.sample_texts import SampleTexts
from h5_pages.app import PageServices, PageSettings, add_pages
from h5_pages.services import IdentityProvider, NoIdentity
from notifier.channels import Channels
from notifier.preview import Preview
from notifier.providers import build_channels
from notifier.rendering import Renderer
from notifier.trial import Trials
from storage.channel_accounts import StoredChannelAccounts
from storage.database import Database
from storage.failpoints import NoFailPoints
from storage.files import FolderFiles
from storage.link_codes import LinkCodes
from storage.links import Links
from storage.rates import Rate
from storage.scanning import NoScanner
from storage.sealing import Envelopes, MasterKey, new_master_key
from storage.texts import Gettext, in_english
from tests.support.clocks import FixedClock
from tests.support.traces import Traces
from tests.support.world import LABEL, World, make_world
from workflows.actor import Actor, Door
from workflows.administration.channel_accounts import ChannelDesk
from workflows.administration.import_kinds import all_kinds
from workflows.administration.import_runs import ImportRunner
from workflows.administration.imports import Imports
from workflows.administration.office import Office
from workflows.adverse_event.patient import Patients
from workflows.calendar import Calendar, ChineseWorkingDays
from workflows.cases import Cases
from workflows.engine import Clocks, Engine, Outcome, Place
from workflows.identity.passwords import HashCost
from workflows.identity.sign_in import SignIn, SignInSettings
from workflows.registry import all_workflows

PASSWORD = "correct horse battery"
CHEAP = SignInSettings(cost=HashCost(time=1, memory_kib=64, lanes=1))
# The clock of a test stands still, so no limit would ever end.
SELDOM_REFUSED = {"view_rate": Rate(1000, 60), "press_rate": Rate(1000, 60)}
Page = TestClient[web.Request, web.Application]


class PlainTexts:
    """English, as it stands in the code."""

    def gettext(self, language: str | None) -> Gettext:
        return in_english


@dataclass
class Pages:
    """A running server with its parts."""

    server: TestServer
    db: Database
    engine: Engine
    links: Links
    world: World
    clock: FixedClock
    sign_ins: SignIn
    importing: ImportRunner
    master: MasterKey
    clients: list[Page] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.traces = Traces(self.db)

    async def visitor(self) -> "Visitor":
        """Somebody with a fresh browser."""
        client = TestClient(self.server, cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.clients.append(client)
        return Visitor(client, self.traces)

    async def person(self, person_id: int) -> "Visitor":
        """A browser in which that person is signed in."""
        username = f"person{person_id}"
        await self.db.execute(
            "UPDATE person SET username = $2, password_hash = $3 WHERE id = $1",
            person_id,
            username,
            await self.sign_ins.hash_password(PASSWORD),
        )
        visitor = await self.visitor()
        await visitor.get("/sign-in")
        answer = await visitor.post("/sign-in", {"username": username, "password": PASSWORD, "next": "/todo"})
        assert answer.status == 303, answer.text
        return visitor

    async def report(self, person_id: int, fault: str = "No image") -> Outcome:
        """A case that this person has reported."""
        return await self.engine.open(
            "repair",
            "report",
            Actor(Door.PAGE, person_id=person_id),
            {"fault": fault},
            place=Place(self.world.department, self.world.device),
            idempotency_key=f"report {person_id} {fault}",
        )

    async def act(self, case: Outcome, action: str, person_id: int, **data: Any) -> Outcome:
        """Let that person act at once, whatever the case's version."""
        row = await self.db.fetchrow("SELECT version FROM work_case WHERE id = $1", case.case_id)
        assert row is not None
        version = int(row["version"])
        return await self.engine.act(
            case.case_id,
            action,
            Actor(Door.PAGE, person_id=person_id),
            data,
            seen_version=version,
            idempotency_key=f"{action} {case.case_id} {version}",
        )


def picture() -> bytes:
    """A small photo."""
    content = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(content, "JPEG")
    return content.getvalue()


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    text: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def location(self) -> str:
        return self.headers.get("Location", "")

    def hidden(self, name: str) -> str:
        """The value of the first hidden field of that name."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        return unescape(found[1]) if found else ""

    @property
    def machinery(self) -> dict[str, str]:
        """The hidden fields of the first form for an action."""
        found = {name: self.hidden(name) for name in ("csrf", "key", "seen_version")}
        return {name: value for name, value in found.items() if value}


class Visitor:
    """A browser. It remembers the page's form token, as a person's page would."""

    def __init__(self, client: Page, traces: Traces) -> None:
        self.client = client
        self.traces = traces
        self.page = Answer(0, "", {}, b"")

    async def get(self, path: str, **headers: str) -> Answer:
        self.page = await self._answer(self.client.get, path, headers=headers, allow_redirects=False)
        return self.page

    async def post(self, path: str, fields: Mapping[str, str], **headers: str) -> Answer:
        """Send the form of the page that was got last, filled in with `fields`."""
        data = {**self.page.machinery, **fields}
        before = await self.traces.rows()
        answer = await self._answer(self.client.post, path, data=data, headers=headers, allow_redirects=False)
        await self.traces.check(path, answer.status, before)
        return answer

    async def post_files(self, path: str, fields: Mapping[str, str], *photos: tuple[str, bytes]) -> Answer:
        """The same with photos."""
        form = aiohttp.FormData(default_to_multipart=True)
        for name, value in {**self.page.machinery, **fields}.items():
            form.add_field(name, value)
        for name, content in photos:
            form.add_field("photos", io.BytesIO(content), filename=name, content_type="image/jpeg")
        before = await self.traces.rows()
        answer = await self._answer(self.client.post, path, data=form, allow_redirects=False)
        await self.traces.check(path, answer.status, before)
        return answer

    async def post_raw(self, path: str, body: bytes, media_type: str) -> Answer:
        """Send any bytes."""
        headers = {"Content-Type": media_type}
        return await self._answer(self.client.post, path, data=body, headers=headers, allow_redirects=False)

    async def _answer(self, send: Callable[..., Any], path: str, **how: Any) -> Answer:
        async with send(path, **how) as response:
            body: bytes = await response.read()
            text = body.decode("utf-8", "replace")
            return Answer(response.status, text, CIMultiDict(response.headers), body)


Make = Callable[..., Awaitable[Pages]]
AskWho = Callable[[Database], IdentityProvider]


@asynccontextmanager
async def running_pages(
    dsn: str, folder: Path, server: Mapping[str, Any] | None = None, **settings: Any
) -> AsyncIterator[Pages]:
    """A server on a free port of this machine, until the end of the `with`; `server`: aiohttp's own options."""
    async with (
        Database.open(dsn, max_size=4, acquire_timeout_s=1.0) as db,
        aiohttp.ClientSession() as http,
    ):
        services, pages = await _build(db, http, folder, settings)
        app = web.Application()
        add_pages(app, services)
        pages.server = TestServer(app, host="127.0.0.1")
        await pages.server.start_server(**{**SERVER, **(server or {})})
        try:
            yield pages
        finally:
            for client in pages.clients:
                await client.close()
            await pages.server.close()


async def _build(
    db: Database, http: aiohttp.ClientSession, folder: Path, settings: Mapping[str, Any]
) -> tuple[PageServices, Pages]:
    clock, registry, links = FixedClock(), all_workflows(), Links(b"k" * 32)
    clocks = Clocks(clock, clock, Calendar(ChineseWorkingDays({}, 2026)))
    master = MasterKey(new_master_key())
    envelopes = Envelopes(master)
    engine, sign_in = Engine(db, registry, clocks, NoFailPoints(), envelopes), SignIn(db, clock, CHEAP)
    values = {"secure_cookies": False, **SELDOM_REFUSED, **settings}
    scanner = values.pop("scanner", NoScanner())
    ask: AskWho = values.pop("identity", lambda _: NoIdentity())
    page_settings = PageSettings("http://yishe.example", secret=b"s" * 32, **values)
    by_kind, accounts = build_channels(http, clock), StoredChannelAccounts(db, master)
    renderer = Renderer(registry.vocabulary(), PlainTexts(), links, "http://yishe.example")
    services = PageServices(
        db=db,
        engine=engine,
        cases=Cases(db, registry, clock),
        files=FolderFiles(folder, db, clock),
        texts=PlainTexts(),
        clocks=clocks,
        links=links,
        link_codes=LinkCodes(b"k" * 32),
        sign_in=sign_in,
        patients=Patients(db, envelopes, clock),
        office=Office(db, clocks),
        channels=ChannelDesk(Office(db, clocks), master),
        trials=Trials(Channels(by_kind, accounts), "http://yishe.example"),
        sample_texts=SampleTexts(Preview(by_kind, renderer, registry.vocabulary()), accounts),
        imports=Imports(Office(db, clocks), all_kinds()),
        settings=page_settings,
        identity=ask(db),
        scanner=scanner,
    )
    world = await make_world(db)
    server = TestServer(web.Application())
    runner = ImportRunner(services.office, services.imports, services.files, [str])
    return services, Pages(server, db, engine, links, world, clock, sign_in, runner, master)


async def reported_by_stranger(pages: Pages, **typed: str) -> tuple[Visitor, str, Outcome]:
    """A fault reported without an account: the browser, the follow-up address, and the case."""
    visitor = await pages.visitor()
    await visitor.get(f"/d/{LABEL}/report")
    answer = await visitor.post(f"/d/{LABEL}/report", {"fault": "No image", "name": "A nurse", **typed})
    row = await pages.db.fetchrow("SELECT id, number, state, version FROM work_case ORDER BY id DESC LIMIT 1")
    assert row is not None
    return visitor, answer.location, Outcome(row["id"], row["number"], row["state"], row["version"])
