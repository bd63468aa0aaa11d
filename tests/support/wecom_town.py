"""A hospital whose WeCom the sandbox plays; the engineer is u1 there."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import aiohttp

from notifier.providers.wecom.channel import WeComChannel
from notifier.providers.wecom.identity import WeComIdentity
from storage.channel_accounts import StoredChannelAccounts
from storage.clock import RealClock
from storage.sealing import MasterKey, new_master_key
from tests.support.pages import Pages, running_pages
from tests.support.sandbox import AGENT, CORPID, Sandbox, config_entry, sandbox
from tests.support.world import add_account, add_contact

SEALER = MasterKey(new_master_key())
PHONE = "Mozilla/5.0 (iPhone) AppleWebKit/605 MicroMessenger/8.0 wxwork/4.1"


@dataclass
class Town:
    """The pages of a hospital whose WeCom the sandbox plays; the engineer is u1 there."""

    pages: Pages
    box: Sandbox
    account: int

    async def ask(self, location: str, **cookies: str) -> str:
        """Open a page of WeCom's on the phone; where it sends the browser, or what it says."""
        path = location.removeprefix(str(self.box.http.make_url("/")).rstrip("/")).partition("#")[0]
        headers = {"User-Agent": PHONE, "Cookie": "; ".join(f"{n}={v}" for n, v in cookies.items())}
        async with self.box.http.get(path, headers=headers, allow_redirects=False) as response:
            return response.headers.get("Location") or await response.text()

    async def scan(self, location: str, name: str) -> str:
        """Scan the code as that member; where the browser is sent."""
        page = await self.ask(location)
        link = re.search(rf'href="([^"]+)">{name}<', page)
        assert link is not None, page
        return await self.ask(unescape(link[1]))


@asynccontextmanager
async def wecom_town(dsn: str, folder: Path, **app: Any) -> AsyncIterator[Town]:
    """With `app` more is said of the app at WeCom."""
    entry = config_entry()
    for each in entry["corps"][0]["apps"]:
        each |= {"redirect_domain": "yishe.example", **app}
    async with sandbox(entry) as box, aiohttp.ClientSession() as http:
        ask = lambda db: WeComIdentity(WeComChannel(http, RealClock()), StoredChannelAccounts(db, SEALER))  # noqa: E731
        async with running_pages(dsn, folder, identity=ask) as pages:
            base = str(box.http.make_url("")).rstrip("/")
            settings = {
                "corp_id": CORPID,
                "agent_id": AGENT,
                "base_url": base,
                "authorize_url": f"{base}/connect/oauth2/authorize",
                "scan_url": f"{base}/wwlogin/sso/login",
            }
            secrets = {"secret": f"sandbox-secret-{AGENT}"}
            account = await add_account(
                pages.db, pages.world.hospital, "wecom", "wecom-one", settings, secrets, SEALER
            )
            await add_contact(pages.db, pages.world.engineer, account, "u1")
            yield Town(pages, box, account)
