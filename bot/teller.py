"""What is said or shown to one person at once, where a provider lets the answer to a press carry none of it."""

from typing import Protocol

from notifier.channel import Account, Replacement
from notifier.channels import Accounts, as_account
from notifier.providers.telegram.channel import TelegramChannel, update_code


class Speaker(Protocol):
    """A channel that can say something outside of any message."""

    async def say(self, text: str, address: str, account: Account) -> None:
        """Raises `SendFailed`."""
        ...


class Teller:
    """Says it by the account through which the person pressed."""

    def __init__(self, channel: Speaker, accounts: Accounts) -> None:
        self._speaker = channel
        self._accounts = accounts

    async def tell(self, account_id: int, address: str, text: str) -> None:
        """In the form of text that the provider takes. Raises `SendFailed`, `DatabaseAway`."""
        opened = await self._accounts.by_id(account_id)
        if opened is not None:
            await self._speaker.say(text, address, as_account(opened))


class TelegramTeller(Teller):
    """The same, and changes of the message that was pressed."""

    def __init__(self, channel: TelegramChannel, accounts: Accounts) -> None:
        super().__init__(channel, accounts)
        self._channel = channel

    async def show_decision(
        self, account_id: int, address: str, message_id: int, replacement: Replacement
    ) -> None:
        """Say below the message who decided. Raises `SendFailed`, `DatabaseAway`."""
        opened = await self._accounts.by_id(account_id)
        if opened is not None:
            code = update_code(int(address), message_id)
            await self._channel.update(code, address, as_account(opened), replacement)
