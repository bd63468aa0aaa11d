"""Accounts with their channels, opened once and kept while their rows stay as they were."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from notifier.channel import Account, Channel, SendFailed
from notifier.channels import Channels, as_account
from storage.clock import Clock
from storage.database import Connection

AT_LEAST_EVERY = timedelta(seconds=1)  # policies and the tree of organisations may change an account as well


@dataclass(frozen=True)
class Opened:
    """A channel and the account on it. `state` is that of its row when it was read."""

    channel: Channel
    account: Account
    name: str
    state: str
    read_at: datetime


class AtHand:
    """Opens accounts by their state. `real` is the clock by which they are read again."""

    def __init__(self, channels: Channels, real: Clock) -> None:
        self._channels = channels
        self._real = real
        self._known: dict[int, Opened] = {}

    async def open(
        self, tx: Connection, wanted: Mapping[int, str], states: Mapping[int, str]
    ) -> dict[int, Opened]:
        """The accounts of these ids and kinds; without those that cannot be used."""
        opened = {}
        for id_, kind in wanted.items():
            try:
                opened[id_] = await self._one(tx, id_, kind, states[id_])
            except SendFailed:
                self._known.pop(id_, None)
        return opened

    async def _one(self, tx: Connection, id_: int, kind: str, state: str) -> Opened:
        """Raises `SendFailed`."""
        now, known = self._real.now(), self._known.get(id_)
        if known is None or known.state != state or now - known.read_at > AT_LEAST_EVERY:
            channel, account = await self._channels.open(kind, id_, tx)
            known = self._known[id_] = Opened(channel, as_account(account), account.name, state, now)
        return known
