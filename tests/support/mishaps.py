"""Processes that die or stall at a chosen point of a try."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from notifier.channel import Accepted, Account, Channel, Content, Replacement


class DiesAt:
    """Fail points at which a try ends as if its process had been killed: nothing after it happens."""

    def __init__(self) -> None:
        self.points: list[str] = []

    def hit(self, name: str) -> None:
        if name in self.points:
            self.points.remove(name)
            raise asyncio.CancelledError


@dataclass
class Paused:
    """A real channel that stops before it sends, or before it tells what came of it, until it is let go on."""

    inner: Channel
    before: bool = True
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def kind(self) -> str:
        return self.inner.kind

    @property
    def can_update(self) -> bool:
        return self.inner.can_update

    @property
    def updatable_for(self) -> timedelta | None:
        return self.inner.updatable_for

    def compose(self, content: Content, address: str, account: Account) -> dict[str, Any]:
        return self.inner.compose(content, address, account)

    async def send(self, payload: Mapping[str, Any], address: str, account: Account) -> Accepted:
        if self.before:
            await self._pause()
        accepted = await self.inner.send(payload, address, account)
        if not self.before:
            await self._pause()
        return accepted

    async def update(
        self, update_code: str, address: str, account: Account, replacement: Replacement
    ) -> None:
        await self.inner.update(update_code, address, account, replacement)

    async def _pause(self) -> None:
        self.stopped.set()
        await self.go_on.wait()
