"""The composed service beside the stand-in of smart robots: a hospital whose head has nothing but the robot."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.catalogues import Catalogues
from bot.services import Services, build_services
from bot.settings import load_settings
from storage.sealing import MasterKey, new_master_key
from tests.support.sandbox import CORPID, Sandbox, config_entry, sandbox
from tests.support.world import World, add_account, add_contact, make_world
from workflows.actor import Actor, Door
from workflows.engine import Outcome, Place

BOT, SECRET = "aib-of-the-hospital", "sandbox-secret-of-the-bot"
ROBOT = {"bot_id": BOT, "secret": SECRET, "corpid": CORPID, "name": "Equipment"}


@dataclass
class RobotTown:
    """Services (processes) on one database, and WeCom's side."""

    dsn: str
    box: Sandbox
    world: World
    account: int
    key: MasterKey
    processes: list[Services] = field(default_factory=list)

    @property
    def service(self) -> Services:
        return self.processes[0]

    async def awaiting_approval(self) -> Outcome:
        """A repair that the head is to approve; nothing is sent yet."""
        engine, world = self.service.engine, self.world
        place, reporter = Place(world.department, world.device), Actor(Door.PAGE, world.reporter)
        case = await engine.open(
            "repair", "report", reporter, {"fault": "hot"}, place=place, idempotency_key="report"
        )
        return await self.act_on_page(case, "triage", world.engineer, diagnosis="tube", estimate="60000")

    async def act_on_page(self, case: Outcome, action: str, person: int, **data: Any) -> Outcome:
        """Somebody acts on a page."""
        return await self.service.engine.act(
            case.case_id,
            action,
            Actor(Door.PAGE, person),
            data,
            seen_version=case.version,
            idempotency_key=f"{action}-{case.version}",
        )

    async def chat(self) -> list[dict[str, Any]]:
        """What is on the head's phone."""
        chats = (await self.box.get("/sandbox/state"))["bots"]["chats"]
        return next(chat["messages"] for chat in chats if chat["userid"] == "u1")

    async def bot(self) -> dict[str, Any]:
        """The robot as WeCom sees it."""
        found: dict[str, Any] = (await self.box.get("/sandbox/state"))["bots"]["bots"][0]
        return found

    async def act(self, what: str, **more: Any) -> dict[str, Any]:
        """The head presses, writes or opens the chat."""
        return await self.box.post(f"/sandbox/bot/{what}", {"bot_id": BOT, "userid": "u1", **more})

    async def eventually(self, holds: Callable[[], Awaitable[Any]], within_s: float = 10.0) -> Any:
        """What `holds` comes to say, once it says anything."""
        async with asyncio.timeout(within_s):
            while not (said := await holds()):  # noqa: ASYNC110 - what is waited for is another program's
                await asyncio.sleep(0.02)
        return said

    async def connected(self, times: int = 1) -> None:
        """So many connections were made, and the last one stands."""

        async def stands() -> bool:
            bot = await self.bot()
            return bool(bot["connected"]) and bot["connections"] >= times

        await self.eventually(stands)

    async def history(self, case: Outcome) -> list[tuple[str, str]]:
        rows = await self.service.db.fetch(
            "SELECT action, door FROM step WHERE case_id = $1 ORDER BY id", case.case_id
        )
        return [(row["action"], row["door"]) for row in rows]


@asynccontextmanager
async def process(dsn: str, key: str) -> AsyncIterator[Services]:
    """One more process of the service, without its loops."""
    settings = load_settings(public_url="https://pages.example", master_key=key)
    async with build_services(settings, dsn, MasterKey(key), Catalogues.load()) as services:
        yield services
        await services.robots.close()


@asynccontextmanager
async def robot_town(dsn: str) -> AsyncIterator[RobotTown]:
    """Two processes and the stand-in; nobody is connected yet."""
    word = new_master_key()
    key = MasterKey(word)
    async with (
        sandbox(config_entry(bots=[ROBOT])) as box,
        process(dsn, word) as one,
        process(dsn, word) as two,
    ):
        world = await make_world(one.db)
        url = str(box.http.make_url("/bots")).replace("http://", "ws://")
        settings = {"bot_id": BOT, "base_url": url}
        account = await add_account(
            one.db, world.hospital, "wecom_bot", "bot", settings, {"secret": SECRET}, key
        )
        await add_contact(one.db, world.head, account, "u1")
        yield RobotTown(dsn, box, world, account, key, [one, two])
