"""A seeded demo, as tests look at it."""

from dataclasses import dataclass
from typing import Any

from bot.demo.channels import Endpoints
from bot.demo.seed import DemoTools, DemoWorld
from storage.database import Database, Record
from workflows.identity.sign_in import SignIn

ENDPOINTS = Endpoints("http://127.0.0.1:8001", "127.0.0.1", 8025)
EVERYTHING = """
SELECT 'organisation' AS name, count(*), max(id)::text FROM organisation
UNION ALL SELECT 'person', count(*), max(id)::text FROM person
UNION ALL SELECT 'device', count(*), max(id)::text FROM device
UNION ALL SELECT 'case', count(*), max(version)::text FROM work_case
UNION ALL SELECT 'step', count(*), max(id)::text FROM step
UNION ALL SELECT 'message', count(*) FILTER (WHERE state = 'queued'), max(id)::text FROM message
UNION ALL SELECT 'account', count(*), max(settings::text) FROM channel_account
ORDER BY 1
"""


@dataclass
class Demo:
    """A seeded database and what seeding said of it."""

    db: Database
    tools: DemoTools
    sign_in: SignIn
    world: DemoWorld

    async def column(self, sql: str, *args: Any) -> list[Any]:
        return [row[0] for row in await self.db.fetch(sql, *args)]

    async def everything(self) -> list[Record]:
        return await self.db.fetch(EVERYTHING)
