"""Words to one person at once, where a provider lets the answer to a press carry none."""

from notifier.providers.wecom.channel import WeComChannel
from notifier.sending import Accounts, as_account


class WeComTeller:
    """Says it by the app through which the person pressed."""

    def __init__(self, channel: WeComChannel, accounts: Accounts) -> None:
        self._channel = channel
        self._accounts = accounts

    async def tell(self, account_id: int, address: str, text: str) -> None:
        """Raises `SendFailed`, `DatabaseAway`. An account that is gone has nobody to say it to."""
        opened = await self._accounts.by_id(account_id)
        if opened is not None:
            await self._channel.say(text, address, as_account(opened))
