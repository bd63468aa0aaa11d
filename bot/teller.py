"""What is said or shown to one person at once, where a provider lets the answer to a press carry none of it."""

from notifier.channel import Replacement
from notifier.providers.telegram.channel import TelegramChannel, update_code
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


class TelegramTeller:
    """The same by the bot through which the person pressed, and changes of the message that was pressed."""

    def __init__(self, channel: TelegramChannel, accounts: Accounts) -> None:
        self._channel = channel
        self._accounts = accounts

    async def tell(self, account_id: int, address: str, text: str) -> None:
        """`text` is HTML. Raises `SendFailed`, `DatabaseAway`."""
        opened = await self._accounts.by_id(account_id)
        if opened is not None:
            await self._channel.say(text, address, as_account(opened))

    async def show_decision(
        self, account_id: int, address: str, message_id: int, replacement: Replacement
    ) -> None:
        """Say below the message who decided. Raises `SendFailed`, `DatabaseAway`."""
        opened = await self._accounts.by_id(account_id)
        if opened is not None:
            code = update_code(int(address), message_id)
            await self._channel.update(code, address, as_account(opened), replacement)
