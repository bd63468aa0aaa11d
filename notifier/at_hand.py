"""Accounts with their channels, opened once and kept while their rows stay as they were."""

from collections.abc import Mapping
from dataclasses import dataclass

from notifier.channel import Account, Channel, SendFailed
from notifier.channels import Channels, as_account
from storage.database import Connection


@dataclass(frozen=True)
class Opened:
    """A channel and the account on it. `state` is that of its row when it was read."""

    channel: Channel
    account: Account
    name: str
    state: str


class AtHand:
    """Opens accounts by their state."""

    def __init__(self, channels: Channels) -> None:
        self._channels = channels
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
        known = self._known.get(id_)
        if known is None or known.state != state:
            channel, account = await self._channels.open(kind, id_, tx)
            known = self._known[id_] = Opened(channel, as_account(account), account.name, state)
        return known
