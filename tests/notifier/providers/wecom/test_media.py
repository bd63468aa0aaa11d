"""Photos of a report on the card of those who are to act: uploaded once, by whichever process sends."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from notifier.channel import Account
from notifier.providers.wecom.channel import WeComChannel
from notifier.rendering import Renderer
from storage.case_writer import NewAttachment
from storage.database import Database
from storage.files import FolderFiles
from storage.kinds import PHOTOS
from storage.provider_tokens import ProviderTokens
from storage.sealing import MasterKey, new_master_key
from tests.support.channel_contents import content
from tests.support.clocks import FixedClock
from tests.support.messages import claimed, usual_variables
from tests.support.outside import Outside, SourceTexts
from tests.support.sandbox import AES_KEY, AGENT, CORPID, Sandbox, sandbox
from tests.support.world import add_account, make_world
from workflows.actor import Actor, Door
from workflows.engine import Place
from workflows.registry import all_workflows
from workflows.repair.messages import please_triage

SHA = "a" * 64
PHOTO = (("照片", SHA),)


class Stored:
    """The stored files, which count how often they are read."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files, self.reads = files, 0

    async def get(self, sha256: str) -> bytes:
        self.reads += 1
        if sha256 not in self.files:
            raise FileNotFoundError
        return self.files[sha256]


class Town:
    """The stand-in, an account, and channels of several processes."""

    def __init__(self, box: Sandbox, account: Account, http: aiohttp.ClientSession, db: Database) -> None:
        self.box, self.account, self.http, self.db = box, account, http, db
        self.key, self.files = MasterKey(new_master_key()), Stored({SHA: b"a photo of a machine"})
        self.sent = 0

    def process(self) -> WeComChannel:
        clock = FixedClock()
        return WeComChannel(self.http, clock, ProviderTokens(self.db, self.key, clock), self.files)

    async def send(self, channel: WeComChannel) -> None:
        self.sent += 1
        what = content(unique_id=f"m{self.sent}", photos=PHOTO)
        await channel.send(channel.compose(what, "u1", self.account), "u1", self.account)

    async def photos(self) -> list[int]:
        """How many files each card on the phone has."""
        cards = [message["body"] for message in await self.box.messages()]
        return [sum("media_id" in item for item in card["horizontal_content_list"]) for card in cards]

    async def uploads(self) -> int:
        return int((await self.box.get("/sandbox/state"))["apps"][0]["uploads"])


@pytest.fixture
async def town(database_url: str) -> AsyncIterator[Town]:
    async with (
        sandbox() as box,
        Database.open(database_url, max_size=2) as db,
        aiohttp.ClientSession() as http,
    ):
        url = str(box.http.make_url("")).rstrip("/")
        settings = {"corp_id": CORPID, "agent_id": AGENT, "base_url": url, "send_photos": True}
        callback = {"callback_token": "QDG6eK", "encoding_aes_key": AES_KEY}
        secrets = {"secret": f"sandbox-secret-{AGENT}", **callback}
        world, key = await make_world(db), MasterKey(new_master_key())
        number = await add_account(db, world.hospital, "wecom", "app", settings, secrets, key)
        yield Town(box, Account(number, settings, secrets), http, db)


async def test_a_photo_is_uploaded_once_for_all_messages_of_all_processes(town: Town) -> None:
    for channel in (town.process(), town.process()):
        await town.send(channel)
    assert (await town.uploads(), town.files.reads, await town.photos()) == (1, 1, [1, 1])


async def test_a_file_that_wecom_forgot_early_is_uploaded_anew_once_for_all(town: Town) -> None:
    channel = town.process()
    await town.send(channel)
    town.box.time.advance(3 * 86_400)
    await town.send(channel)
    await town.send(town.process())
    assert (await town.photos(), await town.uploads()) == ([1, 1, 1], 2)


async def test_a_file_that_wecom_never_knows_keeps_no_message_back(town: Town) -> None:
    await town.box.faults(wecom={"errcode": 40007, "errcode_times": 2})
    await town.send(town.process())
    assert (await town.photos(), await town.uploads()) == ([0], 2)


async def test_a_photo_that_is_not_there_any_more_keeps_no_message_back(town: Town) -> None:
    town.files.files.clear()
    await town.send(town.process())
    assert await town.photos() == [0]


async def test_without_the_setting_no_photo_leaves_the_house(town: Town) -> None:
    settings = {**town.account.settings, "send_photos": False}
    town.account = replace(town.account, settings=settings)
    await town.send(town.process())
    assert (await town.photos(), town.files.reads) == ([0], 0)


async def test_a_report_names_its_photos_for_those_who_assess_it_alone(
    around: Outside, tmp_path: Path
) -> None:
    sha = await FolderFiles(tmp_path, around.db, around.clock).put(b"a photo", "image/jpeg")
    await around.engine.open(
        "repair",
        "report",
        Actor(Door.PAGE, around.world.reporter),
        {"fault": "hot"},
        place=Place(around.world.department, around.world.device),
        idempotency_key="r",
        attachments=[NewAttachment(sha, "a.jpg", "k" * 22)],
    )
    rows = await around.db.fetch("SELECT DISTINCT kind, variables -> $1 AS photos FROM message", PHOTOS)
    told = {row["kind"]: row["photos"] for row in rows}
    assert (told["repair.please_triage"], told["repair.received"]) == ([sha], None)
    message = claimed(
        please_triage, "repair", "en", variables={**usual_variables(please_triage), PHOTOS: [sha]}
    )
    renderer = Renderer(all_workflows().vocabulary(), SourceTexts(), around.links, "https://pages.example")
    what = renderer.content(message, "y1-1", "x")
    assert what.photos == (("Photo", sha),)
    assert what.picture == f"https://pages.example/i/{around.links.photo(1)}"
    account = Account(1, {"corp_id": "c", "agent_id": 1, "send_photos": True}, {"secret": "s"})
    tokens = ProviderTokens(around.db, MasterKey(new_master_key()), around.clock)
    http: Any = None  # composing needs no connection
    channel = WeComChannel(http, around.clock, tokens, Stored({}))
    assert channel.compose(what, "u1", account)["template_card"]["card_type"] == "news_notice"
