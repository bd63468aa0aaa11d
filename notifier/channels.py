"""The channels there are with their accounts, as whoever sends uses them."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from notifier.budget import Budget
from notifier.channel import Account, Channel, SendFailed, Verdict
from storage.channel_accounts import OpenedAccount
from storage.database import Connection
from storage.sealing import SealBroken
from storage.texts import N_

SEND_WITHIN_S = 75.0
NO_ACCOUNT = N_("The channel account cannot be used.")
TOO_SLOW = N_("The provider did not answer in time.")

log = structlog.get_logger()


class Accounts(Protocol):
    """Channel accounts with their secrets opened."""

    async def by_id(self, account_id: int, connection: Connection | None = None) -> OpenedAccount | None:
        """The active account of that id, or None; read by the caller's connection if it holds one."""
        ...


@dataclass(frozen=True)
class Channels:
    """The channels by kind, the accounts behind them, and what one address of a kind takes.

    `send_within_s` ends a try that a channel has not ended itself, so that no lease runs out under it.
    """

    by_kind: Mapping[str, Channel]
    accounts: Accounts
    budgets: Mapping[str, Sequence[Budget]] = field(default_factory=dict)
    send_within_s: float = SEND_WITHIN_S

    async def open(
        self, kind: str, account_id: int, connection: Connection | None = None
    ) -> tuple[Channel, OpenedAccount]:
        """Channel and account; raises `SendFailed` (configuration) when either cannot be used any more."""
        channel = self.by_kind.get(kind)
        try:
            opened = await self.accounts.by_id(account_id, connection)
        except SealBroken:
            log.exception("account_sealed", account=account_id)
            opened = None
        if opened is None or channel is None:
            raise SendFailed(Verdict.CONFIGURATION, "account", NO_ACCOUNT)
        return channel, opened

    @asynccontextmanager
    async def in_time(self) -> AsyncIterator[None]:
        """Whatever is said to a provider; raises `SendFailed` when it takes too long."""
        try:
            async with asyncio.timeout(self.send_within_s):
                yield
        except TimeoutError:
            raise too_slow() from None


def too_slow() -> SendFailed:
    """What it means when a provider does not answer in time."""
    return SendFailed(Verdict.TEMPORARY, "timeout", TOO_SLOW, maybe_delivered=True)


def as_account(opened: OpenedAccount) -> Account:
    """The account as channels know it."""
    return Account(opened.id, opened.settings, opened.secrets)
